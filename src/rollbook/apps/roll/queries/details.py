"""Everything the admission register says of one pupil, as far as the viewer may see it."""

from dataclasses import dataclass, field
from datetime import date

from rollbook.apps.roll.models import (
    AddressChange,
    Contact,
    Destination,
    Enrolment,
    Membership,
    Pupil,
    RemovalRequest,
    ReturnDue,
    WithdrawnPlace,
)
from rollbook.apps.roll.queries.completeness import entry_of, holds
from rollbook.apps.roll.queries.lists import Standing, standing_on
from rollbook.apps.schools.queries import group_on
from rollbook.domain.access import Permission, Role, Viewer
from rollbook.domain.admission_register import Missing, what_is_missing

# Besides those who may change a pupil's details: whose work is with pupils' health and welfare.
_WELFARE_ROLES = frozenset({Role.PASTORAL_LEAD, Role.SENCO})


@dataclass(frozen=True)
class Moving:
    """What was notified and asked for about a pupil's coming and going, newest first."""

    removals: list[RemovalRequest] = field(default_factory=list)
    returns: list[ReturnDue] = field(default_factory=list)
    address_changes: list[AddressChange] = field(default_factory=list)
    destinations: list[Destination] = field(default_factory=list)
    withdrawn_places: list[WithdrawnPlace] = field(default_factory=list)


@dataclass(frozen=True)
class Details:
    """One pupil. For a viewer who may not see more, `contacts` and `missing` are empty and `sees_all` is False."""

    pupil: Pupil
    enrolments: list[Enrolment]
    memberships: list[Membership]
    contacts: list[Contact]
    missing: tuple[Missing, ...]
    standing: Standing
    group_name: str
    sees_all: bool
    sees_private: bool
    may_edit: bool
    may_approve: bool
    moving: Moving

    @property
    def enrolment(self) -> Enrolment | None:
        """The latest time on roll."""
        return self.enrolments[-1] if self.enrolments else None


def sees_private(viewer: Viewer) -> bool:
    """May this person see health, social care and the like?"""
    return viewer.may(Permission.PUPIL_VIEW_ANY) and (
        viewer.may(Permission.PUPIL_EDIT) or bool(viewer.roles & _WELFARE_ROLES)
    )


def details_of(viewer: Viewer, pupil_id: int, on: date) -> Details | None:
    """A pupil's entry in the admission register; None where the viewer may not see the pupil.

    Nine queries, for a teacher four.
    """
    pupil = Pupil.objects.filter(school_id=viewer.school_id, pk=pupil_id).first()
    if pupil is None:
        return None
    memberships = list(Membership.objects.filter(pupil=pupil).select_related("group").order_by("first_day"))
    enrolments = list(Enrolment.objects.filter(pupil=pupil).order_by("first_day"))
    standing, _ = standing_on([(each.first_day, each.last_day) for each in enrolments], on)
    current = next((each for each in memberships if holds(each.first_day, each.last_day, on)), None)
    sees_all = viewer.may(Permission.PUPIL_VIEW_ANY)
    if not sees_all and not (standing is Standing.NOW and _is_own(viewer, current, on)):
        return None
    contacts = contacts_of(pupil) if sees_all else []
    moving = _moving(pupil) if sees_all else Moving()
    entry = entry_of(pupil, contacts, enrolments, memberships, on, moving.address_changes)
    return Details(
        pupil=pupil,
        enrolments=enrolments,
        memberships=memberships,
        contacts=contacts,
        missing=what_is_missing(entry) if sees_all else (),
        standing=standing,
        group_name=current.group.name if current else "",
        sees_all=sees_all,
        sees_private=sees_private(viewer),
        may_edit=sees_all and viewer.may(Permission.PUPIL_EDIT),
        may_approve=viewer.may(Permission.ROLL_APPROVE_REMOVAL),
        moving=moving,
    )


def _moving(pupil: Pupil) -> Moving:
    return Moving(
        removals=list(RemovalRequest.objects.filter(pupil=pupil)),
        returns=list(ReturnDue.objects.filter(pupil=pupil).select_related("pupil").order_by("-id")),
        address_changes=list(AddressChange.objects.filter(pupil=pupil)),
        destinations=list(Destination.objects.filter(pupil=pupil)),
        withdrawn_places=list(WithdrawnPlace.objects.filter(pupil=pupil)),
    )


def contacts_of(pupil: Pupil) -> list[Contact]:
    """A pupil's contacts in the order in which the school rings them."""
    return list(Contact.objects.filter(pupil=pupil).select_related("parent").order_by("priority", "id"))


def contact_of(viewer: Viewer, pupil_id: int, contact_id: int) -> Contact | None:
    """One contact of a pupil of the viewer's school; None for any other."""
    which = Contact.objects.filter(pupil__school_id=viewer.school_id, pupil_id=pupil_id, pk=contact_id)
    return which.select_related("parent", "pupil").first()


def other_children(contact: Contact) -> list[Pupil]:
    """The other pupils an adult is a contact of: a change of the adult's details is theirs too."""
    return list(Pupil.objects.filter(contacts__parent_id=contact.parent_id).exclude(pk=contact.pupil_id))


def _is_own(viewer: Viewer, membership: Membership | None, on: date) -> bool:
    if membership is None or not viewer.may(Permission.PUPIL_VIEW_OWN):
        return False
    group = group_on(viewer, membership.group_id, on)
    return group is not None and viewer.user_id in group.teacher_ids
