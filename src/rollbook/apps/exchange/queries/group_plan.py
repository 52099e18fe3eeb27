"""What loading a list of teaching groups would do, row by row."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from rollbook.apps.accounts.queries import Person, people_of
from rollbook.apps.schools.queries.groups import GroupRow as HeldGroup
from rollbook.apps.schools.queries.groups import group_rows
from rollbook.domain.access import Viewer
from rollbook.formats.group_file import GroupRow, GroupSheet
from rollbook.formats.tables import RowProblem
from rollbook.ui.words import plain_day


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """What one row does: a group that is made, a room that changes, somebody who takes the group from a day on."""

    row: GroupRow
    on: date
    held: HeldGroup | None
    room: str | None
    teacher: Person | None

    @property
    def is_unchanged(self) -> bool:
        """Does everything stand already?"""
        return self.held is not None and self.room is None and self.teacher is None


@dataclass(frozen=True, slots=True)
class GroupsPlan:
    """The whole of a list."""

    rows: tuple[PlannedGroup, ...]
    problems: tuple[RowProblem, ...]

    @property
    def refused_count(self) -> int:
        """How many rows can't be loaded."""
        return len({problem.line for problem in self.problems})

    @property
    def digest(self) -> str:
        """A short sum over everything the plan does, to see whether it is still the one somebody looked at."""
        said = [
            (
                each.row.line,
                each.held.group.pk if each.held else 0,
                each.room,
                each.teacher and each.teacher.id,
            )
            for each in self.rows
        ]
        return sha256(repr((said, sorted(problem.line for problem in self.problems))).encode()).hexdigest()[
            :16
        ]


def plan_groups(viewer: Viewer, sheet: GroupSheet, takes_effect_on: date) -> GroupsPlan:
    """What loading these groups would do as things stand. Four queries."""
    first_day = min([takes_effect_on, *(row.first_day for row in sheet.rows if row.first_day)])
    held: dict[str, list[HeldGroup]] = {}
    for each in group_rows(viewer, first_day):
        held.setdefault(each.group.name.casefold(), []).append(each)
    staff = {person.email: person for person in people_of(viewer, takes_effect_on)}
    rows: list[PlannedGroup] = []
    problems = [*sheet.problems]
    for row in sheet.rows:
        on = row.first_day or takes_effect_on
        planned = _planned(row, on, held.get(row.name.casefold(), []), staff)
        if isinstance(planned, str):
            problems.append(RowProblem(row.line, row.name, "", planned))
        else:
            rows.append(planned)
    return GroupsPlan(tuple(rows), tuple(sorted(problems, key=lambda problem: problem.line)))


def _planned(row: GroupRow, on: date, held: list[HeldGroup], staff: dict[str, Person]) -> PlannedGroup | str:
    """What a row does, or why it can't be loaded."""
    there = next((each for each in held if each.group.last_day is None or each.group.last_day >= on), None)
    if there is not None:
        on = max(on, there.group.first_day)
        if there.group.last_day is not None:
            return f"This group ends on {plain_day(there.group.last_day)}. Change that on the page of the groups first."
    teacher = None
    if row.teacher:
        teacher = staff.get(row.teacher)
        if teacher is None:
            return f"Nobody at the school signs in as {row.teacher}. Import the staff first."
        if not teacher.held(on):
            return f"{teacher.name} holds no role at the school on {plain_day(on)}. Give one first."
    room = row.room if there is None or (row.room and row.room != there.group.room) else None
    if teacher is not None and there is not None:
        taking = (*there.today, *there.later, *there.earlier)
        if any(
            each.user_id == teacher.id and (each.last_day is None or each.last_day >= on) for each in taking
        ):
            teacher = None
    return PlannedGroup(row, on, there, room, teacher)
