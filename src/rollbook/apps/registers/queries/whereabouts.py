"""Who is on site today: the day's marks, the desk's log and the roll put together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import connection

from rollbook.apps.registers.models import Movement, PlannedMark
from rollbook.apps.registers.queries.facts import as_planned
from rollbook.apps.registers.queries.marks import listed, plans_around
from rollbook.apps.roll.queries import OnRoll, everyone_on_roll
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.codes import TAKEN_BACK
from rollbook.domain.law import Finding
from rollbook.domain.marks import RegisterTimes, SchoolSession
from rollbook.domain.on_site import Mark, Moved, MovementKind, Whereabouts, where_is

# The newest version of each mark of the day. Written out: a roll call asks it for the whole school at once.
_MARKS = """
SELECT pupil_id, session, code, arrived_at FROM registers_entry
WHERE school_id = %s AND "on" = %s {which}
ORDER BY pupil_id, session, version
"""
_MOVEMENTS = """
SELECT m.pupil_id, m.kind, m.moved_at FROM registers_movement m
LEFT JOIN registers_movement v ON v.voids_id = m.id
WHERE m.school_id = %s AND m."on" = %s AND m.kind <> 'void' AND v.id IS NULL {which}
ORDER BY m.pupil_id, m.number
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A pupil and where they are. Shape: `marks` of the day, the morning first; `moved` in the order written down."""

    pupil: OnRoll
    found: Finding[Whereabouts]
    marks: tuple[Mark, ...]
    moved: tuple[Moved, ...]

    @property
    def is_where(self) -> Whereabouts:
        """The answer alone."""
        return self.found.answer


def everyone_placed(viewer: Viewer, now: datetime) -> list[Placed]:
    """Every pupil on roll today, by surname, and where they are now. Three queries whatever the size of the school."""
    return _placed(viewer, now, everyone_on_roll(viewer, now.date()))


def pupils_placed(viewer: Viewer, now: datetime, pupil_ids: Iterable[int]) -> list[Placed]:
    """The same for a few pupils; those who are not on roll today are left out. Three queries."""
    wanted = set(pupil_ids)
    few = [pupil for pupil in everyone_on_roll(viewer, now.date()) if pupil.id in wanted]
    return _placed(viewer, now, few, only=True)


def _placed(viewer: Viewer, now: datetime, pupils: Sequence[OnRoll], *, only: bool = False) -> list[Placed]:
    on = now.date()
    calendar = timetable(viewer).calendar
    times = {each: calendar.times(on, each) for each in SchoolSession}
    chosen = [pupil.id for pupil in pupils] if only else None
    marks = _marks(viewer.school_id, on, times, chosen)
    movements = _movements(viewer.school_id, on, chosen)
    afternoon = times[SchoolSession.PM]
    is_over = afternoon is not None and now.time() >= afternoon.closes_at
    found = []
    for pupil in pupils:
        own, moved = marks.get(pupil.id, ()), movements.get(pupil.id, ())
        unmarked = is_over and pupil.is_marked
        found.append(
            Placed(pupil, where_is(own, moved, afternoon_is_over_unmarked=unmarked), tuple(own), tuple(moved))
        )
    return found


def _marks(
    school_id: int,
    on: date,
    times: dict[SchoolSession, RegisterTimes | None],
    pupil_ids: Sequence[int] | None,
) -> dict[int, list[Mark]]:
    opens = {each: found.opens_at if found else time() for each, found in times.items()}
    newest: dict[tuple[int, str], tuple[str, time | None]] = {}
    for pupil_id, session, code, arrived_at in _rows(_MARKS, school_id, on, "pupil_id", pupil_ids):
        newest[pupil_id, session] = (code, _time(arrived_at))
    found: dict[int, list[Mark]] = {}
    for (pupil_id, session), (code, arrived_at) in newest.items():
        if code == TAKEN_BACK.symbol:
            continue  # as if nobody had marked the pupil
        school_session = SchoolSession(session)
        found.setdefault(pupil_id, []).append(Mark(school_session, code, opens[school_session], arrived_at))
    return found


def _movements(school_id: int, on: date, pupil_ids: Sequence[int] | None) -> dict[int, list[Moved]]:
    found: dict[int, list[Moved]] = {}
    for pupil_id, kind, moved_at in _rows(_MOVEMENTS, school_id, on, "m.pupil_id", pupil_ids):
        at = _time(moved_at)
        if at is not None:
            found.setdefault(pupil_id, []).append(Moved(MovementKind(kind), at))
    return found


def _rows(
    statement: str, school_id: int, on: date, column: str, pupil_ids: Sequence[int] | None
) -> list[tuple[Any, ...]]:
    which = ""
    chosen: Sequence[int] = ()
    if pupil_ids is not None:
        chosen, places = listed(pupil_ids)
        which = f"AND {column} IN ({places})"
    with connection.cursor() as cursor:
        cursor.execute(statement.format(which=which), [school_id, on.isoformat(), *chosen])
        return list(cursor.fetchall())


def _time(value: time | str | None) -> time | None:
    """A time of day as PostgreSQL or as SQLite gives it."""
    return time.fromisoformat(value) if isinstance(value, str) else value


def trips_of(
    viewer: Viewer, placed: Iterable[Placed], on: date, school_session: SchoolSession
) -> dict[int, PlannedMark]:
    """Where those at an activity are and who leads it, as far as it was recorded beforehand. One query."""
    marked = {each.pupil.id: each.marks[-1].code for each in placed if each.is_where is Whereabouts.ELSEWHERE}
    found = {}
    for pupil_id, plans in plans_around(viewer.school_id, on, on, marked).items():
        for plan in plans:  # of two with the code of the mark the one recorded last
            if plan.code == marked[pupil_id] and as_planned(plan).is_for(on, school_session):
                found[pupil_id] = plan
    return found


# --- The log of the day -----------------------------------------------------------------------------------------


def movements_on(viewer: Viewer, on: date) -> list[Movement]:
    """Everything in the desk's log of a day, what was put right too, newest first. One query."""
    return list(
        Movement.objects.select_related("pupil", "voided_by")
        .filter(school_id=viewer.school_id, on=on)
        .exclude(kind=Movement.Kind.VOID)
        .order_by("-moved_at", "-id")
    )


def movement_of(viewer: Viewer, movement_id: int) -> Movement | None:
    """One movement of the viewer's school with its pupil; None for any other. One query."""
    return (
        Movement.objects.select_related("pupil", "voided_by")
        .filter(school_id=viewer.school_id, pk=movement_id)
        .exclude(kind=Movement.Kind.VOID)
        .first()
    )


def movement_of_form(school_id: int, key: UUID) -> Movement | None:
    """What came of a form that was sent before; None for one that was not. One query."""
    return Movement.objects.filter(school_id=school_id, key=key).first()


def count_of_day(pupil_id: int, on: date) -> int:
    """How many rows a pupil has in the log of a day, voids too: the number of the last one. One query."""
    return Movement.objects.filter(pupil_id=pupil_id, on=on).count()
