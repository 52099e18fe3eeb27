"""A pupil's year: every half-day with its mark, the totals, and what was amended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.marks import Versions, amended_marks, listed, plans_of_pupil
from rollbook.apps.registers.queries.register import may_see_group
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.roll.queries import Enrolled, Pupil, enrolments_of, group_of_pupil, pupil_of
from rollbook.apps.schools.queries import Group, group_on, timetable
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import AcademicYearDates, SchoolCalendar
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.marks import SchoolSession
from rollbook.domain.rates import Totals, totals


@dataclass(frozen=True)
class PupilYear:
    """One pupil in one academic year.

    Shape: `marks` has a key for every half-day on roll that has a mark or whose register has closed, "" where nobody
    marked it; `ahead` are the half-days still to come or open now. `counted` are those of `marks` on days on roll whose
    register has opened: what stands of other days is shown and counts nowhere (domain.md 4.1.7).
    """

    pupil: Pupil
    group: Group | None
    enrolments: list[Enrolled]
    calendar: SchoolCalendar
    first_day: date
    last_day: date
    years: tuple[AcademicYearDates, ...]
    last_on_roll: date
    marks: dict[tuple[date, SchoolSession], str]
    counted: dict[tuple[date, SchoolSession], str]
    ahead: list[tuple[date, SchoolSession]]
    totals: Totals
    amended: list[Versions]
    plans: list[PlannedMark]
    minutes_lost: int

    def may_have_mark(self, on: date, school_session: SchoolSession, now: datetime) -> bool:
        """Whether the pupil can be marked for this half-day by now: on roll, and the register has opened."""
        if (on, school_session) in self.marks:
            return True
        times = self.calendar.times(on, school_session)
        opened = on == now.date() and times is not None and now.time() >= times.opens_at
        return opened and (on, school_session) in self.ahead

    @property
    def missing_count(self) -> int:
        """Half-days on roll that nobody marked."""
        return sum(1 for symbol in self.counted.values() if not symbol)

    @property
    def uncounted_count(self) -> int:
        """Marks of days on which the pupil was not on the roll, or of a register that has not opened."""
        return len(self.marks) - len(self.counted)


def pupil_year(viewer: Viewer, pupil_id: int, on: date | None, now: datetime) -> PupilYear | None:
    """A pupil's page for the academic year of a day; None where the viewer may not see the pupil.

    Without a day it is the year of now, for one who has left that of the last day on roll.
    """
    seen = pupil_to_see(viewer, pupil_id, now.date())
    if seen is None:
        return None
    pupil, group = seen
    calendar = timetable(viewer).calendar
    enrolments = enrolments_of(viewer, pupil_id)
    last_on_roll = max((each.last_day or now.date() for each in enrolments), default=now.date())
    first_day, last_day = year_bounds(calendar, on or min(now.date(), last_on_roll))
    days = packed_year(viewer.school_id, (first_day, last_day)).days_of(pupil_id)
    marks, ahead = _half_days(viewer, calendar, pupil_id, (first_day, last_day), enrolments, now)
    counted = {key: symbol for key, symbol in marks.items() if _counts(calendar, enrolments, key, now)}
    return PupilYear(
        pupil=pupil,
        group=group,
        enrolments=enrolments,
        calendar=calendar,
        first_day=first_day,
        last_day=last_day,
        years=calendar.years,
        last_on_roll=last_on_roll,
        marks=marks,
        counted=counted,
        ahead=ahead,
        totals=totals(symbol or None for symbol in counted.values()),
        amended=amended_marks(viewer, pupil_id, days),
        plans=[plan for plan in plans_of_pupil(viewer, pupil_id) if plan.last_day >= now.date()],
        minutes_lost=_minutes_lost(viewer, pupil_id, (key for key, symbol in counted.items() if symbol)),
    )


def pupil_to_see(viewer: Viewer, pupil_id: int, today: date) -> tuple[Pupil, Group | None] | None:
    """A pupil whose marks this viewer may look at, with today's group; None for any other."""
    pupil = pupil_of(viewer, pupil_id)
    if pupil is None:
        return None
    group_id = group_of_pupil(viewer, pupil_id, today)
    group = group_on(viewer, group_id, today) if group_id else None
    return (pupil, group) if may_see_group(viewer, group) else None


def _half_days(
    viewer: Viewer,
    calendar: SchoolCalendar,
    pupil_id: int,
    bounds: tuple[date, date],
    enrolments: list[Enrolled],
    now: datetime,
) -> tuple[dict[tuple[date, SchoolSession], str], list[tuple[date, SchoolSession]]]:
    year = packed_year(viewer.school_id, bounds)
    row = year.of_pupil(pupil_id)
    marks: dict[tuple[date, SchoolSession], str] = {}
    ahead: list[tuple[date, SchoolSession]] = []
    for day in calendar.school_days(*bounds):
        on_roll = _is_on_roll(enrolments, day)
        for school_session in SchoolSession:
            byte = int(row[year.column(day, school_session is SchoolSession.PM)])
            times = calendar.times(day, school_session)
            closed = day < now.date() or (
                day == now.date() and times is not None and now.time() >= times.closes_at
            )
            if byte:
                marks[day, school_session] = BY_BYTE[byte].symbol
            elif on_roll and closed:
                marks[day, school_session] = ""
            elif on_roll:
                ahead.append((day, school_session))
    return marks, ahead


def _is_on_roll(enrolments: list[Enrolled], day: date) -> bool:
    """Whether registers are taken of the pupil on a day: on the roll, and no boarder then."""
    return any(
        each.first_day <= day and (each.last_day is None or day <= each.last_day)
        for each in enrolments
        if not each.is_boarder
    )


def _counts(
    calendar: SchoolCalendar, enrolments: list[Enrolled], half_day: tuple[date, SchoolSession], now: datetime
) -> bool:
    """Whether a half-day counts: on roll, and its register has opened by now. Source: domain.md 4.1.7."""
    day, school_session = half_day
    times = calendar.times(day, school_session) if day == now.date() else None
    has_opened = day < now.date() or (times is not None and times.opens_at <= now.time())
    return has_opened and _is_on_roll(enrolments, day)


def _minutes_lost(viewer: Viewer, pupil_id: int, counted: Iterable[tuple[date, SchoolSession]]) -> int:
    """Minutes late over these half-days, of the marks as they stand now."""
    asked = {(on.isoformat(), school_session.value) for on, school_session in counted}
    wanted, places = listed(sorted({on for on, _ in asked}))
    with connection.cursor() as cursor:
        cursor.execute(_MINUTES.format(places=places), [viewer.school_id, pupil_id, *wanted])
        newest = {(str(on), session): minutes or 0 for on, session, minutes in cursor.fetchall()}
    return sum(minutes for half_day, minutes in newest.items() if half_day in asked)


# Every version, so that minutes which were amended away are not counted. "+": see queries.marks.
_MINUTES = """
SELECT "on", session, minutes_late FROM registers_entry
WHERE +school_id = %s AND pupil_id = %s AND "on" IN ({places}) AND session IN ('AM', 'PM') ORDER BY version
"""
