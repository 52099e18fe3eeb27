"""Members of staff with their role and position. They choose their own password by the link they are sent."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from rollbook.apps.accounts.actions.appointments import (
    begin_appointment,
    change_position,
    end_appointment,
    withdraw_appointment,
)
from rollbook.apps.accounts.actions.people import add_person
from rollbook.apps.accounts.queries import person_of, person_with_address
from rollbook.apps.exchange.actions.kinds.kind import ImportKind
from rollbook.apps.exchange.models import ImportedRow
from rollbook.apps.exchange.queries.group_undoing import preview_staff
from rollbook.apps.exchange.queries.plans import (
    Options,
    Order,
    Outcome,
    Plan,
    PlannedRow,
    Shown,
    put_together,
)
from rollbook.apps.exchange.queries.staff_plan import PlannedPerson, plan_staff
from rollbook.apps.roll.actions.permission import refuse_plan
from rollbook.apps.roll.queries.footprints import Footprint
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refused
from rollbook.formats.staff_file import FIELDS, StaffRow, missing, read_staff
from rollbook.formats.tables import Sheet
from rollbook.ui.words import plain_day


def plan_staff_file(viewer: Viewer, sheet: Sheet, places: Mapping[str, int], options: Options) -> Plan:
    """What loading these people would do."""
    plan = plan_staff(viewer, read_staff(sheet, places), options.takes_effect_on)
    return put_together([_row(each) for each in plan.rows], plan.problems, plan.digest)


def _row(planned: PlannedPerson) -> PlannedRow:
    row = planned.row
    who = f"{row.name}, {row.email}"
    if planned.is_unchanged:
        return PlannedRow(row.line, who, Outcome.UNCHANGED)
    words = f"{row.role.words} from {plain_day(planned.on)}"
    shown = [Shown(words, planned.post.position if planned.post else "", row.position)]
    if planned.held is None and planned.has_account:
        shown.append(Shown("Account", "", "The one they have already"))
    outcome = Outcome.NEW if planned.held is None else Outcome.CHANGED
    return PlannedRow(row.line, who, outcome, tuple(shown))


def load_staff_file(*, viewer: Viewer, order: Order, by: Actor, at: datetime) -> Sequence[Footprint]:
    """Adds people and gives them their roles. Errors: Refused, and then nothing is changed."""
    footprints = []
    with transaction.atomic():
        plan = plan_staff(viewer, read_staff(order.sheet, order.places), order.options.takes_effect_on)
        refuse_plan(plan, len(plan.rows), seen=order.seen, good_rows_only=order.good_rows_only)
        for planned in plan.rows:
            if planned.is_unchanged:
                continue
            try:
                footprints.append(_load(viewer, planned, by, at))
            except Refused as refused:
                raise Refused.one("", f"Line {planned.row.line}: {refused}") from None
    return footprints


def _load(viewer: Viewer, planned: PlannedPerson, by: Actor, at: datetime) -> Footprint:
    row = planned.row
    act: dict[str, Any] = {"viewer": viewer, "by": by, "at": at}
    if planned.post is not None:
        post = change_position(
            appointment_id=planned.post.id, position=row.position, first_day=planned.on, **act
        )
        return _footprint(row, post.pk, post.last_day)
    person = person_with_address(row.email)
    if person is not None and person_of(viewer, person.pk) is not None:
        post = begin_appointment(
            person_id=person.pk,
            role=row.role.value,
            position=row.position,
            first_day=planned.on,
            last_day=None,
            **act,
        )
        return _footprint(row, post.pk, post.last_day)
    added = add_person(
        name=row.name,
        email=row.email,
        telephone=row.telephone,
        role=row.role.value,
        position=row.position,
        first_day=planned.on,
        **act,
    )
    found = person_of(viewer, added.person.pk)
    if found is None:
        raise Refused.one("", "This person could not be added.")
    return _footprint(row, found.posts[-1].id, None, person_id=found.id if added.is_new else None)


def _footprint(row: StaffRow, post_id: int, last_day: date | None, person_id: int | None = None) -> Footprint:
    after: dict[str, Any] = {"position": row.position, "last_day": last_day.isoformat() if last_day else None}
    if person_id is not None:
        after["invite"] = person_id
    return Footprint(row.line, row.name, f"appointment:{post_id}", None, after)


def put_staff_back(
    *,
    viewer: Viewer,
    row: ImportedRow,
    reason: str,  # noqa: ARG001  the events of a role have none; the event of the undoing has it
    by: Actor,
    at: datetime,
) -> None:
    """Ends an appointment, or takes it back where it has not begun. Errors: Refused."""
    number = int(row.subject.partition(":")[2])
    try:
        withdraw_appointment(viewer=viewer, appointment_id=number, by=by, at=at)
    except Refused:
        end_appointment(viewer=viewer, appointment_id=number, last_day=at.date(), by=by, at=at)


STAFF = ImportKind(
    name="staff",
    title="Staff",
    noun="person,people",
    about=(
        "One person and role a row. Needed: name, e-mail address and role. Also read: position, telephone, from when.",
        "Roles: head teacher, senior attendance champion, attendance officer, pastoral lead, SENCO, class teacher, "
        "school office, governor, administrator.",
        "Passwords are never in a file: each new person is sent a link with which they choose their own.",
    ),
    fields=FIELDS,
    plan=plan_staff_file,
    load=load_staff_file,
    preview_undo=preview_staff,
    undo_row=put_staff_back,
    day_help="Roles begin on this day, where their row has none.",
    missing=missing,
)
