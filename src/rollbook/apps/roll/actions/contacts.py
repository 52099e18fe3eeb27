"""Parents and other contacts of a pupil: added, changed, put in another order, removed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.permission import must_edit, own_pupil
from rollbook.apps.roll.actions.pupils import formula_refusals
from rollbook.apps.roll.models import Contact, Parent, Pupil
from rollbook.apps.roll.queries.details import contacts_of
from rollbook.apps.roll.queries.lists import fold
from rollbook.apps.roll.queries.particulars import Change, change_facts, changes
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refusal, Refused

PARENT_FIELDS = (
    "title",
    "forename",
    "surname",
    "telephone",
    "other_telephone",
    "email",
    "address",
    "postcode",
)
CONTACT_FIELDS = (
    "relationship",
    "is_parent",
    "is_natural_parent",
    "has_parental_responsibility",
    "has_day_to_day_care",
    "lives_with",
    "is_worked_with",
    "is_emergency_contact",
)
# Each of these makes an adult a parent in the sense of section 576 of the Education Act 1996.
_KINDS_OF_PARENT = ("is_natural_parent", "has_parental_responsibility", "has_day_to_day_care")
_LIMIT = 12


def add_contact(
    *, viewer: Viewer, pupil_id: int, values: Mapping[str, Any], by: Actor, at: datetime
) -> Contact:
    """Adds an adult after those that are there. `values` has every one of `PARENT_FIELDS` and `CONTACT_FIELDS`.

    An adult of the same name with the same number, known from a brother or sister, is the same one. Errors: Refused.
    """
    must_edit(viewer)
    with transaction.atomic():
        pupil = own_pupil(viewer, pupil_id)
        held = contacts_of(pupil)
        _raise_if_any(_refusals(values))
        if len(held) >= _LIMIT:
            raise Refused.one("", f"A pupil has at most {_LIMIT} contacts. Remove one first.")
        if any(_name(contact.parent) == _given_name(values) for contact in held):
            raise Refused.one("surname", "This adult is a contact of the pupil already. Change that one.")
        parent = _known_parent(viewer, values)
        if parent is None:
            parent = Parent.objects.create(
                school_id=viewer.school_id, **{name: values[name] for name in PARENT_FIELDS}
            )
        contact = Contact.objects.create(
            pupil=pupil,
            parent=parent,
            priority=max((each.priority for each in held), default=0) + 1,
            **{name: values[name] for name in CONTACT_FIELDS},
        )
        found = changes(Parent(), {name: values[name] for name in PARENT_FIELDS})
        found += changes(Contact(), {name: values[name] for name in CONTACT_FIELDS})
        _record("roll.contact.added", viewer, contact, found, by, at)
    return contact


def change_contact(
    *, viewer: Viewer, pupil_id: int, contact_id: int, values: Mapping[str, Any], by: Actor, at: datetime
) -> bool:
    """Changes an adult's details and what they are to the pupil; False where all of it stood already.

    The adult's own details are one record for all of their children. Errors: Refused.
    """
    must_edit(viewer)
    with transaction.atomic():
        contact = _own_contact(viewer, pupil_id, contact_id)
        _raise_if_any(_refusals(values))
        parent = contact.parent
        of_parent = changes(parent, {name: values[name] for name in PARENT_FIELDS})
        of_contact = changes(contact, {name: values[name] for name in CONTACT_FIELDS})
        if not of_parent and not of_contact:
            return False
        for row, found in ((parent, of_parent), (contact, of_contact)):
            for change in found:
                setattr(row, change.field, values[change.field])
            if found:
                row.save(update_fields=[change.field for change in found])
        _record("roll.contact.changed", viewer, contact, of_parent + of_contact, by, at)
    return True


def move_contact(
    *, viewer: Viewer, pupil_id: int, contact_id: int, is_up: bool, by: Actor, at: datetime
) -> None:
    """Puts a contact one place earlier or later in the order of ringing. Errors: Refused."""
    must_edit(viewer)
    with transaction.atomic():
        contact = _own_contact(viewer, pupil_id, contact_id)
        order = contacts_of(contact.pupil)
        place = next(index for index, each in enumerate(order) if each.pk == contact.pk)
        other = place - 1 if is_up else place + 1
        if not 0 <= other < len(order):
            return
        order[place], order[other] = order[other], order[place]
        for priority, each in enumerate(order, 1):
            each.priority = priority
        Contact.objects.bulk_update(order, ["priority"])
        record(
            type="roll.contact.changed",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil_id}",
            facts={"contact": str(contact), "place": {"before": place + 1, "after": other + 1}},
        )


def remove_contact(*, viewer: Viewer, pupil_id: int, contact_id: int, by: Actor, at: datetime) -> None:
    """Ends an adult's link with the pupil. What was held about it stays in the audit log. Errors: Refused."""
    must_edit(viewer)
    with transaction.atomic():
        contact = _own_contact(viewer, pupil_id, contact_id)
        parent = contact.parent
        held = {name: getattr(parent, name) for name in PARENT_FIELDS}
        held |= {name: getattr(contact, name) for name in CONTACT_FIELDS}
        record(
            type="roll.contact.removed",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil_id}",
            facts={"contact": str(contact), "was": held},
        )
        contact.delete()
        if not Contact.objects.filter(parent=parent).exists():
            parent.delete()


