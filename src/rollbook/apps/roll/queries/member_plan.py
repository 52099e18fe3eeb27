"""What loading a list of pupils and their teaching groups would do, row by row."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from rollbook.apps.roll.models import Pupil
from rollbook.apps.roll.queries.known_roll import KnownRoll, Unmatched, known_roll
from rollbook.apps.roll.queries.moves import Move, membership_on, plan_move
from rollbook.domain.access import Viewer
from rollbook.formats.group_file import MemberRow, MemberSheet
from rollbook.formats.tables import RowProblem
from rollbook.ui.words import plain_day


@dataclass(slots=True)
class PlannedMove:
    """What one row does: `move` is None where the pupil is in the group already."""

    row: MemberRow
    pupil: Pupil
    was_group_id: int | None
    was_group: str
    group: str
    on: date
    move: Move | None

    @property
    def is_new(self) -> bool:
        """Was the pupil in no group before?"""
        return self.move is not None and self.was_group_id is None


@dataclass(frozen=True, slots=True)
class MembersPlan:
    """The whole of a list."""

    rows: tuple[PlannedMove, ...]
    problems: tuple[RowProblem, ...]

    @property
    def moves(self) -> list[PlannedMove]:
        """The rows that change something."""
        return [each for each in self.rows if each.move is not None]

    @property
    def refused_count(self) -> int:
        """How many rows can't be loaded."""
        return len({problem.line for problem in self.problems})

    @property
    def digest(self) -> str:
        """A short sum over everything the plan does, to see whether it is still the one somebody looked at."""
        said = [(each.pupil.pk, each.was_group, each.group, each.on.isoformat()) for each in self.moves]
        refused = sorted({problem.line for problem in self.problems})
        return sha256(repr((said, refused, len(self.rows))).encode()).hexdigest()[:16]


def plan_members(viewer: Viewer, sheet: MemberSheet, takes_effect_on: date) -> MembersPlan:
    """What loading this list would do as things stand; rows without a day take effect on the one given.

    Nine queries whatever the size.
    """
    first_day = min([takes_effect_on, *(row.first_day for row in sheet.rows if row.first_day)])
    planner = _Planner(known_roll(viewer, first_day), takes_effect_on)
    planned: list[PlannedMove] = []
    problems = [*sheet.problems]
    for row in sheet.rows:
        try:
            planned.append(planner.planned(row))
        except Unmatched as problem:
            problems.append(RowProblem(row.line, row.who or row.pupil.upn, "", str(problem)))
    return MembersPlan(tuple(planned), tuple(sorted(problems, key=lambda problem: problem.line)))


class _Planner:
    def __init__(self, roll: KnownRoll, takes_effect_on: date) -> None:
        self.roll = roll
        self.takes_effect_on = takes_effect_on
        self._lines: dict[int, int] = {}

    def planned(self, row: MemberRow) -> PlannedMove:
        """What one row does. Errors: Unmatched for one that can't be loaded."""
        pupil = self.roll.known_pupil(row.pupil)
        if self._lines.setdefault(pupil.pk, row.line) != row.line:
            raise Unmatched("", f"This is the same pupil as on line {self._lines[pupil.pk]}.")
        on = row.first_day or self.takes_effect_on
        spells = self.roll.enrolments.get(pupil.pk, [])
        spell = next((each for each in spells if each.last_day is None or each.last_day >= on), None)
        if spell is None:
            raise Unmatched("", f"The pupil is not on roll on {plain_day(on)}.")
        on = max(on, spell.first_day)
        group = self.roll.group(row.group, on)
        if group is None:
            raise Unmatched(
                "group",
                f"There is no teaching group {row.group} on {plain_day(on)}. Import the groups first.",
            )
        held = self.roll.memberships.get(pupil.pk, [])
        was = membership_on(held, on)
        was_group, was_group_id = (was.group.name, was.group_id) if was else ("", None)
        move = plan_move(pupil, held, group.id, on, spell.last_day)
        return PlannedMove(row, pupil, was_group_id, was_group, group.name, on, move)
