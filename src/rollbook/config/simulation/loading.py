"""An invented school into the database, in bulk, in one transaction."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Max

from rollbook.apps.registers.actions.bulk import Loaded, load_history
from rollbook.apps.registers.actions.past import Cast
from rollbook.config.simulation.loading_supports import add_supports
from rollbook.config.simulation.plan import ParentPlan, PupilPlan, SchoolPlan, StaffMember
from rollbook.domain.access import Actor, Role

LOADER = Actor(None, "Rollbook", "Invented school")


def load_school(
    school: SchoolPlan,
    *,
    email_domain: Callable[[int], str],
    password: str,
    seed: str,
    at: datetime,
    on_entries: Callable[[int], object] = bool,
) -> tuple[int, Loaded]:
    """Adds the school with everything of it. Shape: the school's id and what was loaded.

    `password` is an encoded password for all staff. Errors: IntegrityError where somebody uses such an e-mail address.
    """
    with transaction.atomic():
        school_id = _add_facts(school)
        staff_ids = _add_staff(school, school_id, email_domain(school_id), password)
        group_ids = _add_groups(school, school_id, staff_ids)
        pupil_ids = _add_pupils(school, school_id)
        _add_homes(school, school_id, pupil_ids)
        _add_time_on_roll(school, pupil_ids, group_ids)
        add_supports(school, school_id, pupil_ids, staff_ids)
        writers = [
            Actor(user_id, member.name, member.position)
            for user_id, member in zip(staff_ids, school.staff, strict=True)
        ]
        loaded = load_history(
            cast_of=Cast(school_id, pupil_ids, group_ids, writers),
            saves=school.saves,
            keys=_keys(seed),
            plans=school.planned,
            by=LOADER,
            at=at,
            on_entries=on_entries,
        )
    return school_id, loaded


def _add(label: str, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Adds rows of a model. Shape: their ids in the same order."""
    model = apps.get_model(label)
    made = model._default_manager.bulk_create([model(**row) for row in rows], batch_size=1_000)
    return [row.pk for row in made]


def _add_facts(school: SchoolPlan) -> int:
    [school_id] = _add("schools.School", [vars(school.facts).copy()])
    for year in school.years:
        [year_id] = _add(
            "schools.AcademicYear",
            [
                {
                    "school_id": school_id,
                    "name": year.name,
                    "first_day": year.dates.first_day,
                    "last_day": year.dates.last_day,
                }
            ],
        )
        _add(
            "schools.Term",
            [
                {
                    "academic_year_id": year_id,
                    "name": t.name,
                    "first_day": t.first_day,
                    "last_day": t.last_day,
                }
                for t in year.dates.terms
            ],
        )
        _add(
            "schools.CalendarEntry",
            [
                {
                    "school_id": school_id,
                    "kind": span.kind.value,
                    "name": span.name,
                    "first_day": span.first_day,
                    "last_day": span.last_day,
                }
                for span in year.closed
            ],
        )
    _add("schools.DayTimes", [_day_times(school_id, row) for row in school.day_times])
    return school_id


def _day_times(school_id: int, row: Any) -> dict[str, Any]:
    return {
        "school_id": school_id,
        "effective_from": row.effective_from,
        "weekday": row.weekday,
        "am_opens_at": row.am.opens_at,
        "am_closes_at": row.am.closes_at,
        "am_ends_at": row.am.session_ends_at,
        "pm_opens_at": row.pm.opens_at,
        "pm_closes_at": row.pm.closes_at,
        "pm_ends_at": row.pm.session_ends_at,
    }


def _add_staff(school: SchoolPlan, school_id: int, domain: str, password: str) -> list[int]:
    staff_ids = _add(
        "accounts.User",
        [
            {"email": f"{each.email}@{domain}", "name": each.name, "password": password}
            for each in school.staff
        ],
    )
    _add(
        "accounts.Appointment",
        [
            {
                "user_id": user_id,
                "school_id": school_id,
                "role": role.value,
                "position": each.position,
                "first_day": each.first_day,
                "last_day": each.last_day,
            }
            for user_id, each in zip(staff_ids, school.staff, strict=True)
            for role in each.roles
            if role is not Role.TRUST_LEAD
        ],
    )
    for user_id, each in zip(staff_ids, school.staff, strict=True):
        if Role.TRUST_LEAD in each.roles:
            _add_trust(school, school_id, user_id, each)
    return staff_ids


