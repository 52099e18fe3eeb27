"""Academic years with their entries, as the calendar page shows them and as the next year is copied from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rollbook.apps.schools.models import AcademicYear, CalendarEntry
from rollbook.apps.schools.queries.timetables import bank_holidays
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import AcademicYearDates, ClosedSpan, DayKind, SchoolCalendar, TermDates

# Fifty-two weeks: a Monday stays a Monday.
_A_YEAR_ON = timedelta(weeks=52)


@dataclass(frozen=True, slots=True)
class YearPlan:
    """An academic year and the days closed in it, before they are in the calendar."""

    year: AcademicYearDates
    entries: tuple[ClosedSpan, ...]

    @property
    def calendar(self) -> SchoolCalendar:
        """The calendar this plan alone would make."""
        return SchoolCalendar(
            years=(self.year,), closed=self.entries, bank_holidays=bank_holidays((self.year,)), day_times=()
        )


def years_of(viewer: Viewer) -> list[AcademicYear]:
    """The academic years of the viewer's school in order. One query."""
    return list(AcademicYear.objects.filter(school_id=viewer.school_id))


def year_to_show(years: Sequence[AcademicYear], on: date) -> AcademicYear | None:
    """Which year does a page open with: the one of the day, else the next to come, else the last there was?"""
    current = [year for year in years if year.first_day <= on <= year.last_day]
    coming = [year for year in years if year.first_day > on]
    return next(iter(current or coming or reversed(years)), None)


def year_of_viewer(viewer: Viewer, year_id: int) -> AcademicYear | None:
    """A year of the viewer's school with its terms; None for any other. Two queries."""
    return (
        AcademicYear.objects.filter(school_id=viewer.school_id, pk=year_id).prefetch_related("terms").first()
    )


def entries_of(viewer: Viewer, year: AcademicYear) -> list[CalendarEntry]:
    """The entries of the calendar that fall in a year, in order. One query."""
    return list(
        CalendarEntry.objects.filter(
            school_id=viewer.school_id, last_day__gte=year.first_day, first_day__lte=year.last_day
        )
    )


def entry_of(viewer: Viewer, entry_id: int) -> CalendarEntry | None:
    """An entry of the viewer's school; None for any other."""
    return CalendarEntry.objects.filter(school_id=viewer.school_id, pk=entry_id).first()


def dates_of(year: AcademicYear) -> AcademicYearDates:
    """A year as the rules take it."""
    terms = tuple(TermDates(term.name, term.first_day, term.last_day) for term in year.terms.all())
    return AcademicYearDates(year.name, year.first_day, year.last_day, terms)


def a_year_on(viewer: Viewer, year: AcademicYear) -> YearPlan:
    """The year after, as a copy: the same weekdays 52 weeks later, the ends of the year on the same dates.

    Bank holidays and days open although a bank holiday are left out: they belong to one year only.
    """
    first_day = year.last_day + timedelta(days=1)
    last_day = _same_date_next_year(year.last_day)
    entries = tuple(
        ClosedSpan(DayKind(entry.kind), entry.name, entry.first_day + _A_YEAR_ON, entry.last_day + _A_YEAR_ON)
        for entry in entries_of(viewer, year)
        if entry.kind not in {CalendarEntry.Kind.BANK_HOLIDAY, CalendarEntry.Kind.OPEN}
    )
    terms = tuple(
        TermDates(term.name, term.first_day + _A_YEAR_ON, term.last_day + _A_YEAR_ON)
        for term in year.terms.all()
    )
    dates = AcademicYearDates(name_of_year(first_day), first_day, last_day, terms)
    return YearPlan(dates, tuple(_within(entry, dates) for entry in entries))


def first_plan(on: date) -> YearPlan:
    """A start for a school without a year: 1 September to 31 August, three terms, dates to be put right."""
    start = on.year if on.month >= 7 else on.year - 1
    year = AcademicYearDates(
        f"{start}/{(start + 1) % 100:02d}",
        date(start, 9, 1),
        date(start + 1, 8, 31),
        (
            TermDates("Autumn term", date(start, 9, 1), date(start, 12, 18)),
            TermDates("Spring term", date(start + 1, 1, 5), date(start + 1, 3, 27)),
            TermDates("Summer term", date(start + 1, 4, 13), date(start + 1, 7, 21)),
        ),
    )
    return YearPlan(year, ())


def name_of_year(first_day: date) -> str:
    """2026/27 for a year that begins in 2026."""
    return f"{first_day.year}/{(first_day.year + 1) % 100:02d}"


def _within(entry: ClosedSpan, year: AcademicYearDates) -> ClosedSpan:
    """The same entry without days before the year's first: 1 September 2026, 52 weeks on, is 31 August 2027."""
    first_day = max(entry.first_day, year.first_day)
    return ClosedSpan(entry.kind, entry.name, first_day, max(entry.last_day, first_day))


def _same_date_next_year(day: date) -> date:
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
