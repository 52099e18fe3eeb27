"""What the clients must know of the simulated school: `-m bench.school FACTS.json` in the server's environment.

Adds the people of the bench, signed in: sixteen in the office, who may take any register of a past day, and the
teachers of today's registers, whose sessions are made here.
"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import django

# The simulated year has every register up to UNTIL; those from UNTIL to the day before TODAY are left to take.
UNTIL, TODAY = date(2026, 6, 1), date(2026, 7, 14)
NOW = "2026-07-14T08:45:00"
PEOPLE = 16
# The longest half term: the grid of it is the largest page there is for a group.
HALF_TERM = date(2025, 9, 8)
A_THOUSAND, THOUSANDS = 1_000, 12


def facts() -> dict[str, Any]:
    """Shape: `rosters` maps "group day" to pupils' ids; `spare` is one of them that only bench.inside takes."""
    from django.db import connection

    from rollbook.apps.accounts.queries import viewer_for
    from rollbook.apps.roll.queries import pupils_of_group
    from rollbook.apps.schools.models import School
    from rollbook.apps.schools.queries import groups_on, timetable_of_school

    if connection.vendor == "postgresql":
        # What its autovacuum does by itself within minutes of such a load, and would otherwise do beside the clients.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
    school = School.objects.get()
    officers = _officers(school)
    viewer = viewer_for(officers[0].pk, officers[0].name, officers[0].email, TODAY)
    assert viewer is not None
    days = timetable_of_school(school.pk).calendar.school_days(UNTIL, TODAY)
    rosters = {
        f"{group.id} {day}": [pupil.id for pupil in pupils_of_group(viewer, group.id, day)]
        for day in days
        for group in groups_on(viewer, day)
    }
    today = {name: pupils for name, pupils in rosters.items() if name.endswith(str(TODAY)) and pupils}
    free = {name: pupils for name, pupils in rosters.items() if name not in today and pupils}
    spare = next(iter(free))
    return {
        "half_term": HALF_TERM.isoformat(),
        "thousands": thousands(school),
        "today": TODAY.isoformat(),
        "rosters": {name: pupils for name, pupils in free.items() if name != spare},
        "spare": [spare, free[spare]],
        "todays": today,
        "officers": [session_of(person) for person in officers],
        "teachers": _teachers([int(name.split()[0]) for name in today]),
    }


def thousands(school: Any) -> list[list[list[Any]]]:
    """Marks of the autumn, a thousand of a group or two at a time, each with its version and another code for it.

    Shape: lists of [pupil, day, session, version, code].
    """
    from rollbook.apps.accounts.models import Appointment
    from rollbook.apps.accounts.queries import viewer_for
    from rollbook.apps.registers.queries.newest import standing_marks
    from rollbook.apps.roll.queries import pupils_on_roll
    from rollbook.apps.schools.queries import timetable_of_school

    person = Appointment.objects.filter(school=school, role="office").latest("pk").user
    viewer = viewer_for(person.pk, person.name, person.email, HALF_TERM)
    assert viewer is not None
    days = timetable_of_school(school.pk).calendar.school_days(HALF_TERM, date(2025, 10, 24))
    pupils = sorted(pupils_on_roll(viewer, HALF_TERM), key=lambda pupil: (pupil.group_id, pupil.id))
    marks = standing_marks(school.pk, days, [pupil.id for pupil in pupils])
    found = [
        [pupil.id, on.isoformat(), session.value, mark.version, "M" if mark.code == "I" else "I"]
        for pupil in pupils
        for (on, session), mark in sorted(marks.get(pupil.id, {}).items())
    ]
    return [found[first : first + A_THOUSAND] for first in range(0, THOUSANDS * A_THOUSAND, A_THOUSAND)]


def _officers(school: Any) -> list[Any]:
    from rollbook.apps.accounts.models import Appointment, User
    from rollbook.domain.access import Role

    people = User.objects.bulk_create(
        User(email=f"bench{number}@example.org", name=f"Bench {number}", password="!")
        for number in range(PEOPLE)
    )
    Appointment.objects.bulk_create(
        Appointment(
            user=person, school=school, role=Role.OFFICE.value, position="Office", first_day=date(2025, 9, 1)
        )
        for person in people
    )
    return people


def _teachers(groups: list[int]) -> dict[int, str]:
    """A session of the first teacher of each group."""
    from rollbook.apps.schools.models import GroupTeacher

    found: dict[int, str] = {}
    for row in GroupTeacher.objects.select_related("user").filter(group__in=groups, last_day=None):
        if row.group_id not in found:
            found[row.group_id] = session_of(row.user)
    return found


def session_of(person: Any) -> str:
    """The key of a session in which this person is signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from rollbook.apps.accounts.sessions import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    django.setup()
    Path(sys.argv[1]).write_text(json.dumps(facts()), encoding="utf-8")
