"""Who may tell the school about several pupils at once: their contacts, and pupils who share a parent."""

from collections.abc import Iterable
from datetime import date

from rollbook.apps.roll.models import Contact
from rollbook.apps.roll.queries.on_roll import OnRoll, everyone_on_roll
from rollbook.domain.access import Viewer


def contacts_of_pupils(viewer: Viewer, pupil_ids: Iterable[int]) -> dict[int, list[Contact]]:
    """The contacts of these pupils of the viewer's school, in the order in which the school rings them. One query."""
    found: dict[int, list[Contact]] = {}
    rows = Contact.objects.filter(pupil__school_id=viewer.school_id, pupil_id__in=list(pupil_ids))
    for contact in rows.select_related("parent").order_by("priority", "id"):
        found.setdefault(contact.pupil_id, []).append(contact)
    return found


def siblings_of(viewer: Viewer, pupil_id: int, on: date) -> list[OnRoll]:
    """The other pupils on roll on a day who share one of this pupil's parents, by name. Two queries.

    Somebody who is only to be rung in an emergency makes no family.
    """
    parents = Contact.objects.filter(
        pupil__school_id=viewer.school_id, pupil_id=pupil_id, is_parent=True
    ).values("parent_id")
    shared = set(
        Contact.objects.filter(pupil__school_id=viewer.school_id, parent_id__in=parents, is_parent=True)
        .exclude(pupil_id=pupil_id)
        .values_list("pupil_id", flat=True)
    )
    return [each for each in everyone_on_roll(viewer, on) if each.id in shared] if shared else []
