"""A pupil's entry in sections, as the details page shows it."""

from datetime import date
from typing import Any

from rollbook.apps.roll.models import Contact, Enrolment, Membership
from rollbook.apps.roll.presenters.removals import ground_title, return_row
from rollbook.apps.roll.queries.completeness import holds
from rollbook.apps.roll.queries.details import Details
from rollbook.apps.roll.queries.lists import Standing
from rollbook.apps.roll.queries.particulars import said, words_of
from rollbook.apps.roll.queries.returns import change_words, destination_words
from rollbook.apps.roll.queries.sections import SECTIONS, SectionOfEntry
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.admission_register import Level, Missing
from rollbook.domain.removal_steps import RemovalState
from rollbook.domain.roll import age_on, year_group, year_group_words
from rollbook.ui.words import plain_day

# Where on the page each kind of missing thing is put right.
_PLACES = {"names": "names", "address": "address", "school": "school"}


def details_context(details: Details, viewer: Viewer, on: date) -> dict[str, Any]:
    """Everything `roll/details.html` needs."""
    pupil = details.pupil
    return _moving(details, viewer, on) | {
        "pupil": pupil,
        "name": f"{pupil.forename} {pupil.surname}",
        "group_name": details.group_name,
        "year_words": year_group_words(year_group(pupil.born_on, on, pupil.year_offset)),
        "age": age_on(pupil.born_on, on),
        "standing": _standing_words(details),
        "sees_all": details.sees_all,
        "may_edit": details.may_edit,
        "sections": [
            _section(details, key, section)
            for key, section in SECTIONS.items()
            if details.sees_all and (details.sees_private or not section.is_private)
        ],
        "contacts": [
            _contact(contact, place, len(details.contacts)) for place, contact in enumerate(details.contacts)
        ],
        "memberships": [_membership(each, on) for each in reversed(details.memberships)],
        "enrolments": [_enrolment(each, details, on) for each in reversed(details.enrolments)],
        "has_left": details.standing is Standing.LEFT,
        "missing": [_missing(each) for each in details.missing],
    }


def _standing_words(details: Details) -> str:
    enrolment = details.enrolment
    if enrolment is None:
        return "Never on roll"
    if details.standing is Standing.COMING:
        return f"Starts on {plain_day(enrolment.first_day)}"
    if details.standing is Standing.LEFT and enrolment.last_day is not None:
        return f"Left on {plain_day(enrolment.last_day)}"
    if enrolment.last_day is not None:
        return f"Leaves on {plain_day(enrolment.last_day)}"
    return ""


def _section(details: Details, key: str, section: SectionOfEntry) -> dict[str, Any]:
    rows = []
    for name in section.fields:
        value = getattr(details.pupil, name)
        words = _offset_words(value) if name == "year_offset" else said(type(details.pupil), name, value)
        rows.append({"words": words_of(type(details.pupil), name), "value": words})
    return {"key": key, "title": section.title, "rows": rows, "is_private": section.is_private}


def _offset_words(offset: int) -> str:
    if not offset:
        return "No"
    years = "a year" if abs(offset) == 1 else f"{abs(offset)} years"
    return f"{years} {'below' if offset < 0 else 'above'}".capitalize()


def _contact(contact: Contact, place: int, count: int) -> dict[str, Any]:
    parent = contact.parent
    kinds = [
        ("Natural parent", contact.is_natural_parent),
        ("Parental responsibility", contact.has_parental_responsibility),
        ("Day-to-day care", contact.has_day_to_day_care),
    ]
    marks = [
        ("Parent", contact.is_parent and not any(holds_true for _, holds_true in kinds)),
        *kinds,
        ("School works with them", contact.is_worked_with),
        ("Pupil lives with them", contact.lives_with),
        ("Not for emergencies", not contact.is_emergency_contact),
    ]
    return {
        "id": contact.pk,
        "place": place + 1,
        "name": str(parent),
        "relationship": contact.relationship,
        "telephones": [number for number in (parent.telephone, parent.other_telephone) if number],
        "email": parent.email,
        "address": ", ".join(filter(None, [*parent.address.splitlines(), parent.postcode])),
        "marks": [words for words, holds_true in marks if holds_true],
        "is_first": place == 0,
        "is_last": place == count - 1,
    }


def _membership(membership: Membership, on: date) -> dict[str, Any]:
    return {
        "group": membership.group.name,
        "first_day": membership.first_day,
        "last_day": membership.last_day,
        "is_now": holds(membership.first_day, membership.last_day, on),
    }


def _enrolment(enrolment: Enrolment, details: Details, on: date) -> dict[str, Any]:
    agreed = []
    if enrolment.agreed_on:
        agreed.append(f"agreed on {plain_day(enrolment.agreed_on)}")
    if enrolment.agreed_with:
        agreed.append(f"with {enrolment.agreed_with}" if agreed else f"agreed with {enrolment.agreed_with}")
    words = " ".join(agreed)
    return {
        "id": enrolment.pk,
        "first_day": enrolment.first_day,
        "last_day": enrolment.last_day,
        "agreed": words[:1].upper() + words[1:],
        "is_boarder": enrolment.is_boarder,
        "removal": _removal_of(enrolment, details),
        "may_withdraw": enrolment.last_day is None and (enrolment.first_day > on or details.may_approve),
    }


def _removal_of(enrolment: Enrolment, details: Details) -> dict[str, Any] | None:
    """On which ground this time on roll ended."""
    for row in details.moving.removals:
        if row.enrolment_id == enrolment.pk and row.state in _ENDED:
            return {
                "id": row.pk,
                "words": f"Removed on ground {ground_title(row.ground, row.proposed_at.date())}",
            }
    return None


_ENDED = (RemovalState.APPROVED, RemovalState.DONE)


def _moving(details: Details, viewer: Viewer, on: date) -> dict[str, Any]:
    """What was notified and asked for: removals, returns, addresses and schools to come."""
    moving = details.moving
    waiting = next((row for row in moving.removals if row.state == RemovalState.PROPOSED), None)
    spell = details.enrolment
    may_propose = viewer.may(Permission.ROLL_PROPOSE_REMOVAL)
    destination = moving.destinations[0] if moving.destinations else None
    return {
        "waiting_removal": waiting,
        "may_see_removals": may_propose or viewer.may(Permission.ROLL_APPROVE_REMOVAL),
        "may_propose": may_propose
        and waiting is None
        and spell is not None
        and spell.last_day is None
        and spell.first_day <= on,
        "address_changes": [
            {"words": change_words(each), "notified_on": each.notified_on} for each in moving.address_changes
        ],
        "destination": destination
        and {"words": destination_words(destination), "notified_on": destination.notified_on},
        "returns": [return_row(each, on) for each in moving.returns],
        "withdrawn_places": moving.withdrawn_places,
    }


def _missing(missing: Missing) -> dict[str, Any]:
    return {
        "message": missing.message,
        "is_error": missing.level is Level.ERROR,
        "citation": str(missing.citation),
        "section": _PLACES.get(missing.part, ""),
        "anchor": {"contacts": "contacts", "group": "groups", "enrolment": "on-roll"}.get(missing.part, ""),
    }
