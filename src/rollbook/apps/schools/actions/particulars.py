"""The school's particulars: name, numbers, phase and type, where it is and how to reach it."""

import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from rollbook.apps.schools.actions.changing import note_change, one_at_a_time
from rollbook.apps.schools.models import School
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refusal, Refused

FIELDS = (
    "name",
    "urn",
    "dfe_number",
    "phase",
    "legal_type",
    "local_authority",
    "address",
    "telephone",
    "email",
)


def change_particulars(*, viewer: Viewer, values: dict[str, str], by: Actor, at: datetime) -> School:
    """Changes the particulars; `values` has every one of `FIELDS`. Errors: Refused."""
    wanted = {name: values[name].strip() for name in FIELDS}
    with transaction.atomic():
        school = one_at_a_time(viewer)
        refusals = _refusals(wanted)
        if refusals:
            raise Refused(refusals)
        changed = {
            name: [getattr(school, name), value]
            for name, value in wanted.items()
            if getattr(school, name) != value
        }
        if not changed:
            return school
        for name in changed:
            setattr(school, name, wanted[name])
        school.save(update_fields=list(changed))
        note_change(
            school_id=school.pk,
            type="school.particulars.changed",
            subject=f"school:{school.pk}",
            facts=changed,
            by=by,
            at=at,
        )
    return school


def _refusals(values: dict[str, str]) -> list[Refusal]:
    refusals = []
    if not values["name"]:
        refusals.append(Refusal("name", "Give the school's name."))
    if values["urn"] and not re.fullmatch(r"[0-9]{6}", values["urn"]):
        refusals.append(Refusal("urn", "A URN has six digits, for example 123456."))
    if values["dfe_number"] and not re.fullmatch(r"[0-9]{3}/[0-9]{4}", values["dfe_number"]):
        message = "A DfE number is three digits, a stroke and four digits, for example 330/1234."
        refusals.append(Refusal("dfe_number", message))
    if values["phase"] not in School.Phase.values:
        refusals.append(Refusal("phase", "Choose the school's phase."))
    if values["legal_type"] not in School.LegalType.values:
        refusals.append(Refusal("legal_type", "Choose what kind of school it is in law."))
    for name in FIELDS:
        longest = getattr(School._meta.get_field(name), "max_length", None)
        if longest is not None and len(values[name]) > longest:
            refusals.append(Refusal(name, f"Keep this to {longest} characters."))
    if values["email"]:
        try:
            validate_email(values["email"])
        except ValidationError:
            refusals.append(Refusal("email", "Enter an e-mail address such as office@example.org."))
    return refusals
