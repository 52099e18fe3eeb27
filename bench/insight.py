"""The figures of a school of 2,000 pupils, inside a process: cold, warm, and each page: `-m bench.insight`.

The school is the largest in the database. Prints JSON. Units: ms.
"""

import json
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import django

from bench.figures import figures
from bench.school import session_of

PUPILS = 2_000
FIRST_DAY = date(2024, 9, 1)
_LOOKS = 15


def measure() -> dict[str, Any]:
    """All measures of the year, cold and from a warm matrix; each page with its queries."""
    from django.db.models import Count

    from rollbook.apps.schools.models import School

    school = School.objects.annotate(pupil_count=Count("pupils")).latest("pupil_count")
    head = _head(school)
    return {**_matrix(head), "pages": _pages(school, head)}


def _head(school: Any) -> Any:
    from rollbook.apps.accounts.models import Appointment, User
    from rollbook.domain.access import Role

    person = User.objects.create(email="bench.head@example.org", name="Bench Head", password="!")
    Appointment.objects.create(
        user=person, school=school, role=Role.HEAD_TEACHER.value, position="Head", first_day=FIRST_DAY
    )
    return person


def _matrix(head: Any) -> dict[str, Any]:
    """The year before this one, which is whole: everything that is counted of it, for pupils, half-days and codes."""
    from rollbook import clock
    from rollbook.analytics import tallies
    from rollbook.apps.accounts.queries import viewer_for
    from rollbook.apps.insight.queries.ground import forget_grounds, ground
    from rollbook.apps.registers.queries.year import forget_years
    from rollbook.apps.schools.queries import timetable

    now = clock.now()
    viewer = viewer_for(head.pk, head.name, head.email, now.date())
    assert viewer is not None
    year = min(timetable(viewer).calendar.years, key=lambda each: each.first_day)

    def cold() -> Any:
        forget_years()
        forget_grounds()
        return ground(viewer, year.first_day, year.last_day, now).measures()

    colds = [_ms(cold) for _ in range(3)]
    marks = ground(viewer, year.first_day, year.last_day, now).marks

    def warm() -> None:
        by_pupil = tallies.by_pupil(marks)
        tallies.persistently_absent(by_pupil)
        tallies.severely_absent(by_pupil)
        tallies.by_half_day(marks)
        tallies.code_counts(marks)
        by_pupil.total()

    warm()
    return {
        "pupils": len(marks),
        "marks": int((marks > 0).sum()),
        "cold": figures(colds).as_dict(),
        "measures": figures([_ms(warm) for _ in range(30)]).as_dict(),
    }


def _pages(school: Any, head: Any) -> dict[str, Any]:
    """Each page of the section, the pupils behind a figure, a pupil and Today, as the head sees them, warm."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from rollbook.apps.roll.models import Pupil

    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(head)
    pupil = Pupil.objects.filter(school=school, enrolments__last_day=None).latest("pk")
    amend = _amending(head, pupil)
    addresses = {words: reverse(name) for words, name, _ in settings.ROLLBOOK_TABS["figures"]}
    addresses |= {
        "pupils behind": reverse("insight:behind"),
        "pupil": reverse("registers:pupil", args=[pupil.pk]),
        "Today": reverse("registers:today"),
    }
    found: dict[str, Any] = {}
    for words, address in addresses.items():
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        count = len(queries)  # now: the next request empties the list
        changed = [_ms_after(amend, lambda address=address: client.get(address)) for _ in range(3)]  # type: ignore[misc]
        warm = [_ms(lambda address=address: client.get(address)) for _ in range(_LOOKS)]  # type: ignore[misc]
        found[words] = {
            "status": answer.status_code,
            "queries": count,
            "bytes": len(answer.content),
            "after_a_change": round(statistics.median(changed), 1),
            **figures(warm).as_dict(),
        }
    return found


def _amending(head: Any, pupil: Any) -> Callable[[], None]:
    """Amends one mark of the pupil each time it is called: there and back again."""
    from uuid import uuid4

    from rollbook import clock
    from rollbook.apps.registers.actions.writing import NewEntry, Occasion, add_entries
    from rollbook.apps.registers.models import Entry, Save
    from rollbook.domain.access import Actor
    from rollbook.domain.sessions import SchoolSession

    newest = Entry.objects.filter(pupil=pupil).order_by("-on", "-version", "-id")[0]

    def amend() -> None:
        standing = Entry.objects.filter(pupil=pupil, on=newest.on, session=newest.session).latest("version")
        entry = NewEntry(
            pupil_id=pupil.pk,
            on=newest.on,
            session=SchoolSession(newest.session),
            version=standing.version + 1,
            code="O" if standing.code == "I" else "I",
            reason="Measured",
        )
        occasion = Occasion(school_id=pupil.school_id, kind=Save.Kind.AMENDMENT, key=uuid4())
        add_entries(occasion=occasion, entries=[entry], by=Actor(head.pk, head.name, "Head"), at=clock.now())

    return amend


def _ms_after(before: Callable[[], Any], what: Callable[[], Any]) -> float:
    before()
    return _ms(what)


def _ms(what: Callable[[], Any]) -> float:
    started = time.perf_counter()
    what()
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    django.setup()
    print(json.dumps(measure()))
