"""Who is not at school full-time: everybody with a cause and nobody else, with the agreement and the marks behind."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.absence.models import PartTimeTimetable, TimetableReview
from rollbook.apps.absence.queries.arrangements import arrangements
from rollbook.apps.audit.models import Event
from rollbook.apps.insight.queries.full_time import FullTimeReport, not_full_time
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.full_time import Cause
from rollbook.domain.periods import days_between
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import WeekGrid
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_pupil
from tests.factories.registers import make_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]

WEEK = [MONDAY + timedelta(days=n) for n in range(5)]
FRIDAY = WEEK[-1]
NOW = at(16, on=FRIDAY)
PERIOD = days_between(MONDAY, FRIDAY)
PAGE = "/figures/full-time/?period_name=days&first_day=2026-09-14&last_day=2026-09-18"


@pytest.fixture
def friday() -> Iterator[None]:
    """Friday afternoon."""
    with time_machine.travel(NOW, tick=False):
        yield


def marked(scene: Scene, pupil: Pupil, *days: str) -> None:
    pairs = [day.split() if " " in day else list(day) for day in days]
    marks = {
        (pupil, day, session): symbol
        for day, pair in zip(WEEK, pairs, strict=False)
        for session, symbol in zip((AM, PM), pair, strict=True)
        if symbol != "."
    }
    make_marks(scene.viewer(scene.head, FRIDAY), marks, NOW)


def agreed(scene: Scene, pupil: Pupil, **given: Any) -> PartTimeTimetable:
    """Five mornings at school, as a head agreed it."""
    values: dict[str, Any] = {
        "key": uuid4(),
        "first_day": MONDAY - timedelta(days=7),
        "last_day": MONDAY + timedelta(days=25),
        "recorded_at": at(8),
        "recorded_by": scene.head,
        "recorded_by_name": "Hal Head",
        "state": "agreed",
        "why": "Private why",
        "is_not_for_behaviour": True,
        "half_days": WeekGrid.of((day, AM) for day in range(5)).bits,
    }
    made = PartTimeTimetable.objects.create(school=scene.school, pupil=pupil, **(values | given))
    TimetableReview.objects.create(timetable=made, due_on=MONDAY, held_on=MONDAY, outcome="Goes well")
    TimetableReview.objects.create(timetable=made, due_on=MONDAY + timedelta(days=14))
    return made


@pytest.fixture
def scene() -> Scene:
    """Ben five mornings by agreement, Amy always, Cat two days at a college, Dan unable to come for three days."""
    scene = Scene()
    marked(scene, scene.amy, "/\\", "/\\", "II", "OO", "VV")
    marked(scene, scene.ben, *["/ C2"] * 4, "I C2")
    marked(scene, scene.cat, "BB", "BB", "/\\", "/\\", "/.")
    marked(scene, scene.dan, "Y1 Y1", "Y1 Y1", "Q Q", "/\\", "/\\")
    agreed(scene, scene.ben)
    return scene


def report(scene: Scene, cause: Cause | None = None) -> FullTimeReport:
    return not_full_time(scene.viewer(scene.head, FRIDAY), PERIOD, cause, NOW)


def figures(found: FullTimeReport) -> dict[str, tuple[int, ...]]:
    return {
        row.member.forename: (
            row.found.full,
            row.found.at_school,
            row.found.elsewhere,
            row.found.without,
            row.found.unmarked,
        )
        for row in found.rows
    }


@pytest.mark.policy("P-1-3")
def test_everybody_with_a_cause_is_there_the_least_offered_first(scene: Scene) -> None:
    found = report(scene)

    assert figures(found) == {
        "Dan": (10, 4, 0, 6, 0),
        "Ben": (10, 5, 0, 5, 0),
        "Cat": (10, 5, 4, 0, 1),
    }
    assert [row.member.forename for row in found.rows] == ["Dan", "Ben", "Cat"]
    assert (found.on_roll, found.unmarked_count) == (4, 1)


@pytest.mark.policy("P-1-3")
def test_since_until_and_review_come_from_the_agreement(scene: Scene) -> None:
    (ben,) = report(scene, Cause.PART_TIME).rows

    assert (ben.since, ben.until, ben.next_review) == (
        MONDAY - timedelta(days=7),
        MONDAY + timedelta(days=25),
        MONDAY + timedelta(days=14),
    )
    (cat,) = report(scene, Cause.ELSEWHERE).rows
    assert (cat.since, cat.until, cat.arrangements) == (MONDAY, WEEK[1], [])


def test_what_was_withdrawn_or_is_a_draft_stands_behind_nothing(scene: Scene) -> None:
    PartTimeTimetable.objects.update(state="withdrawn")
    agreed(scene, scene.ben, state="draft")

    (ben,) = report(scene, Cause.PART_TIME).rows

    assert ben.arrangements == []
    assert ben.since == MONDAY


@pytest.mark.policy("P-1-3")
def test_the_page_says_the_agreed_hours_and_opens_the_marks_behind(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.head).get(PAGE).content.decode()

    assert "Part-time timetable, at school Mon to Fri mornings, 5 of 10 half-days a week (50%)" in page
    assert f'href="/planned/part-time/{PartTimeTimetable.objects.get().pk}/"' in page
    behind = f"/pupils/{scene.ben.pk}/?on=2026-09-18&amp;code=C2#behind"
    assert behind in page
    marks = client.get(f"/pupils/{scene.ben.pk}/?on=2026-09-18&code=C2").content.decode()
    assert "Mon 14 Sep, afternoon" in marks.partition('id="behind"')[2]
    assert "Nothing is recorded" in page
    assert "Private why" not in page
    assert "Abbott" not in page


def test_one_cause_is_chosen(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.head).get(f"{PAGE}&why=elsewhere").content.decode()

    assert "Carr, Cat" in page
    assert "Brown, Ben" not in page
    assert client.get(f"{PAGE}&why=nothing").status_code == 422


def test_nobody_is_said(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.head).get(f"{PAGE}&why=suspended").content.decode()

    assert "Nobody" in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_is_taken_out_and_the_log_has_it(scene: Scene, client: Client, kind: str) -> None:
    address = PAGE.replace("/full-time/", "/full-time/file/")
    answer = sign_in(client, scene.head).get(f"{address}&format={kind}")

    assert f'.{kind}"' in answer.headers["Content-Disposition"]
    if kind == "csv":
        line = next(row for row in answer.content.decode().splitlines() if row.startswith("Brown"))
        assert line.startswith("Brown,Ben,7A,Part-time timetable,10,4,1,0,5,0,50.0%,2026-09-07,2026-10-09")
    event = Event.objects.get(type="extract.taken")
    assert event.facts["what"] == "the list of pupils without full-time education"
    assert client.get(f"{address}&format=exe").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_it(scene: Scene, client: Client, role: Role) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school: tests/apps/accounts/test_trusts.py")
    person = make_person(scene.school, role, last_day=FRIDAY if role is Role.INSPECTOR else None)
    expected = 200 if Permission.MEASURES_VIEW in ROLE_PERMISSIONS[role] else 403
    sign_in(client, person)

    for address in (PAGE, PAGE.replace("/full-time/", "/full-time/file/")):
        assert client.get(address).status_code == expected


def test_another_schools_pupils_and_agreements_are_not_there(scene: Scene) -> None:
    other = Scene(make_school("Elm Road School"))
    viewer = other.viewer(other.head, FRIDAY)

    assert not_full_time(viewer, PERIOD, None, NOW).rows == []
    assert arrangements(viewer, [scene.ben.pk], MONDAY, FRIDAY) == {}


def test_more_pupils_cost_no_more_queries(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)
    client.get(PAGE)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    few = count()
    for number in range(5):
        new = make_pupil(scene.school, scene.group, f"New{number}", "Nia")
        marked(scene, new, *["/ C2"] * 5)
        agreed(scene, new)
    count()

    assert count() == few


def test_a_holiday_has_nothing_to_show(scene: Scene, client: Client) -> None:
    address = "/figures/full-time/?period_name=days&first_day=2026-09-12&last_day=2026-09-13"

    assert sign_in(client, scene.head).get(address).status_code == 200


def test_days_before_the_start_are_no_part_of_full_time(scene: Scene) -> None:
    late: date = WEEK[3]
    new = make_pupil(scene.school, scene.group, "New", "Nia", first_day=late)
    make_marks(
        scene.viewer(scene.head, FRIDAY),
        {(new, day, session): "C2" for day in WEEK[3:] for session in SchoolSession},
        NOW,
    )

    assert figures(report(scene))["Nia"] == (4, 0, 0, 4, 0)
