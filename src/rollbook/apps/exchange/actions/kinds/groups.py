"""Teaching groups with their room and who takes them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from rollbook.apps.exchange.actions.kinds.kind import ImportKind
from rollbook.apps.exchange.models import ImportedRow
from rollbook.apps.exchange.queries.group_plan import GroupsPlan, PlannedGroup, plan_groups
from rollbook.apps.exchange.queries.group_undoing import preview_groups
from rollbook.apps.exchange.queries.plans import (
    Options,
    Order,
    Outcome,
    Plan,
    PlannedRow,
    Shown,
    put_together,
)
from rollbook.apps.roll.actions.permission import refuse_plan
from rollbook.apps.roll.queries.footprints import Footprint
from rollbook.apps.schools.actions.groups import add_group, change_group, own_group, withdraw_group
from rollbook.apps.schools.actions.teachers import end_teaching, give_group, take_back_teaching
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refused
from rollbook.formats.group_file import GROUP_FIELDS, read_groups
from rollbook.formats.tables import Sheet
from rollbook.ui.words import plain_day


def plan_group_file(viewer: Viewer, sheet: Sheet, places: Mapping[str, int], options: Options) -> Plan:
    """What loading these groups would do."""
    plan = plan_groups(viewer, read_groups(sheet, places), options.takes_effect_on)
    return put_together([_row(each) for each in plan.rows], plan.problems, plan.digest)


def _row(planned: PlannedGroup) -> PlannedRow:
    if planned.is_unchanged:
        return PlannedRow(planned.row.line, planned.row.name, Outcome.UNCHANGED)
    shown = []
    if planned.held is None:
        shown.append(Shown("New group from", "", plain_day(planned.on)))
    if planned.room:
        shown.append(Shown("Room", planned.held.group.room if planned.held else "", planned.room))
    if planned.teacher is not None:
        taking = ", ".join(each.user.name for each in planned.held.today) if planned.held else ""
        after = f"{taking}, {planned.teacher.name}" if taking else planned.teacher.name
        shown.append(Shown(f"Takes its registers from {plain_day(planned.on)}", taking, after))
    outcome = Outcome.NEW if planned.held is None else Outcome.CHANGED
    return PlannedRow(planned.row.line, planned.row.name, outcome, tuple(shown))


def load_group_file(*, viewer: Viewer, order: Order, by: Actor, at: datetime) -> Sequence[Footprint]:
    """Adds and changes groups. Errors: Refused, and then nothing is changed."""
    footprints: list[Footprint] = []
    with transaction.atomic():
        plan: GroupsPlan = plan_groups(
            viewer, read_groups(order.sheet, order.places), order.options.takes_effect_on
        )
        refuse_plan(plan, len(plan.rows), seen=order.seen, good_rows_only=order.good_rows_only)
        for planned in plan.rows:
            try:
                footprints += _load(viewer, planned, by, at)
            except Refused as refused:
                raise Refused.one("", f"Line {planned.row.line}: {refused}") from None
    return footprints


def _load(viewer: Viewer, planned: PlannedGroup, by: Actor, at: datetime) -> list[Footprint]:
    row = planned.row
    act: dict[str, Any] = {"viewer": viewer, "by": by, "at": at}
    found: list[Footprint] = []

    def note(subject: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        found.append(Footprint(row.line, row.name, subject, before, after))

    if planned.held is None:
        group = add_group(name=row.name, room=row.room, first_day=planned.on, **act)
        note(f"teachinggroup:{group.pk}", None, {"name": group.name, "room": group.room})
    else:
        held = planned.held.group
        group = held
        if planned.room is not None:
            was = held.room
            group = change_group(group_id=held.pk, name=held.name, room=planned.room, **act)
            note(f"teachinggroup:{held.pk}", {"room": was}, {"room": planned.room})
    if planned.teacher is not None:
        given = give_group(
            group_id=group.pk, user_id=planned.teacher.id, first_day=planned.on, last_day=None, **act
        )
        note(f"groupteacher:{given.pk}", None, {"first_day": planned.on.isoformat(), "last_day": None})
    return found


def put_group_back(*, viewer: Viewer, row: ImportedRow, reason: str, by: Actor, at: datetime) -> None:
    """Withdraws a group, sets its room back, or ends that somebody takes it. Errors: Refused."""
    kind, _, number = row.subject.partition(":")
    act: dict[str, Any] = {"viewer": viewer, "by": by, "at": at}
    if kind == "groupteacher":
        if date.fromisoformat(row.after["first_day"]) > at.date():
            take_back_teaching(teaching_id=int(number), **act)
        else:
            end_teaching(teaching_id=int(number), last_day=at.date(), **act)
    elif row.before is None:
        withdraw_group(group_id=int(number), reason=reason, **act)
    else:
        group = own_group(viewer, int(number))
        change_group(group_id=group.pk, name=group.name, room=row.before["room"], **act)


GROUPS = ImportKind(
    name="groups",
    title="Teaching groups",
    noun="group,groups",
    about=(
        "One group a row. Needed: its name. Also read: room, the e-mail address of who takes its registers, and from "
        "when.",
        "Somebody who takes a group already goes on taking it; end that on the page of the groups. No group is ended.",
    ),
    fields=GROUP_FIELDS,
    plan=plan_group_file,
    load=load_group_file,
    preview_undo=preview_groups,
    undo_row=put_group_back,
    day_help="New groups begin, and teachers start taking them, on this day where their row has none.",
)
