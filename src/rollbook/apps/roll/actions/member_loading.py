"""Loading a list of pupils and their teaching groups: all of it or nothing."""

from datetime import date, datetime

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.loading import add_all, change_all
from rollbook.apps.roll.actions.permission import one_load, refuse_plan
from rollbook.apps.roll.models import Membership
from rollbook.apps.roll.queries.footprints import Footprint, moved
from rollbook.apps.roll.queries.member_plan import PlannedMove, plan_members
from rollbook.domain.access import Actor, Viewer
from rollbook.formats.group_file import MemberSheet


def load_members(
    *,
    viewer: Viewer,
    name: str,
    sheet: MemberSheet,
    takes_effect_on: date,
    good_rows_only: bool = False,
    seen: str = "",
    by: Actor,
    at: datetime,
) -> tuple[Footprint, ...]:
    """Puts pupils into the groups of a list; answers with who was moved.

    Where any row is refused nothing is loaded, unless the person chose `good_rows_only`. Errors: Refused.
    """
    with one_load(viewer):
        plan = plan_members(viewer, sheet, takes_effect_on)
        refuse_plan(plan, len(plan.rows), seen=seen, good_rows_only=good_rows_only)
        moves = [each.move for each in plan.moves if each.move]
        ends = [row for move in moves for row in (move.ended, move.changed) if row is not None]
        change_all(Membership, [(row, {"group", "last_day"}) for row in ends])
        add_all(Membership, (move.begun for move in moves))
        record(
            type="roll.groups.loaded",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"school:{viewer.school_id}",
            facts={"file": name, "moved": [_facts(each) for each in plan.moves]},
        )
    return tuple(_footprint(each) for each in plan.moves)


def _facts(planned: PlannedMove) -> dict[str, object]:
    return {
        "pupil": planned.pupil.pk,
        "from": planned.was_group,
        "to": planned.group,
        "on": planned.on.isoformat(),
    }


def _footprint(planned: PlannedMove) -> Footprint:
    move = planned.move
    row = (move.begun or move.changed) if move else None
    if row is None:
        raise ValueError("a row that moves nobody leaves no footprint")
    who = f"{planned.pupil.surname}, {planned.pupil.forename}"
    return moved(planned.row.line, who, row, planned.was_group_id)
