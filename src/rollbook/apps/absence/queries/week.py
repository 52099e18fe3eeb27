"""The sessions of a school on the days of a record."""

from datetime import date, datetime

from rollbook.apps.registers.queries.grid import has_opened
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.off_site import LONGEST_DAYS
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import sessions_on

Slot = tuple[date, SchoolSession]


def has_begun(viewer: Viewer, slot: Slot, now: datetime) -> bool:
    """Has the register of this session opened by now, so that somebody can be there?"""
    on, school_session = slot
    return has_opened(timetable(viewer).calendar.times(on, school_session), on, now)


def slots_between(
    viewer: Viewer, first_day: date, last_day: date, weekdays: int, sessions: str
) -> list[Slot]:
    """The sessions on which the school meets, of a weekly pattern; none where the days are out of order.

    At most a year: what is longer is refused anyhow.
    """
    if not 0 <= (last_day - first_day).days <= LONGEST_DAYS:
        return []
    days = timetable(viewer).calendar.school_days(first_day, last_day)
    return [(day, each) for day in days for each in sessions_on(day, weekdays, sessions)]