def _add_trust(school: SchoolPlan, school_id: int, user_id: int, lead: StaffMember) -> None:
    """The trust that the school belongs to, with its attendance lead."""
    [trust_id] = _add("accounts.Trust", [{"name": f"{school.facts.name.split()[0]} Schools Trust"}])
    days = {"trust_id": trust_id, "first_day": lead.first_day}
    _add("accounts.TrustSchool", [{"school_id": school_id, **days}])
    _add("accounts.TrustPost", [{"user_id": user_id, "position": lead.position, **days}])


def _add_groups(school: SchoolPlan, school_id: int, staff_ids: Sequence[int]) -> list[int]:
    group_ids = _add(
        "schools.TeachingGroup",
        [
            {
                "school_id": school_id,
                "name": each.name,
                "room": each.room,
                "first_day": each.first_day,
                "last_day": each.last_day,
            }
            for each in school.groups
        ],
    )
    _add(
        "schools.GroupTeacher",
        [
            {
                "group_id": group_id,
                "user_id": staff_ids[each.teacher],
                "first_day": each.first_day,
                "last_day": each.last_day,
            }
            for group_id, each in zip(group_ids, school.groups, strict=True)
        ],
    )
    return group_ids


_NOT_FIELDS = {"cohort", "letter", "family", "first_day", "last_day", "legal_forename"}


def _add_pupils(school: SchoolPlan, school_id: int) -> list[int]:
    homes = {contact.pupil: school.parents[contact.parent] for contact in reversed(school.contacts)}
    return _add(
        "roll.Pupil",
        [_pupil(school_id, pupil, homes[number]) for number, pupil in enumerate(school.pupils)],
    )


def _pupil(school_id: int, pupil: PupilPlan, home: ParentPlan) -> dict[str, Any]:
    fields = {name: value for name, value in vars(pupil).items() if name not in _NOT_FIELDS}
    return fields | {
        "school_id": school_id,
        "legal_forename": pupil.legal_forename,
        "legal_surname": pupil.surname,
        "address": home.address,
        "postcode": home.postcode,
    }


def _add_homes(school: SchoolPlan, school_id: int, pupil_ids: Sequence[int]) -> None:
    parent_ids = _add("roll.Parent", [{"school_id": school_id, **vars(each)} for each in school.parents])
    _add(
        "roll.Contact",
        [
            {
                "pupil_id": pupil_ids[each.pupil],
                "parent_id": parent_ids[each.parent],
                "priority": each.priority,
                "relationship": each.relationship,
                "is_parent": each.is_parent,
                "has_parental_responsibility": each.has_parental_responsibility,
                "lives_with": each.lives_with,
                "is_natural_parent": each.relationship in {"Mother", "Father"},
                "has_day_to_day_care": each.is_parent and each.lives_with,
                "is_worked_with": each.is_parent and each.priority == 1,
            }
            for each in school.contacts
        ],
    )


def _add_time_on_roll(school: SchoolPlan, pupil_ids: Sequence[int], group_ids: Sequence[int]) -> None:
    _add(
        "roll.Enrolment",
        [
            {"pupil_id": pupil_id, "first_day": each.first_day, "last_day": each.last_day}
            for pupil_id, each in zip(pupil_ids, school.pupils, strict=True)
        ],
    )
    _add(
        "roll.Membership",
        [
            {
                "pupil_id": pupil_ids[each.pupil],
                "group_id": group_ids[each.group],
                "first_day": each.first_day,
                "last_day": each.last_day,
            }
            for each in school.memberships
        ],
    )


def _keys(seed: str) -> Iterator[UUID]:
    """Keys of saves: the same school has the same ones."""
    draw = random.Random(f"{seed}:keys")  # noqa: S311
    while True:
        yield UUID(int=draw.getrandbits(128), version=4)


def count_schools() -> int:
    """How many schools are in the database?"""
    return apps.get_model("schools.School")._default_manager.count()


def is_loaded(name: str) -> bool:
    """Is a school of this name in the database?"""
    return apps.get_model("schools.School")._default_manager.filter(name=name).exists()


def last_moment() -> datetime | None:
    """When was the last thing done that the audit log knows of?"""
    latest: datetime | None = apps.get_model("audit.Event")._default_manager.aggregate(at=Max("at"))["at"]
    return latest
