"""The first thing that happens to an installation: a school, and the person who sets it up."""

from datetime import datetime

from django.db import transaction

from rollbook.apps.accounts.actions.people import Added, add_person
from rollbook.apps.audit.actions import record
from rollbook.apps.schools.models import School
from rollbook.domain.access import Actor, Role, Viewer
from rollbook.domain.refusals import Refusal, Refused


def found_school(
    *,
    name: str,
    phase: str,
    legal_type: str,
    administrator_name: str,
    administrator_email: str,
    by: Actor,
    at: datetime,
) -> tuple[School, Added]:
    """Adds a school with its first administrator, who sets up the rest on the pages. Both or neither.

    Errors: Refused.
    """
    refusals = []
    if not name.strip():
        refusals.append(Refusal("name", "Give the school's name."))
    elif School.objects.filter(name__iexact=name.strip()).exists():
        refusals.append(Refusal("name", f"There is a school named {name.strip()} already."))
    if phase not in School.Phase.values:
        refusals.append(Refusal("phase", f"The phase is one of: {', '.join(School.Phase.values)}."))
    if legal_type not in School.LegalType.values:
        refusals.append(Refusal("legal_type", f"The type is one of: {', '.join(School.LegalType.values)}."))
    if refusals:
        raise Refused(refusals)
    with transaction.atomic():
        school = School.objects.create(name=name.strip(), phase=phase, legal_type=legal_type)
        record(
            type="schools.school.founded",
            by=by,
            at=at,
            school_id=school.pk,
            subject=f"school:{school.pk}",
            facts={"name": school.name, "phase": phase, "legal_type": legal_type},
        )
        added = add_person(
            viewer=_founder(school, by),
            name=administrator_name,
            email=administrator_email,
            telephone="",
            role=Role.ADMINISTRATOR.value,
            position=Role.ADMINISTRATOR.words,
            first_day=at.date(),
            by=by,
            at=at,
        )
    return school, added


def _founder(school: School, by: Actor) -> Viewer:
    """Whoever runs the command on the server: they act for the new school once, before anybody else can."""
    return Viewer(
        user_id=0,
        name=by.name,
        email="",
        school_id=school.pk,
        school_name=school.name,
        roles=frozenset({Role.ADMINISTRATOR}),
        position=by.position,
    )
