"""Builds the school that is measured, in the database the environment names: `python -m bench.school FACTS.json`.

1,500 pupils in 50 groups of 30, a year of marks up to the newest days, whose registers are left to take.
"""

import json
import random
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import django

FIRST_DAY, LAST_DAY = date(2025, 9, 1), date(2026, 8, 31)
TODAY = date(2026, 7, 14)
GROUPS, GROUP_SIZE = 50, 30
FREE_DAYS = 30
TEACHERS = 16

# About what schools in England see: code, weight.
SHARES = {"/": 925, "I": 28, "L": 12, "O": 12, "U": 4, "M": 6, "C": 4, "N": 3, "B": 2, "G": 4}


@dataclass(frozen=True)
class Facts:
    """What the clients must know of the school. Shape: `groups` maps a group's id to its pupils' ids."""

    today: str
    free_days: list[str]
    groups: dict[int, list[int]]
    officers: list[str]
    teachers: list[str]
    marks: int
    seconds: float


def make() -> Facts:
    """The school with its people, pupils and marks. Units: `seconds` for the marks alone."""
    from rollbook.apps.schools.queries import timetable_of_school

    school, groups, people = _school()
    days = list(timetable_of_school(school.pk).calendar.school_days(FIRST_DAY, TODAY))
    marked, free = days[: -FREE_DAYS - 1], days[-FREE_DAYS - 1 : -1]
    started = time.perf_counter()
    marks = _marks(school, groups, people[0], marked)
    seconds = time.perf_counter() - started
    officers = people[:TEACHERS]
    teachers = people[TEACHERS:]
    return Facts(
        today=TODAY.isoformat(),
        free_days=[day.isoformat() for day in free],
        groups={group.pk: ids for group, ids in groups},
        officers=[session_of(person) for person in officers],
        teachers=[session_of(person) for person in teachers],
        marks=marks,
        seconds=seconds,
    )


