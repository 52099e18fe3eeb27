"""Which days are "this half term", "the term before", "the same time last year"?

The policy has attendance monitored weekly, half-termly, termly and yearly (POL 8, 8.1); a figure
always says its period, because persistent absence depends on it (domain.md 4.1.2).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rollbook.domain.calendar import AcademicYearDates, SchoolCalendar
from rollbook.domain.calendar_types import TermDates
from rollbook.domain.law import words_for_day

_YEAR_OF_WEEKS = timedelta(weeks=52)


class PeriodKind(StrEnum):
    """What kind of stretch is it?"""

    WEEK = "week"
    HALF_TERM = "half-term"
    TERM = "term"
    YEAR = "year"
    DAYS = "days"

    @property
    def words(self) -> str:
        """The kind in words: half term."""
        return self.value.replace("-", " ")


@dataclass(frozen=True, slots=True)
class Period:
    """From which day to which, and under what name? `last_day` is never after the day it was asked on.

    `whole_last_day` is the last day of the whole half term, term or year, of which `last_day` may still be short.
    """

    kind: PeriodKind
    name: str
    first_day: date
    last_day: date
    whole_last_day: date

    @property
    def is_over(self) -> bool:
        """Has all of it passed?"""
        return self.last_day >= self.whole_last_day

    @property
    def words(self) -> str:
        """The name with "so far" while it lasts: "Autumn term so far"."""
        return self.name if self.is_over else f"{self.name} so far"


def period_on(calendar: SchoolCalendar, kind: PeriodKind, on: date) -> Period | None:
    """Which week, half term, term or year does a day fall in, up to that day? In a holiday, the one before it.

    None where the calendar has none by then, and for `PeriodKind.DAYS`, which is chosen and not found.
    """
    if kind is PeriodKind.WEEK:
        last_school_day = calendar.last_school_day(on)
        return None if last_school_day is None else _week(last_school_day, on)
    begun = (
        [stretch for stretch in _STRETCHES[kind](calendar) if stretch.first_day <= on]
        if kind in _STRETCHES
        else []
    )
    if not begun:
        return None
    return _period(kind, max(begun, key=lambda stretch: stretch.first_day), on)


def half_terms_until(calendar: SchoolCalendar, year: AcademicYearDates, on: date) -> list[Period]:
    """Which half terms of a year have begun by a day, in order, the last of them up to that day?"""
    return [
        _period(PeriodKind.HALF_TERM, half, on) for half in calendar.half_terms(year) if half.first_day <= on
    ]


def days_between(first_day: date, last_day: date) -> Period:
    """The period somebody chose by its first and last day."""
    name = words_for_day(first_day)
    if last_day != first_day:
        name = f"{name} to {words_for_day(last_day)}"
    return Period(PeriodKind.DAYS, name, first_day, last_day, last_day)


def period_before(calendar: SchoolCalendar, period: Period) -> Period | None:
    """Which is the period before this one, cut to as many school days if this one is not over?

    For chosen days: as many school days straight before them. None where the calendar knows none.
    """
    if period.kind is PeriodKind.DAYS:
        count = len(calendar.school_days(period.first_day, period.last_day))
        before = calendar.previous_school_days(period.first_day, count) if count else []
        return days_between(min(before), max(before)) if before else None
    earlier = period_on(calendar, period.kind, period.first_day - timedelta(days=1))
    if earlier is None or earlier.first_day >= period.first_day:
        return None
    return _as_long_as(calendar, earlier, period)


def same_period_last_year(calendar: SchoolCalendar, period: Period) -> Period | None:
    """Which days of the year before compare with these: the same half term or term, or the same weeks 52 weeks before?

    Cut to as many school days if this period is not over. None where the calendar has no such days.
    """
    if period.kind in (PeriodKind.WEEK, PeriodKind.DAYS):
        first_day, last_day = period.first_day - _YEAR_OF_WEEKS, period.last_day - _YEAR_OF_WEEKS
        if not calendar.school_days(first_day, last_day):
            return None
        return Period(period.kind, days_between(first_day, last_day).name, first_day, last_day, last_day)
    own = calendar.year_of(period.first_day)
    years = sorted(calendar.years, key=lambda year: year.first_day)
    before = [year for year in years if own is not None and year.last_day < own.first_day]
    if not before:
        return None
    found = _namesake(calendar, before[-1], period)
    return (
        None if found is None else _as_long_as(calendar, _period(period.kind, found, found.last_day), period)
    )


def _namesake(
    calendar: SchoolCalendar, year: AcademicYearDates, period: Period
) -> TermDates | AcademicYearDates | None:
    """The stretch of another year that has the same name; a year is matched whatever its name."""
    if period.kind is PeriodKind.YEAR:
        return year
    stretches = calendar.half_terms(year) if period.kind is PeriodKind.HALF_TERM else year.terms
    return next((stretch for stretch in stretches if stretch.name == period.name), None)


def _as_long_as(calendar: SchoolCalendar, earlier: Period, period: Period) -> Period:
    """The earlier period, cut to as many school days as there were in the later one so far."""
    if period.is_over:
        return earlier
    count = len(calendar.school_days(period.first_day, period.last_day))
    days = calendar.school_days(earlier.first_day, earlier.whole_last_day)
    if not 0 < count < len(days):
        return earlier
    return Period(earlier.kind, earlier.name, earlier.first_day, days[count - 1], earlier.whole_last_day)


def _week(school_day: date, on: date) -> Period:
    monday = school_day - timedelta(days=school_day.weekday())
    friday = monday + timedelta(days=4)
    return Period(PeriodKind.WEEK, f"Week of {words_for_day(monday)}", monday, min(friday, on), friday)


def _period(kind: PeriodKind, stretch: TermDates | AcademicYearDates, on: date) -> Period:
    return Period(kind, stretch.name, stretch.first_day, min(on, stretch.last_day), stretch.last_day)


def _half_terms(calendar: SchoolCalendar) -> Iterator[TermDates]:
    for year in calendar.years:
        yield from calendar.half_terms(year)


def _terms(calendar: SchoolCalendar) -> Iterator[TermDates]:
    for year in calendar.years:
        yield from year.terms


_STRETCHES: dict[
    PeriodKind, Callable[[SchoolCalendar], Iterator[TermDates] | tuple[AcademicYearDates, ...]]
] = {
    PeriodKind.HALF_TERM: _half_terms,
    PeriodKind.TERM: _terms,
    PeriodKind.YEAR: lambda calendar: calendar.years,
}
