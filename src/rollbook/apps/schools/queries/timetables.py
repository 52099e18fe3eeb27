"""The school's calendar, times and settings, as the rules need them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import holidays

from rollbook.apps.schools.models import AcademicYear, CalendarEntry, DayTimes, PolicySetting, School
from rollbook.apps.schools.queries.settings import SETTINGS
from rollbook.domain import calendar as days
from rollbook.domain.access import Viewer
from rollbook.domain.marks import RegisterTimes


@dataclass(frozen=True)
class Timetable:
    """A school's calendar and its policy settings, as they stood at one version of them."""

    calendar: days.SchoolCalendar
    settings: tuple[tuple[str, date, Any], ...]

    def setting(self, name: str, on: date) -> Any:
        """What the policy says on a day. Errors: KeyError for a name that is no setting."""
        value = SETTINGS[name].default
        for known, effective_from, chosen in self.settings:
            if known == name and effective_from <= on:
                value = chosen
        return value


def timetable(viewer: Viewer) -> Timetable:
    """The calendar and settings of the viewer's school; kept in memory until a change raises their version."""
    return _timetable(viewer.school_id, viewer.calendar_version)


def timetable_of_school(school_id: int) -> Timetable:
    """The same for a command or an action that has no viewer."""
    version = School.objects.values_list("calendar_version", flat=True).get(pk=school_id)
    return _timetable(school_id, version)


def forget_timetables() -> None:
    """Drops what is kept in memory (for tests, whose schools share ids)."""
    _timetable.cache_clear()


@lru_cache(maxsize=256)
def _timetable(school_id: int, version: int) -> Timetable:
    del version  # only says which kept copy is meant
    return read_timetable(school_id)


def read_timetable(school_id: int) -> Timetable:
    """The calendar and settings as the database has them at this moment, not kept: for an action that changes them."""
    years = tuple(
        days.AcademicYearDates(
            name=year.name,
            first_day=year.first_day,
            last_day=year.last_day,
            terms=tuple(days.TermDates(t.name, t.first_day, t.last_day) for t in year.terms.all()),
        )
        for year in AcademicYear.objects.filter(school_id=school_id).prefetch_related("terms")
    )
    closed = tuple(
        days.ClosedSpan(days.DayKind(entry.kind), entry.name, entry.first_day, entry.last_day)
        for entry in CalendarEntry.objects.filter(school_id=school_id)
    )
    day_times = tuple(as_day_times(row) for row in DayTimes.objects.filter(school_id=school_id))
    settings = PolicySetting.objects.filter(school_id=school_id).values_list(
        "name", "effective_from", "value"
    )
    return Timetable(
        calendar=days.SchoolCalendar(
            years=years, closed=closed, bank_holidays=bank_holidays(years), day_times=day_times
        ),
        settings=tuple(settings),
    )


def as_day_times(row: DayTimes) -> days.DayTimes:
    """A row of times as the rules take it."""
    return days.DayTimes(
        weekday=row.weekday,
        effective_from=row.effective_from,
        am=RegisterTimes(row.am_opens_at, row.am_closes_at, row.am_ends_at),
        pm=RegisterTimes(row.pm_opens_at, row.pm_closes_at, row.pm_ends_at),
    )


def bank_holidays(years: Iterable[days.AcademicYearDates]) -> dict[date, str]:
    """The bank holidays of England in these academic years; a school may override each in its calendar."""
    wanted = sorted({day.year for year in years for day in (year.first_day, year.last_day)})
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=wanted, language="en_GB"))


def school_of(viewer: Viewer) -> School:
    """The viewer's school with all its particulars."""
    return School.objects.get(pk=viewer.school_id)


def all_schools() -> list[School]:
    """Every school of this installation, by name: for commands, never for a page."""
    return list(School.objects.all())
