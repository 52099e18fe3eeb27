"""Run in a process of its own, with a server's settings: builds a small school, and looks at what was kept of it.

python -m tests.durability.town build FACTS.json
python -m tests.durability.town look

"""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import django

GROUPS, GROUP_SIZE, PEOPLE = 4, 30, 6
NOW = "2027-07-20T16:00:00"


def build() -> dict[str, Any]:
    """A school with four groups of thirty, and six people in the office, signed in."""
    from bench.school import session_of
    from rollbook.apps.roll.models import Enrolment, Membership, Pupil
    from rollbook.apps.schools.queries import timetable_of_school
    from rollbook.domain.access import Role
    from tests.factories.people import appoint, make_school
    from tests.factories.pupils import make_group

    school = make_school()
    people = [_person(number) for number in range(PEOPLE)]
    for person in people:
        appoint(person, school, Role.OFFICE)
    first_day = date(2026, 9, 3)
    groups = {}
    for number in range(GROUPS):
        group = make_group(school, f"7{'ABCD'[number]}")
        pupils = Pupil.objects.bulk_create(
            Pupil(
                school=school, legal_surname=f"P{n:02}", legal_forename="A", surname=f"P{n:02}", forename="A",
                sex="F", born_on=date(2014, 5, 17),
            )
            for n in range(GROUP_SIZE)
        )  # fmt: skip
        Enrolment.objects.bulk_create(Enrolment(pupil=pupil, first_day=first_day) for pupil in pupils)
        Membership.objects.bulk_create(
            Membership(pupil=pupil, group=group, first_day=first_day) for pupil in pupils
        )
        groups[group.pk] = [pupil.pk for pupil in pupils]
    days = timetable_of_school(school.pk).calendar.school_days(first_day, date(2027, 7, 16))
    return {
        "rosters": {f"{group} {day}": pupils for day in days for group, pupils in groups.items()},
        "officers": [session_of(person) for person in people],
    }


def _person(number: int) -> Any:
    from rollbook.apps.accounts.models import User

    return User.objects.create(email=f"office{number}@example.org", name=f"Office {number}", password="!")


def look() -> dict[str, Any]:
    """Every mark that is there, by register and pupil, and what the proof says."""
    from rollbook.apps.registers.models import Entry, Save
    from rollbook.apps.registers.queries.proof import prove
    from rollbook.apps.schools.models import School

    marks: dict[str, dict[str, str]] = {}
    for entry in Entry.objects.select_related("save_made").order_by("version"):
        register = marks.setdefault(f"{entry.save_made.group_id} {entry.on} {entry.session}", {})
        register[str(entry.pupil_id)] = entry.code
    proof = prove(School.objects.get().pk)
    return {
        "marks": marks,
        "saves": Save.objects.count(),
        "faults": [fault.message for fault in proof.faults],
    }


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "build":
        Path(sys.argv[2]).write_text(json.dumps(build()), encoding="utf-8")
    else:
        sys.stdout.write(json.dumps(look()))