def _school() -> tuple[Any, list[tuple[Any, list[int]]], list[Any]]:
    from rollbook.apps.accounts.models import Appointment, User
    from rollbook.apps.roll.models import Enrolment, Membership, Pupil
    from rollbook.apps.schools.models import GroupTeacher, TeachingGroup
    from rollbook.domain.access import Role

    school = _calendar()
    people = User.objects.bulk_create(
        User(email=f"person{n}@example.org", name=f"Person {n}", password="!")
        for n in range(TEACHERS + GROUPS)
    )
    Appointment.objects.bulk_create(
        Appointment(
            user=person,
            school=school,
            role=(Role.OFFICE if n < TEACHERS else Role.CLASS_TEACHER).value,
            position="Office" if n < TEACHERS else "Teacher",
            first_day=FIRST_DAY,
        )
        for n, person in enumerate(people)
    )
    groups = TeachingGroup.objects.bulk_create(
        TeachingGroup(school=school, name=f"{7 + n // 10}{chr(65 + n % 10)}", first_day=FIRST_DAY)
        for n in range(GROUPS)
    )
    GroupTeacher.objects.bulk_create(
        GroupTeacher(group=group, user=people[TEACHERS + n], first_day=FIRST_DAY)
        for n, group in enumerate(groups)
    )
    pupils = Pupil.objects.bulk_create(
        Pupil(
            school=school,
            legal_surname=f"Surname{n * 37 % 1500:04}",
            legal_forename=f"Forename{n}",
            surname=f"Surname{n * 37 % 1500:04}",
            forename=f"Forename{n}",
            sex="F",
            born_on=date(2014 - n // 300, 3, 1),
        )
        for n in range(GROUPS * GROUP_SIZE)
    )
    Enrolment.objects.bulk_create(Enrolment(pupil=pupil, first_day=FIRST_DAY) for pupil in pupils)
    Membership.objects.bulk_create(
        Membership(pupil=pupil, group=groups[n // GROUP_SIZE], first_day=FIRST_DAY)
        for n, pupil in enumerate(pupils)
    )
    ids = [pupil.pk for pupil in pupils]
    return (
        school,
        [(group, ids[GROUP_SIZE * n : GROUP_SIZE * (n + 1)]) for n, group in enumerate(groups)],
        people,
    )


def _calendar() -> Any:
    from rollbook.apps.schools.models import AcademicYear, CalendarEntry, DayTimes, School, Term
    from rollbook.config.simulation.terms import week_times, year_dates

    school = School.objects.create(name="Bench School", phase="secondary", legal_type="maintained")
    year = year_dates(FIRST_DAY.year)
    row = AcademicYear.objects.create(
        school=school, name=year.name, first_day=year.dates.first_day, last_day=year.dates.last_day
    )
    Term.objects.bulk_create(
        Term(academic_year=row, name=term.name, first_day=term.first_day, last_day=term.last_day)
        for term in year.dates.terms
    )
    CalendarEntry.objects.bulk_create(
        CalendarEntry(
            school=school,
            kind=span.kind.value,
            name=span.name,
            first_day=span.first_day,
            last_day=span.last_day,
        )
        for span in year.closed
    )
    times = week_times(FIRST_DAY, ("09:00", "09:30", "12:15"), ("12:45", "13:00", "15:05"))
    DayTimes.objects.bulk_create(
        DayTimes(
            school=school,
            effective_from=each.effective_from,
            weekday=each.weekday,
            am_opens_at=each.am.opens_at,
            am_closes_at=each.am.closes_at,
            am_ends_at=each.am.session_ends_at,
            pm_opens_at=each.pm.opens_at,
            pm_closes_at=each.pm.closes_at,
            pm_ends_at=each.pm.session_ends_at,
        )
        for each in times
    )
    return school


def _marks(school: Any, groups: list[tuple[Any, list[int]]], by: Any, days: list[date]) -> int:
    """A save for each group and half-day, chained as if it had been taken by hand. Shape: how many marks."""
    from django.db import transaction

    from rollbook.apps.registers.models import Chain, Entry, Save

    draw = random.Random(7)
    digest, number, marks = "", 0, 0
    for on in days:
        saves, entries = [], []
        for group, ids in groups:
            for session in ("AM", "PM"):
                number += 1
                save, rows = _save(draw, school.pk, number, digest, group.pk, ids, on, session, by)
                digest = save.digest
                saves.append(save)
                entries.append(rows)
        with transaction.atomic():
            Save.objects.bulk_create(saves)
            for save, rows in zip(saves, entries, strict=True):
                for row in rows:
                    row.save_made_id = save.pk
            marks += len(Entry.objects.bulk_create([row for rows in entries for row in rows]))
    Chain.objects.create(school=school, length=number, digest=digest)
    return marks


def _save(
    draw: random.Random,
    school_id: int,
    number: int,
    digest: str,
    group_id: int,
    ids: list[int],
    on: date,
    session: str,
    by: Any,
) -> tuple[Any, list[Any]]:
    from rollbook.apps.registers.models import Entry, Save
    from rollbook.apps.registers.queries.digests import digest_of, entry_line
    from rollbook.clock import LONDON

    at = datetime(on.year, on.month, on.day, 9 if session == "AM" else 12, 50, tzinfo=LONDON)
    who = {"at": at, "by_id": by.pk, "by_name": by.name, "by_position": "Office"}
    rows = [
        Entry(
            school_id=school_id, pupil_id=pupil, on=on, session=session, version=1, code=code,
            minutes_late=5 if code == "L" else None, **who,
        )
        for pupil, code in zip(ids, _codes(draw, session, len(ids)), strict=True)
    ]  # fmt: skip
    save = Save(
        school_id=school_id, number=number, key=uuid.UUID(int=draw.getrandbits(128)), kind="register",
        group_id=group_id, on=on, session=session, entry_count=len(rows), is_complete=True,
        previous_digest=digest, **who,
    )  # fmt: skip
    save.digest = digest_of(save, (entry_line(row) for row in rows))
    return save, rows


def _codes(draw: random.Random, session: str, count: int) -> Iterator[str]:
    for code in draw.choices(list(SHARES), list(SHARES.values()), k=count):
        yield "\\" if code == "/" and session == "PM" else code


def session_of(person: Any) -> str:
    """The key of a session in which this person is signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    django.setup()
    Path(sys.argv[1]).write_text(json.dumps(asdict(make())), encoding="utf-8")
