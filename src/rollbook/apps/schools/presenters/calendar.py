"""An academic year on one screen: its months day by day, its terms with their counts, its closures."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.schools.models import CalendarEntry
from rollbook.domain.calendar import AcademicYearDates, ClosedSpan, DayKind, SchoolCalendar, TermDates
from rollbook.domain.law import MONTHS
from rollbook.ui.words import short_day, short_day_with_year

MAINTAINED_DAYS = 190
"""The least a maintained school meets in a year (domain.md 4.1.11)."""

LETTERS = {
    DayKind.HOLIDAY: "H",
    DayKind.HALF_TERM: "½",
    DayKind.BANK_HOLIDAY: "B",
    DayKind.INSET: "I",
    DayKind.PLANNED_CLOSURE: "C",
}
OPEN_LETTER = "O"
_OPEN, _OPEN_WORDS = "open", "Open although a bank holiday"
_WEEKDAYS = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One weekday of a month."""

    on: date
    kind: str
    letter: str
    words: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks of Monday to Friday; None where the week belongs to another month."""

    name: str
    weeks: tuple[tuple[Day | None, ...], ...]
    school_days: int


@dataclass(frozen=True, slots=True)
class LegendItem:
    """What a letter and its colour mean, and how many days of the year have it."""

    kind: str
    letter: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A term or half term with what it holds."""

    name: str
    first_day: date
    last_day: date
    days: int
    is_half: bool

    @property
    def sessions(self) -> int:
        """Mornings and afternoons."""
        return self.days * 2


@dataclass(frozen=True, slots=True)
class Closure:
    """A row of the list of days that differ: from the school's own entries or from the list of bank holidays."""

    kind: str
    letter: str
    words: str
    name: str
    days: str
    first_day: date
    weekdays: int
    href: str
    act: str


@dataclass(frozen=True, slots=True)
class YearView:
    """Everything the page of a year shows."""

    year: AcademicYearDates
    months: tuple[Month, ...]
    legend: tuple[LegendItem, ...]
    stretches: tuple[Stretch, ...]
    closures: tuple[Closure, ...]
    days: int
    inset_days: int
    short_by: int

    @property
    def sessions(self) -> int:
        """Mornings and afternoons of the year."""
        return self.days * 2


def year_view(
    calendar: SchoolCalendar,
    year: AcademicYearDates,
    entries: Sequence[CalendarEntry],
    today: date,
    *,
    is_maintained: bool,
) -> YearView:
    """A year of a calendar as the page shows it."""
    opened = {
        day
        for span in calendar.closed
        if span.kind is DayKind.SCHOOL_DAY
        for day in _each(span.first_day, span.last_day)
    }
    months = tuple(_months(calendar, year, opened, today))
    counts = Counter(day.kind for month in months for week in month.weeks for day in week if day)
    days = counts["school_day"] + counts[_OPEN]
    return YearView(
        year=year,
        months=months,
        legend=tuple(_legend(counts)),
        stretches=tuple(_stretches(calendar, year)),
        closures=tuple(_closures(calendar, year, entries)),
        days=days,
        inset_days=counts[DayKind.INSET.value],
        short_by=max(0, MAINTAINED_DAYS - days) if is_maintained else 0,
    )


def _months(
    calendar: SchoolCalendar, year: AcademicYearDates, opened: set[date], today: date
) -> Iterable[Month]:
    start = year.first_day.replace(day=1)
    while start <= year.last_day:
        after = (start + timedelta(days=31)).replace(day=1)
        found = [
            _day(calendar, day, opened, today)
            for day in _each(start, after - timedelta(days=1))
            if day.weekday() < _WEEKDAYS
        ]
        met = sum(day.kind in {"school_day", _OPEN} for day in found)
        yield Month(f"{MONTHS[start.month - 1]} {start.year}", tuple(_weeks(found)), met)
        start = after


def _weeks(days: Iterable[Day]) -> Iterable[tuple[Day | None, ...]]:
    week: list[Day | None] = []
    for day in days:
        if not week:
            week = [None] * day.on.weekday()
        week.append(day)
        if len(week) == _WEEKDAYS:
            yield tuple(week)
            week = []
    if week:
        yield (*week, *([None] * (_WEEKDAYS - len(week))))


