"""The whole roll of one school in memory, and which pupil of it a row of a file is."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from rollbook.apps.roll.models import Contact, Enrolment, Membership, Parent, Pupil
from rollbook.apps.schools.queries.groups import group_rows
from rollbook.domain.access import Viewer
from rollbook.formats.pupil_file import PupilRow
from rollbook.formats.pupil_key import PupilKey
from rollbook.ui.words import plain_day

NameKey = tuple[str, str, date]


def fold(text: str) -> str:
    """Text for comparing: without capitals and doubled spaces."""
    return " ".join(text.casefold().split())


class Unmatched(Exception):
    """The row can't be loaded, because it isn't clear which pupil it is; the text says why."""

    def __init__(self, part: str, message: str) -> None:
        self.part = part
        super().__init__(message)


@dataclass(slots=True)
class KnownGroup:
    """A teaching group that there is or will be."""

    id: int
    name: str
    first_day: date
    last_day: date | None

    def lasts(self, on: date) -> bool:
        """Is there this group on that day?"""
        return self.first_day <= on and (self.last_day is None or self.last_day >= on)


@dataclass(slots=True)
class KnownRoll:
    """The pupils of a school with their enrolments, memberships and contacts. Seven queries whatever the size."""

    pupils: list[Pupil]
    enrolments: dict[int, list[Enrolment]]
    memberships: dict[int, list[Membership]]
    contacts: dict[int, list[Contact]]
    groups: dict[str, list[KnownGroup]]
    by_upn: dict[str, Pupil] = field(default_factory=dict)
    by_number: dict[str, Pupil] = field(default_factory=dict)
    by_name: dict[NameKey, list[Pupil]] = field(default_factory=lambda: defaultdict(list))
    parents: dict[tuple[str, str], list[Parent]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for pupil in self.pupils:
            if pupil.upn:
                self.by_upn[pupil.upn] = pupil
            if pupil.admission_number:
                self.by_number[pupil.admission_number] = pupil
            for key in _name_keys(pupil):
                self.by_name[key].append(pupil)
        seen = set()
        for contacts in self.contacts.values():
            for contact in contacts:
                if contact.parent_id not in seen:
                    seen.add(contact.parent_id)
                    self.parents[parent_key(contact.parent)].append(contact.parent)

    def group(self, name: str, on: date) -> KnownGroup | None:
        """The group of this name on a day, whatever its capitals."""
        return next((group for group in self.groups.get(fold(name), ()) if group.lasts(on)), None)

    def coming_group(self, name: str, on: date) -> KnownGroup | None:
        """A group of this name that begins later than a day."""
        return next((group for group in self.groups.get(fold(name), ()) if group.first_day > on), None)

    def pupil(self, row: PupilRow | PupilKey) -> Pupil | None:
        """The pupil a row is or is about: by UPN, else by admission number, else by name and date of birth.

        Errors: Unmatched where these point to two pupils, or to one who is plainly somebody else.
        """
        by_upn = self.by_upn.get(row.upn) if row.upn else None
        by_number = self.by_number.get(row.admission_number) if row.admission_number else None
        if by_upn is not None and by_number is not None and by_upn is not by_number:
            raise Unmatched(
                "admission_number",
                f"The UPN is {_who(by_upn)}'s and the admission number {_who(by_number)}'s. One of them is wrong.",
            )
        for found, part, words in (
            (by_upn, "upn", "UPN"),
            (by_number, "admission_number", "admission number"),
        ):
            if found is not None:
                _refuse_somebody_else(row, found, part, words)
                return found
        return self._by_name(row)

    def known_pupil(self, key: PupilKey) -> Pupil:
        """The pupil that a row is about. Errors: Unmatched where there is none."""
        pupil = self.pupil(key)
        if pupil is None:
            raise Unmatched(
                "", "No pupil of the admission register has this number, or this name and date of birth."
            )
        return pupil

    def _by_name(self, row: PupilRow | PupilKey) -> Pupil | None:
        if row.born_on is None:
            return None
        found = self.by_name.get((fold(row.surname), fold(row.forename), row.born_on), [])
        found = list({id(pupil): pupil for pupil in found}.values())
        if len(found) > 1:
            raise Unmatched(
                "",
                "Two pupils have this name and date of birth. Give the UPN or the admission number to tell them apart.",
            )
        if not found:
            return None
        pupil = found[0]
        # A temporary UPN, which ends with a letter, is meant to be replaced.
        if row.upn and pupil.upn and pupil.upn[-1].isdigit():
            raise Unmatched(
                "upn",
                f"{pupil.forename} {pupil.surname}, born on the same day, is held with the UPN {pupil.upn}. "
                "If it is the same pupil, put the UPN right here or on the pupil's page.",
            )
        return pupil


def _refuse_somebody_else(row: PupilRow | PupilKey, found: Pupil, part: str, words: str) -> None:
    names = (
        {fold(found.legal_surname), fold(found.surname)},
        {fold(found.legal_forename), fold(found.forename)},
    )
    given = ((row.born_on, {found.born_on}), (fold(row.surname), names[0]), (fold(row.forename), names[1]))
    same = [value in known for value, known in given if value]
    if same and not any(same):
        raise Unmatched(
            part, f"This {words} is {_who(found)}'s, born on {plain_day(found.born_on)}. Check it."
        )


def _who(pupil: Pupil) -> str:
    return f"{pupil.forename} {pupil.surname}"


def _name_keys(pupil: Pupil) -> set[NameKey]:
    return {
        (fold(pupil.legal_surname), fold(pupil.legal_forename), pupil.born_on),
        (fold(pupil.surname), fold(pupil.forename), pupil.born_on),
    }


def parent_key(parent: Parent) -> tuple[str, str]:
    """By which a contact of a file is the same adult: first name and surname."""
    return fold(parent.forename), fold(parent.surname)


def known_roll(viewer: Viewer, on: date) -> KnownRoll:
    """The roll of the viewer's school as it stands, with the groups there are from a day on."""
    school_id = viewer.school_id
    groups: dict[str, list[KnownGroup]] = defaultdict(list)
    for row in group_rows(viewer, on):
        group = row.group
        groups[fold(group.name)].append(KnownGroup(group.pk, group.name, group.first_day, group.last_day))
    enrolments: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in Enrolment.objects.filter(pupil__school_id=school_id).order_by("first_day"):
        enrolments[enrolment.pupil_id].append(enrolment)
    memberships: dict[int, list[Membership]] = defaultdict(list)
    held = Membership.objects.filter(pupil__school_id=school_id).select_related("group")
    for membership in held.order_by("first_day"):
        memberships[membership.pupil_id].append(membership)
    contacts: dict[int, list[Contact]] = defaultdict(list)
    adults = {parent.pk: parent for parent in Parent.objects.filter(school_id=school_id)}
    for contact in Contact.objects.filter(pupil__school_id=school_id).order_by("priority", "id"):
        # One row for an adult, however many children: a change for one is seen by the others.
        contact.parent = adults[contact.parent_id]
        contacts[contact.pupil_id].append(contact)
    return KnownRoll(
        pupils=list(Pupil.objects.filter(school_id=school_id)),
        enrolments=enrolments,
        memberships=memberships,
        contacts=contacts,
        groups=groups,
    )
