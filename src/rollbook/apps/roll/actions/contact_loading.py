"""Loading a contact file: all of it or nothing, and never an adult twice."""

from datetime import datetime

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.loading import contact_footprints, save_contacts
from rollbook.apps.roll.actions.permission import one_load, refuse_plan
from rollbook.apps.roll.queries.contact_plan import plan_contacts
from rollbook.apps.roll.queries.footprints import Footprint
from rollbook.apps.roll.queries.particulars import change_facts
from rollbook.domain.access import Actor, Viewer
from rollbook.formats.contact_file import ContactSheet


def load_contacts(
    *,
    viewer: Viewer,
    name: str,
    sheet: ContactSheet,
    good_rows_only: bool = False,
    seen: str = "",
    by: Actor,
    at: datetime,
) -> tuple[Footprint, ...]:
    """Loads the contacts of a file into the viewer's school; answers with what was added and changed.

    Where any row is refused nothing is loaded, unless the person chose `good_rows_only`. Errors: Refused.
    """
    with one_load(viewer):
        plan = plan_contacts(viewer, sheet, at.date())
        planned = [*plan.new, *plan.changed]
        refuse_plan(plan, len(planned) + len(plan.unchanged), seen=seen, good_rows_only=good_rows_only)
        save_contacts([each.contacts for each in planned])
        facts = [
            {"pupil": each.pupil.pk, "line": each.row.line, **change_facts(each.contacts.changes)}
            for each in planned
        ]
        record(
            type="roll.contacts.loaded",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"school:{viewer.school_id}",
            facts={"file": name, "new": len(plan.new), "changed": len(plan.changed), "contacts": facts},
        )
    return tuple(
        each
        for one in planned
        for each in contact_footprints(
            one.row.line, f"{one.row.contact.name} of {one.pupil.forename} {one.pupil.surname}", one.contacts
        )
    )
