"""What a blank register holds: who is in the group on a day, and what is already known of them."""

from dataclasses import dataclass
from datetime import date

from rollbook.apps.registers.queries.facts import known_about
from rollbook.apps.registers.queries.register import may_see_group
from rollbook.apps.roll.queries import RollPupil, pupils_on_roll
from rollbook.apps.schools.queries import Group, groups_on, timetable
from rollbook.domain.access import Viewer
from rollbook.domain.marks import RegisterTimes, SchoolSession


@dataclass(frozen=True, slots=True)
class BlankRegister:
    """One group's register before it is taken. `known` by pupil id: the code and the note."""

    group: Group
    on: date
    session: SchoolSession
    times: RegisterTimes
    pupils: list[RollPupil]
    known: dict[int, tuple[str, str]]


def groups_to_print(viewer: Viewer, on: date) -> list[Group]:
    """The groups of a day whose registers this viewer may look at, 7A before 10B. One query."""
    return [group for group in groups_on(viewer, on) if may_see_group(viewer, group)]


def blank_registers(
    viewer: Viewer, on: date, school_session: SchoolSession, group_id: int | None
) -> list[BlankRegister]:
    """The blank registers of a half-day, of one group or of all that this viewer may see; groups without pupils are
    left out. None on a day without registers. Three queries.
    """
    times = timetable(viewer).calendar.times(on, school_session)
    if times is None:
        return []
    groups = [group for group in groups_to_print(viewer, on) if group_id in (None, group.id)]
    wanted = {group.id for group in groups}
    pupils: dict[int, list[RollPupil]] = {}
    for pupil in pupils_on_roll(viewer, on):
        if pupil.group_id is not None and pupil.group_id in wanted:
            pupils.setdefault(pupil.group_id, []).append(pupil)
    born_on = {pupil.id: pupil.born_on for each in pupils.values() for pupil in each}
    known = {
        pupil: (each.plan.code, each.plan.note)
        for pupil, each in known_about(viewer, on, school_session, born_on).items()
        if each.plan is not None
    }
    return [
        BlankRegister(group, on, school_session, times, pupils[group.id], known)
        for group in groups
        if group.id in pupils
    ]
