"""The marks of a span of days with every version: what certificates and registers on paper are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rollbook.apps.registers.models import Entry
from rollbook.apps.registers.queries.marks import Versions, listed
from rollbook.apps.registers.queries.pupil import pupil_to_see
from rollbook.apps.registers.queries.register import group_to_see
from rollbook.apps.roll.queries import (
    Enrolled,
    GroupPupil,
    Pupil,
    enrolments_of,
    pupils_of_group_between,
)
from rollbook.apps.schools.queries import Group, timetable
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.marks import SchoolSession
from rollbook.domain.rates import Totals, totals
from rollbook.domain.spans import Span

HalfDay = tuple[date, SchoolSession]

# "+" keeps SQLite from going by the school's index, where it would read whole days of the school.
_BETWEEN = """
SELECT * FROM registers_entry
WHERE +school_id = %s AND "on" IN ({days}) AND session IN ('AM', 'PM') AND pupil_id IN ({pupils})
ORDER BY "on", session, pupil_id, version
"""


@dataclass(frozen=True)
class PupilSpan:
    """The marks of one pupil from a day to a day.

    Shape: `marks` by half-day, oldest version first; `missing` are half-days on roll that nobody marked; `days` are
    the school days of the span and any other day that has a mark.
    """

    pupil: Pupil
    group: Group | None
    enrolments: list[Enrolled]
    calendar: SchoolCalendar
    first_day: date
    last_day: date
    days: list[date]
    marks: dict[HalfDay, Versions]
    missing: frozenset[HalfDay]

    @property
    def totals(self) -> Totals:
        """What the marks as they stand add up to."""
        symbols: list[str | None] = [versions[-1].code for versions in self.marks.values()]
        return totals(symbols + [None] * len(self.missing))

    @property
    def minutes_late(self) -> int:
        """Minutes late of the marks as they stand."""
        return sum(versions[-1].minutes_late or 0 for versions in self.marks.values())

    @property
    def amended(self) -> list[Versions]:
        """The marks that were amended, earliest first."""
        return [versions for _, versions in sorted(self.marks.items()) if len(versions) > 1]


@dataclass(frozen=True)
class GroupSpan:
    """The registers of one group from a day to a day.

    Shape: `marks` by pupil id and half-day, oldest version first; `missing` likewise; `days` as in `PupilSpan`.
    """

    group: Group
    calendar: SchoolCalendar
    first_day: date
    last_day: date
    days: list[date]
    pupils: list[GroupPupil]
    marks: dict[int, dict[HalfDay, Versions]]
    missing: frozenset[tuple[int, HalfDay]]

    @property
    def amended(self) -> list[tuple[GroupPupil, Versions]]:
        """The marks that were amended, by day, each with its pupil."""
        found = [
            (half_day, place, pupil, versions)
            for place, pupil in enumerate(self.pupils)
            for half_day, versions in self.marks.get(pupil.id, {}).items()
            if len(versions) > 1
        ]
        return [(pupil, versions) for *_, pupil, versions in sorted(found, key=lambda each: each[:2])]


def pupil_span(
    viewer: Viewer, pupil_id: int, first_day: date, last_day: date, now: datetime
) -> PupilSpan | None:
    """A pupil's marks from a day to a day; None where the viewer may not see the pupil."""
    seen = pupil_to_see(viewer, pupil_id, now.date())
    if seen is None:
        return None
    pupil, group = seen
    calendar = timetable(viewer).calendar
    span = Span(first_day, last_day)
    enrolments = [
        each for each in enrolments_of(viewer, pupil_id) if span.overlaps(Span(each.first_day, each.last_day))
    ]
    marks = _marks_between(viewer, [pupil_id], first_day, last_day).get(pupil_id, {})
    days = _days(calendar, first_day, last_day, marks)
    unmarked = [
        half_day
        for half_day in _half_days(days)
        if half_day not in marks
        and any(half_day[0] in Span(each.first_day, each.last_day) for each in enrolments)
    ]
    missing = _closed(calendar, unmarked, now)
    return PupilSpan(pupil, group, enrolments, calendar, first_day, last_day, days, marks, missing)


def group_span(
    viewer: Viewer, group_id: int, first_day: date, last_day: date, now: datetime
) -> GroupSpan | None:
    """A group's registers from a day to a day, of every pupil who was in it; None where the viewer may not see it."""
    group = group_to_see(viewer, group_id, last_day, now.date()) or group_to_see(
        viewer, group_id, first_day, now.date()
    )
    if group is None:
        return None
    calendar = timetable(viewer).calendar
    span = Span(first_day, last_day)
    pupils = pupils_of_group_between(viewer, group_id, span)
    found = _marks_between(viewer, [pupil.id for pupil in pupils], first_day, last_day)
    # A mark made while the pupil was in another group belongs to that group's register.
    marks = {
        pupil.id: {
            half_day: versions
            for half_day, versions in found.get(pupil.id, {}).items()
            if pupil.is_in_group(half_day[0])
        }
        for pupil in pupils
    }
    days = _days(calendar, first_day, last_day, [half_day for each in marks.values() for half_day in each])
    closed = _closed(calendar, _half_days(days), now)
    missing = {
        (pupil.id, half_day)
        for half_day in closed
        for pupil in pupils
        if half_day not in marks[pupil.id] and pupil.is_in_group(half_day[0])
    }
    return GroupSpan(group, calendar, first_day, last_day, days, pupils, marks, frozenset(missing))


def _marks_between(
    viewer: Viewer, pupil_ids: Sequence[int], first_day: date, last_day: date
) -> dict[int, dict[HalfDay, Versions]]:
    days, day_places = listed(day.isoformat() for day in Span(first_day, last_day).days())
    pupils, pupil_places = listed(pupil_ids)
    entries = Entry.objects.raw(
        _BETWEEN.format(days=day_places, pupils=pupil_places), [viewer.school_id, *days, *pupils]
    )
    found: dict[int, dict[HalfDay, Versions]] = {}
    for entry in entries:
        half_day = (entry.on, SchoolSession(entry.session))
        found.setdefault(entry.pupil_id, {}).setdefault(half_day, []).append(entry)
    return found


def _days(calendar: SchoolCalendar, first_day: date, last_day: date, marked: Iterable[HalfDay]) -> list[date]:
    """The school days, and days that were school days when they were marked and no longer are."""
    return sorted({*calendar.school_days(first_day, last_day), *(on for on, _ in marked)})


def _half_days(days: Iterable[date]) -> list[HalfDay]:
    return [(day, school_session) for day in days for school_session in SchoolSession]


def _closed(calendar: SchoolCalendar, half_days: Iterable[HalfDay], now: datetime) -> frozenset[HalfDay]:
    """Those of these half-days whose register has closed by now."""
    found = set()
    for day, school_session in half_days:
        times = calendar.times(day, school_session)
        if times is not None and (day, times.closes_at) <= (now.date(), now.time()):
            found.add((day, school_session))
    return frozenset(found)
