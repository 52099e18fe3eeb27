"""What records of the roll say now, for comparing with what an import left there."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from rollbook.apps.roll.models import Contact, Enrolment, Membership, Parent, Pupil
from rollbook.apps.roll.queries.footprints import held_values, subject_of
from rollbook.domain.access import Viewer

# How each kind of record belongs to a school.
_RECORDS: dict[str, tuple[type[models.Model], str]] = {
    "pupil": (Pupil, "school_id"),
    "parent": (Parent, "school_id"),
    "contact": (Contact, "pupil__school_id"),
    "enrolment": (Enrolment, "pupil__school_id"),
    "membership": (Membership, "pupil__school_id"),
}
_AT_ONCE = 500


def standing(viewer: Viewer, subjects: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Every field of these records ("pupil:12") of the viewer's school by name; one that is gone is not there.

    One query for each kind and 500 records.
    """
    found: dict[str, dict[str, Any]] = {}
    wanted = list(dict.fromkeys(subjects))
    for kind, (model, school) in _RECORDS.items():
        ids = [int(number) for name, _, number in (each.partition(":") for each in wanted) if name == kind]
        for start in range(0, len(ids), _AT_ONCE):
            which = {school: viewer.school_id, "pk__in": ids[start : start + _AT_ONCE]}
            rows = model._default_manager.filter(**which)
            for row in rows.select_related("parent") if model is Contact else rows:
                found[subject_of(row)] = held_values(row)
    return found
