"""Whom the school rings about a pupil, in which order, and what makes it urgent to know where the pupil is."""

from collections.abc import Collection
from dataclasses import dataclass

from rollbook.apps.roll.models import Contact as Contact
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Viewer


@dataclass(frozen=True, slots=True)
class ToCall:
    """A pupil with the contacts in the order of ringing, each with its parent's own details."""

    pupil: Pupil
    contacts: tuple[Contact, ...]

    @property
    def name(self) -> str:
        """First name then surname, as spoken."""
        return f"{self.pupil.forename} {self.pupil.surname}"


def to_call(viewer: Viewer, pupil_ids: Collection[int]) -> dict[int, ToCall]:
    """These pupils of the viewer's school with whom to ring about them, by id. Two queries, none for nobody."""
    if not pupil_ids:
        return {}
    contacts: dict[int, list[Contact]] = {}
    rows = Contact.objects.filter(pupil__school_id=viewer.school_id, pupil_id__in=pupil_ids)
    for contact in rows.select_related("parent").order_by("priority", "id"):
        contacts.setdefault(contact.pupil_id, []).append(contact)
    pupils = Pupil.objects.filter(school_id=viewer.school_id, pk__in=pupil_ids)
    return {pupil.pk: ToCall(pupil, tuple(contacts.get(pupil.pk, ()))) for pupil in pupils}


def siblings_of(viewer: Viewer, pupil_id: int) -> list[Pupil]:
    """The other pupils of the viewer's school who share a contact with this one. One query."""
    parents = Contact.objects.filter(pupil_id=pupil_id).values("parent_id")
    same = Pupil.objects.filter(school_id=viewer.school_id, contacts__parent_id__in=parents)
    return list(same.exclude(pk=pupil_id).distinct())


def partners_of(viewer: Viewer, pupil_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Who works with which of these pupils: "social_worker", "youth_offending", "virtual_school". One query.

    Pupils with whom nobody works are left out.
    """
    rows = Pupil.objects.filter(school_id=viewer.school_id, pk__in=pupil_ids).values_list(
        "pk", "social_worker", "youth_offending_worker", "virtual_school"
    )
    keys = ("social_worker", "youth_offending", "virtual_school")
    found = {
        pk: frozenset(key for key, name in zip(keys, names, strict=True) if name.strip())
        for pk, *names in rows
    }
    return {pk: those for pk, those in found.items() if those}
