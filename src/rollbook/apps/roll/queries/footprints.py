"""What an import left on the roll, row by row, so that it can be put back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from rollbook.apps.roll.models import Contact, Enrolment, Membership
from rollbook.apps.roll.queries.particulars import Change, plain_value

Touched = tuple[models.Model, list[Change]]


@dataclass(frozen=True, slots=True)
class Footprint:
    """One record that a line of a file added (`before` None) or changed.

    Shape: `subject` "pupil:12"; `before` and `after` fields by name, as JSON has their values.
    """

    line: int
    who: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


def subject_of(row: models.Model) -> str:
    """How a record is named in footprints."""
    return f"{row._meta.model_name}:{row.pk}"


def held_values(row: models.Model) -> dict[str, Any]:
    """Every field of a record but its number, as JSON has them; of a contact the adult's own details as well."""
    held = {
        field.attname: plain_value(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    if isinstance(row, Contact):
        held |= {f"parent.{name}": value for name, value in held_values(row.parent).items()}
    return held


def added(line: int, who: str, row: models.Model) -> Footprint:
    """The footprint of a new record, which is saved."""
    return Footprint(line, who, subject_of(row), None, held_values(row))


def entered(
    line: int, who: str, pupil: models.Model, enrolment: Enrolment, membership: Membership | None
) -> Footprint:
    """The footprint of a new pupil with what goes with the entry: `with` has it by its subject, as it was left."""
    began = [row for row in (enrolment, membership) if row is not None]
    after = held_values(pupil) | {
        "enrolment_id": enrolment.pk,
        "starting_day": enrolment.first_day.isoformat(),
        "with": {subject_of(row): held_values(row) for row in began},
    }
    return Footprint(line, who, subject_of(pupil), None, after)


def changed(line: int, who: str, touched: Iterable[Touched]) -> list[Footprint]:
    """The footprints of records that were there already."""
    return [
        Footprint(
            line,
            who,
            subject_of(row),
            {change.field: change.before for change in found},
            {change.field: change.after for change in found},
        )
        for row, found in touched
        if found
    ]


def moved(line: int, who: str, membership: Membership, was_in_group: int | None) -> Footprint:
    """The footprint of a pupil who is in another teaching group from a day on."""
    after = {
        "pupil_id": membership.pupil_id,
        "group_id": membership.group_id,
        "first_day": membership.first_day.isoformat(),
        "last_day": plain_value(membership.last_day),
    }
    return Footprint(line, who, subject_of(membership), {"group_id": was_in_group}, after)
