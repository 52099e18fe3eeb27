"""Records: whose they are, whom they may be about, and the lists of those about one pupil each."""

from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from rollbook.apps.absence.models import Record
from rollbook.apps.absence.queries.week import Slot
from rollbook.apps.roll.queries import RollPupil, pupils_on_roll
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.off_site import LONGEST_DAYS
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import WeekGrid

R = TypeVar("R", bound=Record)
_LARGEST_ID = 2**63 - 1


def with_id(viewer: Viewer, model: type[R], record_id: int) -> QuerySet[R]:
    """The record of the viewer's school with this id, where there is one."""
    if record_id > _LARGEST_ID:  # SQLite refuses to compare with it
        return model._default_manager.none()
    return model._default_manager.filter(school_id=viewer.school_id, pk=record_id)


def record_of(viewer: Viewer, model: type[R], record_id: int) -> R | None:
    """One record of the viewer's school with its pupil; None for any other. One query."""
    return with_id(viewer, model, record_id).select_related("pupil").first()


def records_of(viewer: Viewer, model: type[R], today: date, *, past: bool, with_many: str = "") -> list[R]:
    """The school's records that are over or were taken back, latest first, or the others, soonest first.

    `with_many` names the rows that belong to each record. One query, two with them.
    """
    is_past = Q(last_day__lt=today) | ~Q(ended_at=None)
    rows = model._default_manager.filter(school_id=viewer.school_id).select_related("pupil")
    if with_many:
        rows = rows.prefetch_related(with_many)
    if past:
        return list(rows.filter(is_past).order_by("-last_day", "-id"))
    return list(rows.exclude(is_past).order_by("first_day", "pupil__surname", "id"))


def on_roll_then(viewer: Viewer, today: date, first_day: date | None = None) -> list[RollPupil]:
    """Those on roll today or on a later first day, by name. One or two queries."""
    days = {today, first_day or today}
    found = {pupil.id: pupil for day in days for pupil in pupils_on_roll(viewer, day)}
    return sorted(found.values(), key=lambda pupil: (pupil.surname, pupil.forename, pupil.id))


def slots_of_grid(viewer: Viewer, grid: WeekGrid, first_day: date, last_day: date) -> list[Slot]:
    """The sessions of the school between two days that a week's grid holds; none for days out of order or too many."""
    return [
        (day, each)
        for day in school_days_between(viewer, first_day, last_day)
        for each in SchoolSession
        if grid.holds(day, each)
    ]


def school_days_between(viewer: Viewer, first_day: date, last_day: date) -> list[date]:
    """The days on which the school meets between two; none for days out of order or more than a year apart."""
    if not 0 <= (last_day - first_day).days <= LONGEST_DAYS:
        return []
    return timetable(viewer).calendar.school_days(first_day, last_day)
