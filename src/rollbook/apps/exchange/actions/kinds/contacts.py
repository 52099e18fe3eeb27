"""Parents and other contacts, one adult of one pupil a row."""

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
from rollbook.apps.roll.actions.contact_loading import load_contacts
from rollbook.apps.roll.queries.contact_plan import PlannedContact, plan_contacts
from rollbook.apps.roll.queries.footprints import Footprint
from rollbook.domain.access import Actor, Viewer
from rollbook.formats.contact_file import FIELDS, missing, read_contacts
from rollbook.formats.tables import Sheet


def plan_contact_file(viewer: Viewer, sheet: Sheet, places: Mapping[str, int], options: Options) -> Plan:
    """What loading these contacts would do."""
    plan = plan_contacts(viewer, read_contacts(sheet, places), options.today)
    rows = [
        _row(each, outcome)
        for planned, outcome in (
            (plan.new, Outcome.NEW),
            (plan.changed, Outcome.CHANGED),
            (plan.unchanged, Outcome.UNCHANGED),
        )
        for each in planned
    ]
    return put_together(rows, plan.problems, plan.digest)


def _row(planned: PlannedContact, outcome: Outcome) -> PlannedRow:
    who = f"{planned.row.contact.name}, for {planned.pupil.forename} {planned.pupil.surname}"
    shown = tuple(
        Shown(change.words, change.before_words, change.after_words) for change in planned.contacts.changes
    )
    return PlannedRow(planned.row.line, who, outcome, shown)


def load_contact_file(*, viewer: Viewer, order: Order, by: Actor, at: datetime) -> Sequence[Footprint]:
    """Loads contacts. Errors: Refused."""
    return load_contacts(
        viewer=viewer,
        name=order.name,
        sheet=read_contacts(order.sheet, order.places),
        good_rows_only=order.good_rows_only,
        seen=order.seen,
        by=by,
        at=at,
    )


CONTACTS = ImportKind(
    name="contacts",
    title="Parents and contacts",
    noun="contact,contacts",
    about=(
        "One adult of one pupil a row. Needed: which pupil (UPN, admission number, or names and date of birth) and the "
        "adult’s name.",
        "Also read: order of ringing, relationship, telephone numbers, e-mail, address, parental responsibility, and "
        "whether the pupil lives with them.",
        "An adult of the same name is brought up to date; brothers and sisters share an adult with the same number. "
        "Nobody is removed.",
    ),
    fields=FIELDS,
    plan=plan_contact_file,
    load=load_contact_file,
    preview_undo=preview_roll,
    undo_row=put_roll_back,
    missing=missing,
)
