"""What parents notify: a change of address (reg 8(3)) and where the pupil goes next (reg 8(4))."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.permission import must_edit, own_pupil
from rollbook.apps.roll.models import AddressChange, Contact, Destination, Pupil
from rollbook.apps.roll.queries.returns import change_words, destination_words
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.words import plain_day


@dataclass(frozen=True, slots=True)
class NewAddress:
    """A change of address as a parent notified it."""

    contact_id: int
    address: str
    postcode: str
    from_day: date
    notified_on: date


@dataclass(frozen=True, slots=True)
class NextPlace:
    """Where the pupil goes next."""

    kind: str
    name: str = ""
    address: str = ""
    starts_on: date | None = None
    notified_on: date | None = None


def record_address_change(
    *, viewer: Viewer, pupil_id: int, new: NewAddress, by: Actor, at: datetime
) -> AddressChange:
    """Records with which parent, where and from when the pupil will live; the address itself is changed then.

    Errors: Refused.
    """
    must_edit(viewer)
    with transaction.atomic():
        pupil = own_pupil(viewer, pupil_id)
        contact = Contact.objects.select_related("parent").filter(pupil=pupil, pk=new.contact_id).first()
        refusals = [] if contact else [Refusal("contact", "Choose the parent the pupil will live with.")]
        if not new.address.strip():
            refusals.append(Refusal("address", "Enter the new address."))
        refusals += text_refusals(address=new.address, postcode=new.postcode)
        refusals += _notified(new.notified_on, at.date())
        if refusals or contact is None:
            raise Refused(refusals)
        row = AddressChange.objects.create(
            pupil=pupil,
            parent=contact.parent,
            parent_name=str(contact.parent),
            address=new.address,
            postcode=new.postcode,
            from_day=new.from_day,
            notified_on=new.notified_on,
            recorded_at=at,
            recorded_by_name=by.name,
        )
        facts = {"change": change_words(row), "notified_on": new.notified_on.isoformat()}
        _note("roll.address_change.recorded", viewer, pupil, facts, by, at)
    return row


def record_destination(
    *, viewer: Viewer, pupil_id: int, place: NextPlace, by: Actor, at: datetime
) -> Destination:
    """Records where the pupil goes next; an earlier record stays in the history. Errors: Refused."""
    must_edit(viewer)
    with transaction.atomic():
        pupil = own_pupil(viewer, pupil_id)
        if refusals := destination_refusals(place, at.date()):
            raise Refused(refusals)
        row = save_destination(pupil, place, by.name, at)
        _note("roll.destination.recorded", viewer, pupil, {"next": destination_words(row)}, by, at)
    return row


def destination_refusals(place: NextPlace, today: date) -> list[Refusal]:
    """What is wrong with a destination; the fields are those of `NextPlace`."""
    refusals = []
    if place.kind not in Destination.Kind.values:
        refusals.append(Refusal("kind", "Say where the pupil goes next, or that it is not known."))
    if place.kind == Destination.Kind.SCHOOL and not place.name.strip():
        refusals.append(Refusal("name", "Name the school."))
    if place.kind == Destination.Kind.SCHOOL and place.starts_on is None:
        refusals.append(Refusal("starts_on", "Say when the pupil starts, or started, there."))
    refusals += text_refusals(name=place.name, address=place.address)
    return refusals + (_notified(place.notified_on, today) if place.notified_on else [])


def save_destination(pupil: Pupil, place: NextPlace, recorded_by: str, at: datetime) -> Destination:
    """Adds the row; the caller has checked it and holds the transaction and the event."""
    return Destination.objects.create(
        pupil=pupil,
        kind=place.kind,
        name=place.name,
        address=place.address,
        starts_on=place.starts_on,
        notified_on=place.notified_on,
        recorded_at=at,
        recorded_by_name=recorded_by,
    )


def text_refusals(**texts: str) -> list[Refusal]:
    """Signs of code are no part of what an office writes down."""
    return [
        Refusal(name, "It can't hold < or >. Take them out.")
        for name, text in texts.items()
        if "<" in text or ">" in text
    ]


def _notified(on: date, today: date) -> list[Refusal]:
    if on <= today:
        return []
    return [Refusal("notified_on", f"This day is to come: today is {plain_day(today)}.")]


def _note(type: str, viewer: Viewer, pupil: Pupil, facts: dict[str, str], by: Actor, at: datetime) -> None:
    record(type=type, by=by, at=at, school_id=viewer.school_id, subject=f"pupil:{pupil.pk}", facts=facts)
