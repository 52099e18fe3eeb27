"""Which pupil is in which teaching group."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rollbook.apps.exchange.actions.kinds.kind import ImportKind
from rollbook.apps.exchange.actions.kinds.roll_undo import put_roll_back
from rollbook.apps.exchange.queries.plans import (
    Options,
    Order,
    Outcome,
    Plan,
    PlannedRow,
    Shown,
    put_together,
)
from rollbook.apps.exchange.queries.undoing import preview_roll
from rollbook.apps.roll.actions.member_loading import load_members
from rollbook.apps.roll.queries.footprints import Footprint
from rollbook.apps.roll.queries.member_plan import PlannedMove, plan_members
from rollbook.domain.access import Actor, Viewer
from rollbook.formats.group_file import MEMBER_FIELDS, missing_of_members, read_members
from rollbook.formats.tables import Sheet
from rollbook.ui.words import plain_day


def plan_member_file(viewer: Viewer, sheet: Sheet, places: Mapping[str, int], options: Options) -> Plan:
    """What putting these pupils into these groups would do."""
    plan = plan_members(viewer, read_members(sheet, places), options.takes_effect_on)
    return put_together([_row(each) for each in plan.rows], plan.problems, plan.digest)


def _row(planned: PlannedMove) -> PlannedRow:
    who = f"{planned.pupil.surname}, {planned.pupil.forename}"
    if planned.move is None:
        return PlannedRow(planned.row.line, who, Outcome.UNCHANGED)
    words = f"Teaching group from {plain_day(planned.on)}"
    outcome = Outcome.NEW if planned.is_new else Outcome.CHANGED
    return PlannedRow(planned.row.line, who, outcome, (Shown(words, planned.was_group, planned.group),))


def load_member_file(*, viewer: Viewer, order: Order, by: Actor, at: datetime) -> Sequence[Footprint]:
    """Puts pupils into groups. Errors: Refused."""
    return load_members(
        viewer=viewer,
        name=order.name,
        sheet=read_members(order.sheet, order.places),
        takes_effect_on=order.options.takes_effect_on,
        good_rows_only=order.good_rows_only,
        seen=order.seen,
        by=by,
        at=at,
    )


MEMBERS = ImportKind(
    name="members",
    title="Pupils in groups",
    noun="pupil,pupils",
    about=(
        "One pupil a row. Needed: which pupil (UPN, admission number, or names and date of birth) and the group.",
        "The group before ends the day before; registers of days gone by keep their group. Import the groups first.",
    ),
    fields=MEMBER_FIELDS,
    plan=plan_member_file,
    load=load_member_file,
    preview_undo=preview_roll,
    undo_row=put_roll_back,
    day_help="Pupils move on this day, where their row has none.",
    missing=missing_of_members,
)
