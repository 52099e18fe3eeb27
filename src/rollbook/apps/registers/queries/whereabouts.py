"""Who is on site today: the day's marks, the desk's log and the roll put together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import connection

from rollbook.apps.registers.models import Movement as Movement
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.facts import planned_now
from rollbook.apps.registers.queries.marks import listed
from rollbook.apps.roll.queries import OnRoll, everyone_on_roll
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_SYMBOL, TAKEN_BACK
from rollbook.domain.law import Finding
from rollbook.domain.marks import RegisterTimes, SchoolSession
from rollbook.domain.on_site import Mark, Moved, MovementKind, Plan, Whereabouts, where_is

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
    """A pupil and where they are. Shape: `marks` of the day, the morning first; `moved` in the order written down.

    `plan` is what was recorded beforehand for this session, looked up only for those whose newest mark is not here.
    """

    pupil: OnRoll
    found: Finding[Whereabouts]
    marks: tuple[Mark, ...]
    moved: tuple[Moved, ...]
    plan: PlannedMark | None

    @property
    def is_where(self) -> Whereabouts:
        """The answer alone."""
        return self.found.answer


def everyone_placed(viewer: Viewer, now: datetime) -> list[Placed]:
    """Every pupil on roll today, by surname, and where they are now. Four queries whatever the size of the school."""
    return _placed(viewer, now, everyone_on_roll(viewer, now.date()))


def pupils_placed(viewer: Viewer, now: datetime, pupil_ids: Iterable[int]) -> list[Placed]:
    """The same for a few pupils; those who are not on roll today are left out. Four queries."""
    wanted = set(pupil_ids)
    return those_placed(viewer, now, lambda pupil: pupil.id in wanted)


def those_placed(viewer: Viewer, now: datetime, which: Callable[[OnRoll], bool]) -> list[Placed]:
    """The same for those on roll of whom `which` is true. Four queries."""
    few = [pupil for pupil in everyone_on_roll(viewer, now.date()) if which(pupil)]
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
    school_session = _session_at(times, now.time())
    plans = planned_now(viewer, on, school_session, [each.id for each in pupils if _may_be_away(marks, each)])
    found = []
    for pupil in pupils:
        own, moved = tuple(marks.get(pupil.id, ())), tuple(movements.get(pupil.id, ()))
        planned = plans.get(pupil.id)
        where = where_is(
            own,
            moved,
            afternoon_is_over_unmarked=is_over and pupil.is_marked,
            plan=Plan(school_session, planned.code) if planned else None,
        )
        found.append(Placed(pupil, where, own, moved, planned))
    return found


def _session_at(times: dict[SchoolSession, RegisterTimes | None], at: time) -> SchoolSession:
    morning = times[SchoolSession.AM]
    return SchoolSession.PM if morning and at >= morning.session_ends_at else SchoolSession.AM


def _may_be_away(marks: dict[int, list[Mark]], pupil: OnRoll) -> bool:
    newest = marks.get(pupil.id, ())[-1:]
    return not newest or not BY_SYMBOL[newest[0].code].is_on_site


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


# --- The log of the day -----------------------------------------------------------------------------------------


def movements_on(viewer: Viewer, on: date) -> list[Movement]:
    """Everything in the desk's log of a day, what was put right too, newest first. One query."""
    return list(
        Movement.objects.select_related("pupil", "voided_by")
        .filter(school_id=viewer.school_id, on=on)
        .exclude(kind=Movement.Kind.VOID)
        .order_by("-moved_at", "-id")
    )


def movements_of(viewer: Viewer, on: date, pupil_ids: Iterable[int]) -> dict[int, list[Movement]]:
    """What stands in the desk's log of a day for these pupils, in the order written down. One query."""
    found: dict[int, list[Movement]] = {}
    rows = Movement.objects.filter(
        school_id=viewer.school_id, on=on, pupil_id__in=list(pupil_ids), voided_by=None
    )
    for movement in rows.exclude(kind=Movement.Kind.VOID).order_by("number"):
        found.setdefault(movement.pupil_id, []).append(movement)
    return found


def is_out(moved: Sequence[Movement]) -> bool:
    """Whether the last thing written down of a pupil is that they left."""
    return bool(moved) and moved[-1].kind == Movement.Kind.LEFT


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
