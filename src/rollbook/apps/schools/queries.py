"""The school's calendar, times, settings and groups, as the rules need them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import holidays
from django.db.models import Q

from rollbook.apps.schools.models import (
    AcademicYear,
    CalendarEntry,
    DayTimes,
    GroupTeacher,
    PolicySetting,
    School,
    TeachingGroup,
)
from rollbook.domain import calendar as days
from rollbook.domain.access import Viewer
from rollbook.domain.marks import RegisterTimes

# What a policy setting is until a school's policy says otherwise.
SETTING_DEFAULTS: dict[str, Any] = {
    "submit_within_minutes": 15,  # policy 3.5
    "low_attendance_percent": 90,  # the persistent absence line, domain.md 4.1
}


@dataclass(frozen=True)
class Timetable:
    """A school's calendar and its policy settings, as they stood at one version of them."""

    calendar: days.SchoolCalendar
    settings: tuple[tuple[str, date, Any], ...]

    def setting(self, name: str, on: date) -> Any:
        """What the policy says on a day. Errors: KeyError for a name that is no setting."""
        value = SETTING_DEFAULTS[name]
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
    settings = PolicySetting.objects.filter(school_id=school_id).values_list("name", "effective_from", "value")
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


def groups_on(viewer: Viewer, on: date) -> list[TeachingGroup]:
    """The teaching groups of the viewer's school on a day, by name, each with `teacher_names` and `teacher_ids`."""
    groups = list(
        TeachingGroup.objects.filter(
            Q(last_day=None) | Q(last_day__gte=on), school_id=viewer.school_id, first_day__lte=on
        )
    )
    teachers = GroupTeacher.objects.select_related("user").filter(
        Q(last_day=None) | Q(last_day__gte=on), group__in=groups, first_day__lte=on
    )
    by_group: dict[int, list[GroupTeacher]] = {}
    for teacher in teachers:
        by_group.setdefault(teacher.group_id, []).append(teacher)
    for group in groups:
        own = by_group.get(group.pk, [])
        group.teacher_names = ", ".join(t.user.name for t in own)  # type: ignore[attr-defined]
        group.teacher_ids = {t.user_id for t in own}  # type: ignore[attr-defined]
    return sorted(groups, key=lambda group: natural(group.name))


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts 7A before 10B."""
    parts: list[tuple[int, int, str]] = []
    digits, letters = "", ""
    for sign in [*name, ""]:
        if sign.isdigit():
            if letters:
                parts.append((1, 0, letters.casefold()))
                letters = ""
            digits += sign
        else:
            if digits:
                parts.append((0, int(digits), ""))
                digits = ""
            letters += sign
    if letters:
        parts.append((1, 0, letters.casefold()))
    return tuple(parts)


@dataclass(frozen=True)
class Group:
    """A teaching group with the people who take its registers on a day."""

    id: int
    name: str
    room: str
    teacher_ids: frozenset[int]
    teacher_names: str


def group_on(viewer: Viewer, group_id: int, on: date) -> Group | None:
    """One teaching group of the viewer's school; None where there is none on that day. One query."""
    rows = list(
        TeachingGroup.objects.filter(
            Q(last_day=None) | Q(last_day__gte=on), pk=group_id, school_id=viewer.school_id, first_day__lte=on
        ).values_list(
            "id", "name", "room", "teachers__user_id", "teachers__user__name", "teachers__first_day", "teachers__last_day"
        )
    )
    if not rows:
        return None
    teachers = {
        user_id: name
        for _, _, _, user_id, name, first_day, last_day in rows
        if user_id is not None and first_day <= on and (last_day is None or last_day >= on)
    }
    return Group(rows[0][0], rows[0][1], rows[0][2], frozenset(teachers), ", ".join(teachers.values()))
