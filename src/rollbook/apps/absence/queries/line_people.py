"""Who an absence can be told about, and who may tell it: what the form of the absence line offers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from rollbook.apps.roll.queries import OnRoll, Pupil, everyone_on_roll, pupil_of
from rollbook.apps.roll.queries.families import contacts_of_pupils, siblings_of
from rollbook.domain.access import Viewer
from rollbook.domain.roll import is_compulsory_school_age


@dataclass(frozen=True)
class Family:
    """A pupil with whoever may tell the school, and the brothers and sisters who are here too."""

    pupil: Pupil
    place: OnRoll | None
    contacts: list[Any]
    siblings: list[OnRoll]
    is_old_enough: bool


def family_of(viewer: Viewer, pupil_id: int, on: date) -> Family | None:
    """A pupil of the viewer's school; None for any other. Five queries."""
    pupil = pupil_of(viewer, min(pupil_id, 2**63 - 1))
    if pupil is None:
        return None
    return Family(
        pupil=pupil,
        place=next((each for each in everyone_on_roll(viewer, on) if each.id == pupil.pk), None),
        contacts=contacts_of_pupils(viewer, [pupil.pk]).get(pupil.pk, []),
        siblings=siblings_of(viewer, pupil.pk, on),
        is_old_enough=not is_compulsory_school_age(pupil.born_on, on).answer,
    )


def group_names(viewer: Viewer, on: date) -> dict[int, str]:
    """The teaching group of every pupil on roll, by pupil id. One query."""
    return {each.id: each.group_name for each in everyone_on_roll(viewer, on)}
