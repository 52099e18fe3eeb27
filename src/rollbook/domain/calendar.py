"""On which days does the school meet, and at what times are its registers open?

Source: regulation 10(1) of SI 2024/208; section 4.1 and Appendix 1 (code #) of the school's policy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rollbook.domain.calendar_checks import Issue, IssueLevel, check_day_times, check_year
from rollbook.domain.calendar_types import (
    AcademicYearDates,
    ClosedSpan,
    DayKind,
    DayTimes,
    TermDates,
    covers,
    words_for_weekday,
)
from rollbook.domain.law import Citation, Finding
from rollbook.domain.sessions import RegisterTimes, SchoolSession

__all__ = [
    "AcademicYearDates",
    "ClosedSpan",
    "DayKind",
    "DayTimes",
    "Issue",
    "IssueLevel",
    "RegisterTimes",
    "SchoolCalendar",
    "SchoolSession",
    "TermDates",
    "check_day_times",
    "check_year",
]

_CALENDAR = Citation("The school's calendar", "as the school has set it")
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
# Where entries of several kinds meet on one day, the first kind here wins, in whatever order they came.
_CLOSED_KINDS = (
    DayKind.BANK_HOLIDAY,
    DayKind.INSET,
    DayKind.PLANNED_CLOSURE,
    DayKind.HALF_TERM,
    DayKind.HOLIDAY,
)


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """A school's own years, closures and times, asked one day at a time.

    What decides a day's kind, in this order: whether an academic year covers it; the weekend; an entry that
    the school is open; a bank holiday; an INSET day, closure or holiday; whether a term covers it.
    """

    years: tuple[AcademicYearDates, ...]
    closed: tuple[ClosedSpan, ...]
    bank_holidays: Mapping[date, str]
    day_times: tuple[DayTimes, ...]

    def day(self, on: date) -> Finding[DayKind]:
        """What kind of day is it, and why?"""
        kind, name = self._kind_and_name(on)
        return Finding(kind, "calendar.day", _because(on, kind, name), {"on": on, "name": name}, _CALENDAR)

    def is_school_day(self, on: date) -> bool:
        """Does the school meet on that day?"""
        return self._kind_and_name(on)[0] is DayKind.SCHOOL_DAY

    def times(self, on: date, session: SchoolSession) -> RegisterTimes | None:
        """When is that day's register open? None where the school does not meet or has set no times."""
        if not self.is_school_day(on):
            return None
        in_force = [row for row in self.day_times if row.weekday == on.weekday() and row.effective_from <= on]
        if not in_force:
            return None
        return max(in_force, key=lambda row: row.effective_from).of(session)

    def year_of(self, on: date) -> AcademicYearDates | None:
        """Which academic year is the day in?"""
        return next((year for year in self.years if covers(year, on)), None)

    def school_days(self, first: date, last: date) -> list[date]:
        """On which days does the school meet from the first to the last, both included?"""
        days = (first + number * _ONE_DAY for number in range((last - first).days + 1))
        return [day for day in days if self.is_school_day(day)]

    def previous_school_days(self, on: date, n: int) -> list[date]:
        """Which were the last `n` school days before that day? Oldest first; fewer near the start."""
        found: list[date] = []
        for day in self._backwards_from(on - _ONE_DAY):
            if len(found) >= n:
                break
            found.append(day)
        return found[::-1]

    def next_school_day(self, on: date) -> date | None:
        """Which is the first school day after that day? None where the calendar ends before one."""
        return self.school_day_after(on, 1)

    def last_school_day(self, on: date) -> date | None:
        """Which is the last school day up to and including that day? None before the calendar's first."""
        return next(self._backwards_from(on), None)

    def school_day_after(self, on: date, n: int) -> date | None:
        """Which is the n-th school day after that day? None where the calendar ends before it.

        Errors: ValueError for `n` below 1.
        """
        if n < 1:
            raise ValueError("Count school days from the first one after the day: n is 1 or more.")
        for number, day in enumerate(self._forwards_from(on + _ONE_DAY), start=1):
            if number == n:
                return day
        return None

    def half_terms(self, year: AcademicYearDates) -> tuple[TermDates, ...]:
        """Which half terms has the year? Its terms, cut by half-term holidays and trimmed to school days."""
        return tuple(
            half
            for term in sorted(year.terms, key=lambda term: term.first_day)
            for half in self._halves(term)
        )

    def _halves(self, term: TermDates) -> Iterator[TermDates]:
        breaks = sorted(
            (span.first_day, span.last_day)
            for span in self.closed
            if span.kind is DayKind.HALF_TERM
            and span.first_day <= term.last_day
            and term.first_day <= span.last_day
        )
        starts = [term.first_day, *(last + _ONE_DAY for _, last in breaks)]
        ends = [*(first - _ONE_DAY for first, _ in breaks), term.last_day]
        pieces = [self.school_days(start, end) for start, end in zip(starts, ends, strict=True)]
        met = [piece for piece in pieces if piece]
        for number, piece in enumerate(met, start=1):
            yield TermDates(_half_name(term.name, number, len(met)), piece[0], piece[-1])

    def _kind_and_name(self, on: date) -> tuple[DayKind, str]:
        year = self.year_of(on)
        if year is None:
            return DayKind.OUTSIDE_YEAR, ""
        if on.weekday() >= _SATURDAY:
            return DayKind.WEEKEND, ""
        entries = {span.kind: span.name for span in self.closed if covers(span, on)}
        if DayKind.SCHOOL_DAY in entries:
            return DayKind.SCHOOL_DAY, entries[DayKind.SCHOOL_DAY]
        if on in self.bank_holidays:
            entries.setdefault(DayKind.BANK_HOLIDAY, self.bank_holidays[on])
        for kind in _CLOSED_KINDS:
            if kind in entries:
                return kind, entries[kind]
        for term in year.terms:
            if covers(term, on):
                return DayKind.SCHOOL_DAY, term.name
        return DayKind.HOLIDAY, ""

    def _forwards_from(self, on: date) -> Iterator[date]:
        for year in sorted(self.years, key=lambda year: year.first_day):
            start = max(on, year.first_day)
            days = (start + number * _ONE_DAY for number in range((year.last_day - start).days + 1))
            yield from filter(self.is_school_day, days)

    def _backwards_from(self, on: date) -> Iterator[date]:
        for year in sorted(self.years, key=lambda year: year.first_day, reverse=True):
            start = min(on, year.last_day)
            days = (start - number * _ONE_DAY for number in range((start - year.first_day).days + 1))
            yield from filter(self.is_school_day, days)


def _half_name(term_name: str, number: int, count: int) -> str:
    if count == 1:
        return term_name
    if count == 2:
        return f"{term_name}, {'first' if number == 1 else 'second'} half"
    return f"{term_name}, part {number}"


def _because(on: date, kind: DayKind, name: str) -> str:
    day = words_for_weekday(on)
    if kind is DayKind.OUTSIDE_YEAR:
        return f"{day} is in none of the academic years set up for this school."
    if kind is DayKind.WEEKEND:
        return f"{day} is at the weekend."
    if kind is DayKind.HOLIDAY and not name:
        return f"{day} is outside the school's terms."
    named = f": {name}" if name else ""
    return f"{day} is {_KIND_IN_SENTENCE[kind]}{named}."


_KIND_IN_SENTENCE: Mapping[DayKind, str] = {
    DayKind.SCHOOL_DAY: "a school day",
    DayKind.HOLIDAY: "in a holiday",
    DayKind.HALF_TERM: "in the half-term holiday",
    DayKind.BANK_HOLIDAY: "a bank holiday",
    DayKind.INSET: "an INSET day",
    DayKind.PLANNED_CLOSURE: "a planned closure",
}