def _day(calendar: SchoolCalendar, on: date, opened: set[date], today: date) -> Day:
    finding = calendar.day(on)
    kind, name = finding.answer, str(finding.facts["name"] or "")
    if kind is DayKind.SCHOOL_DAY and on in opened:
        return Day(on, _OPEN, OPEN_LETTER, f"{short_day(on)}: open, {name}", on == today)
    words = (
        kind.words
        if kind in {DayKind.SCHOOL_DAY, DayKind.OUTSIDE_YEAR} or not name
        else f"{kind.words}, {name}"
    )
    return Day(on, kind.value, LETTERS.get(kind, ""), f"{short_day(on)}: {words}", on == today)


def _legend(counts: Counter[str]) -> Iterable[LegendItem]:
    yield LegendItem("school_day", "", "School day", counts["school_day"])
    for kind, letter in LETTERS.items():
        if counts[kind.value]:
            yield LegendItem(kind.value, letter, kind.words, counts[kind.value])
    if counts[_OPEN]:
        yield LegendItem(_OPEN, OPEN_LETTER, _OPEN_WORDS, counts[_OPEN])


def _stretches(calendar: SchoolCalendar, year: AcademicYearDates) -> Iterable[Stretch]:
    halves = calendar.half_terms(year)
    for term in sorted(year.terms, key=lambda term: term.first_day):
        yield _stretch(calendar, term, is_half=False)
        within = [half for half in halves if term.first_day <= half.first_day <= term.last_day]
        if len(within) > 1:
            for half in within:
                yield _stretch(calendar, half, is_half=True)


def _stretch(calendar: SchoolCalendar, term: TermDates, *, is_half: bool) -> Stretch:
    name = term.name.rpartition(", ")[2].capitalize() if is_half else term.name
    days = len(calendar.school_days(term.first_day, term.last_day))
    return Stretch(name, term.first_day, term.last_day, days, is_half)


def _closures(
    calendar: SchoolCalendar, year: AcademicYearDates, entries: Sequence[CalendarEntry]
) -> list[Closure]:
    found = [_of_entry(entry) for entry in entries]
    covered = {day for entry in entries for day in _each(entry.first_day, entry.last_day)}
    for day, name in calendar.bank_holidays.items():
        in_year = year.first_day <= day <= year.last_day
        if in_year and day.weekday() < _WEEKDAYS and not _has_entry(calendar.closed, day):
            in_term = any(term.first_day <= day <= term.last_day for term in year.terms)
            found.append(_of_bank_holiday(day, name, may_open=in_term and day not in covered))
    return sorted(found, key=lambda closure: (closure.first_day, closure.name))


def _of_entry(entry: CalendarEntry) -> Closure:
    is_open = entry.kind == CalendarEntry.Kind.OPEN
    kind = DayKind(entry.kind)
    days = list(_each(entry.first_day, entry.last_day))
    return Closure(
        kind=_OPEN if is_open else kind.value,
        letter=OPEN_LETTER if is_open else LETTERS[kind],
        words=_OPEN_WORDS if is_open else kind.words,
        name=entry.name,
        days=span_words(entry.first_day, entry.last_day),
        first_day=entry.first_day,
        weekdays=sum(day.weekday() < _WEEKDAYS for day in days),
        href=reverse("schools:entry", args=[entry.pk]),
        act="Change",
    )


def _of_bank_holiday(day: date, name: str, *, may_open: bool) -> Closure:
    query = urlencode({"kind": CalendarEntry.Kind.OPEN.value, "name": f"{name}, open", "on": day.isoformat()})
    return Closure(
        kind=DayKind.BANK_HOLIDAY.value,
        letter=LETTERS[DayKind.BANK_HOLIDAY],
        words=DayKind.BANK_HOLIDAY.words,
        name=name,
        days=short_day(day),
        first_day=day,
        weekdays=1,
        href=f"{reverse('schools:entry_new')}?{query}" if may_open else "",
        act="Open anyway" if may_open else "",
    )


def _has_entry(closed: Iterable[ClosedSpan], day: date) -> bool:
    return any(
        span.kind in {DayKind.BANK_HOLIDAY, DayKind.SCHOOL_DAY} and span.first_day <= day <= span.last_day
        for span in closed
    )


def span_words(first_day: date, last_day: date) -> str:
    """ "Mon 26 to Fri 30 Oct", "Mon 31 May to Fri 4 Jun", or one day."""
    if first_day == last_day:
        return short_day(first_day)
    if (first_day.year, first_day.month) == (last_day.year, last_day.month):
        return f"{short_day(first_day).rpartition(' ')[0]} to {short_day(last_day)}"
    if first_day.year != last_day.year:
        return f"{short_day_with_year(first_day)} to {short_day_with_year(last_day)}"
    return f"{short_day(first_day)} to {short_day(last_day)}"


def _each(first_day: date, last_day: date) -> Iterable[date]:
    return (first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1))
