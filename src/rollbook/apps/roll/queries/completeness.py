"""What the admission register lacks for each pupil, by the rule of the domain."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from rollbook.apps.roll.models import AddressChange, Contact, Enrolment, Membership, Pupil
from rollbook.domain.access import Viewer
from rollbook.domain.admission_register import AdmissionEntry, Adult, Missing, what_is_missing


def missing_of(viewer: Viewer, pupil_ids: Collection[int], on: date) -> dict[int, tuple[Missing, ...]]:
    """What is missing for these pupils of the viewer's school. Five queries whatever their number."""
    contacts: dict[int, list[Contact]] = defaultdict(list)
    # By school and not by a list of numbers: a list of a whole school is longer than SQLite takes.
    for contact in Contact.objects.filter(pupil__school_id=viewer.school_id).select_related("parent"):
        contacts[contact.pupil_id].append(contact)
    enrolments: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in Enrolment.objects.filter(pupil__school_id=viewer.school_id).order_by("first_day"):
        enrolments[enrolment.pupil_id].append(enrolment)
    memberships: dict[int, list[Membership]] = defaultdict(list)
    for membership in Membership.objects.filter(pupil__school_id=viewer.school_id):
        memberships[membership.pupil_id].append(membership)
    moves: dict[int, list[AddressChange]] = defaultdict(list)
    for change in AddressChange.objects.filter(pupil__school_id=viewer.school_id).order_by(
        "-from_day", "-id"
    ):
        moves[change.pupil_id].append(change)
    wanted = set(pupil_ids)
    return {
        pupil.pk: what_is_missing(
            entry_of(
                pupil,
                contacts[pupil.pk],
                enrolments[pupil.pk],
                memberships[pupil.pk],
                on,
                moves[pupil.pk],
            )
        )
        for pupil in Pupil.objects.filter(school_id=viewer.school_id)
        if pupil.pk in wanted
    }


def entry_of(
    pupil: Pupil,
    contacts: Iterable[Contact],
    enrolments: Iterable[Enrolment],
    memberships: Iterable[Membership],
    on: date,
    moves: Iterable[AddressChange] = (),
) -> AdmissionEntry:
    """A pupil's entry as the rule takes it. `moves` are notified changes of address, the latest first."""
    spells = list(enrolments)
    now = [spell for spell in spells if holds(spell.first_day, spell.last_day, on) and not spell.is_boarder]
    in_group = any(holds(each.first_day, each.last_day, on) for each in memberships)
    return AdmissionEntry(
        upn=pupil.upn,
        address=pupil.address,
        last_school_name=pupil.last_school_name,
        adults=tuple(_adult(contact) for contact in contacts),
        is_on_a_register=in_group if now else None,
        starting_day=spells[-1].first_day if spells else None,
        last_school_address=pupil.last_school_address,
        is_agreed=_is_agreed(spells[-1], on) if spells else None,
        moved_on=_moved_on(pupil, moves, on),
    )


def _is_agreed(spell: Enrolment, on: date) -> bool | None:
    return None if spell.first_day <= on else bool(spell.agreed_on and spell.agreed_with)


def _moved_on(pupil: Pupil, moves: Iterable[AddressChange], on: date) -> date | None:
    """Since when the pupil lives at a notified address that is not yet entered as the pupil's."""
    latest = next((move for move in moves if move.from_day <= on), None)
    if latest is None or _plain(latest.address) == _plain(pupil.address):
        return None
    return latest.from_day


def _plain(address: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in address.casefold()).split())


def holds(first_day: date, last_day: date | None, on: date) -> bool:
    """Does this span hold on that day?"""
    return first_day <= on and (last_day is None or last_day >= on)


def _adult(contact: Contact) -> Adult:
    parent = contact.parent
    numbers = [number for number in (parent.telephone, parent.other_telephone) if number]
    return Adult(
        name=" ".join(filter(None, (parent.forename, parent.surname))),
        is_parent=contact.is_parent,
        lives_with=contact.lives_with,
        has_address=bool(parent.address),
        number_count=len(numbers) if contact.is_emergency_contact else 0,
        has_forename=bool(parent.forename),
        has_kind=contact.is_natural_parent
        or contact.has_parental_responsibility
        or contact.has_day_to_day_care,
        is_worked_with=contact.is_worked_with,
        contact_id=contact.pk,
    )
