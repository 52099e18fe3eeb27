"""Putting back what an import changed on the roll, each by the change a person would make by hand."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.contacts import CONTACT_FIELDS, PARENT_FIELDS, change_contact, remove_contact
from rollbook.apps.roll.actions.enrolments import Spell, change_enrolment, move_to_group, withdraw_place
from rollbook.apps.roll.actions.permission import must_edit
from rollbook.apps.roll.actions.pupils import change_pupil
from rollbook.apps.roll.models import Contact, Enrolment, Pupil
from rollbook.apps.roll.queries.particulars import typed
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refused

_GONE = "This record is no longer there."


def put_back(
    *,
    viewer: Viewer,
    subject: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Sets one record of the roll back to what it was before; one that was added is withdrawn or removed.

    Errors: Refused.
    """
    must_edit(viewer)
    kind, _, number = subject.partition(":")
    act: dict[str, Any] = {"viewer": viewer, "by": by, "at": at}
    with transaction.atomic():
        if kind == "pupil" and before is None:
            withdraw_place(pupil_id=int(number), enrolment_id=after["enrolment_id"], because=reason, **act)
        elif kind == "pupil":
            values = {name: typed(Pupil, name, value) for name, value in (before or {}).items()}
            change_pupil(pupil_id=int(number), values=values, **act)
        elif kind in ("contact", "parent"):
            contact = _contact(viewer, kind, int(number))
            if before is None:
                remove_contact(pupil_id=contact.pupil_id, contact_id=contact.pk, **act)
            else:
                _contact_back(viewer=viewer, contact=contact, before=before, by=by, at=at)
        elif kind == "membership" and before is not None and before.get("group_id"):
            on = max(at.date(), date.fromisoformat(after["first_day"]))
            move_to_group(pupil_id=after["pupil_id"], group_id=before["group_id"], on=on, **act)
        elif kind == "enrolment" and before is not None:
            _enrolment_back(viewer=viewer, number=int(number), before=before, by=by, at=at)
        else:
            raise Refused.one("", "This can only be put right on the pupil's own page.")


def _contact(viewer: Viewer, kind: str, number: int) -> Contact:
    which = {"pk": number} if kind == "contact" else {"parent_id": number}
    found = (
        Contact.objects.select_related("parent").filter(pupil__school_id=viewer.school_id, **which).first()
    )
    if found is None:
        raise Refused.one("", _GONE)
    return found


def _contact_back(
    *, viewer: Viewer, contact: Contact, before: Mapping[str, Any], by: Actor, at: datetime
) -> None:
    values = {name: getattr(contact.parent, name) for name in PARENT_FIELDS}
    values |= {name: getattr(contact, name) for name in CONTACT_FIELDS}
    values |= {name: value for name, value in before.items() if name in values}
    change_contact(
        viewer=viewer, pupil_id=contact.pupil_id, contact_id=contact.pk, values=values, by=by, at=at
    )
    if "priority" in before:
        place = {"before": contact.priority, "after": before["priority"]}
        Contact.objects.filter(pk=contact.pk).update(priority=before["priority"])
        record(
            type="roll.contact.changed",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{contact.pupil_id}",
            facts={"contact": str(contact), "place": place},
        )


def _enrolment_back(
    *, viewer: Viewer, number: int, before: Mapping[str, Any], by: Actor, at: datetime
) -> None:
    row = Enrolment.objects.filter(pupil__school_id=viewer.school_id, pk=number).first()
    if row is None:
        raise Refused.one("", _GONE)
    values = {name: getattr(row, name) for name in Spell.__dataclass_fields__}
    values |= {name: typed(Enrolment, name, value) for name, value in before.items()}
    change_enrolment(
        viewer=viewer, pupil_id=row.pupil_id, enrolment_id=row.pk, spell=Spell(**values), by=by, at=at
    )