def _own_contact(viewer: Viewer, pupil_id: int, contact_id: int) -> Contact:
    own_pupil(viewer, pupil_id)
    contact = (
        Contact.objects.select_related("parent", "pupil").filter(pupil_id=pupil_id, pk=contact_id).first()
    )
    if contact is None:
        raise Refused.one("", "This contact is no longer there.")
    return contact


def _refusals(values: Mapping[str, Any]) -> list[Refusal]:
    refusals = [
        Refusal(name, "It can't hold < or >. Take them out.")
        for name, value in values.items()
        if isinstance(value, str) and ("<" in value or ">" in value)
    ]
    refusals += formula_refusals(values)
    if any(values[kind] for kind in _KINDS_OF_PARENT) and not values["is_parent"]:
        message = "A natural parent, or whoever has parental responsibility or day-to-day care, is a parent: tick this."
        refusals.append(Refusal("is_parent", message))
    if values["is_worked_with"] and not values["is_parent"]:
        refusals.append(Refusal("is_worked_with", "The school works with a parent. Tick that this is one."))
    if not any(letter.isalpha() for letter in values["surname"]):
        refusals.append(Refusal("surname", "A name has at least one letter."))
    if not values["relationship"].strip():
        refusals.append(
            Refusal("relationship", "Say what this adult is to the pupil: mother, father, aunt ...")
        )
    return refusals


def _raise_if_any(refusals: list[Refusal]) -> None:
    if refusals:
        raise Refused(refusals)


def _name(parent: Parent) -> tuple[str, str]:
    return fold(parent.forename), fold(parent.surname)


def _given_name(values: Mapping[str, Any]) -> tuple[str, str]:
    return fold(values["forename"]), fold(values["surname"])


def _known_parent(viewer: Viewer, values: Mapping[str, Any]) -> Parent | None:
    numbers = {_digits(values[name]) for name in ("telephone", "other_telephone")} - {""}
    same = Parent.objects.filter(school_id=viewer.school_id, surname__iexact=values["surname"])
    for parent in same:
        known = {_digits(parent.telephone), _digits(parent.other_telephone)}
        if _name(parent) == _given_name(values) and numbers & known:
            return parent
    return None


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())


def _record(
    type: str, viewer: Viewer, contact: Contact, found: list[Change], by: Actor, at: datetime
) -> None:
    pupil: Pupil = contact.pupil
    record(
        type=type,
        by=by,
        at=at,
        school_id=viewer.school_id,
        subject=f"pupil:{pupil.pk}",
        facts={"contact": str(contact), **change_facts(found)},
    )
