"""Punctuality: the lateness of a period by pupil, group and weekday, and who is late again and again."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollbook.apps.audit.models import Event
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.punctuality import LateAsked, punctuality
from rollbook.apps.registers.queries.year import forget_years
from rollbook.apps.schools.actions.settings import set_policy_setting
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.periods import days_between
from rollbook.domain.rates import minutes_lost
from rollbook.domain.sessions import SchoolSession
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at, mark
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_friday")]

WEEKS = [MONDAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]
FRIDAY = WEEKS[-1]
NOW = at(16, on=FRIDAY)
PAGE = "/figures/punctuality/"


@pytest.fixture
def second_friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """Ben: L on the first Monday, L and U in the second week. Cat: L on the second Monday. Amy and Dan never."""
    scene = Scene()
    made_late(scene)
    return scene


def made_late(scene: Scene) -> None:
    """The marks of the scene's two weeks."""
    late = {
        (scene.ben, WEEKS[0], AM): "L",
        (scene.ben, WEEKS[5], AM): "L",
        (scene.ben, WEEKS[6], PM): "U",
        (scene.cat, WEEKS[5], AM): "L",
    }
    marks = {
        (pupil, day, session): late.get((pupil, day, session), "/" if session is AM else "\\")
        for pupil in (scene.amy, scene.ben, scene.cat, scene.dan)
        for day in WEEKS
        for session in SchoolSession
    }
    make_marks(scene.viewer(scene.head), marks, NOW)


def text(client: Client, asked: str = "") -> str:
    answer = client.get(f"{PAGE}?{asked}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.policy("P-4.4-3", "P-4.4-4", "P-1-6", "P-8.1-1")
def test_the_weekly_list_says_who_how_often_how_long_and_whether_again(scene: Scene, client: Client) -> None:
    page = text(sign_in(client, scene.head))

    # This week: Ben twice (L and U of five minutes each), Cat once: 3 of 40 sessions.
    assert "7.5%" in page
    assert "2 before the register closed (L), 1 after (U)" in page
    assert "15 min" in page
    assert "Abbott" not in page
    assert page.index("Brown, Ben") < page.index("Carr, Cat")
    # With that of the week before Ben has three in ten school days.
    assert (
        "3 late sessions from 14 September 2026 to 22 September 2026; 3 late sessions in 10 school days"
        in page
    )
    assert page.count(">Repeated<") == 1
    assert "By weekday: 3 late, too few to say that one day is worse" in page


def test_the_weekday_with_most_lateness_is_named_where_there_is_enough(scene: Scene, client: Client) -> None:
    pupils = [make_pupil(scene.school, scene.group, f"Further{n}", "Pat") for n in range(18)]
    make_marks(scene.viewer(scene.head), {(pupil, WEEKS[9], PM): "L" for pupil in pupils}, NOW)

    page = text(sign_in(client, scene.head))

    assert "Most often late on Friday afternoons: 18 of 22 sessions; over the whole week" in page


def test_a_long_list_is_turned_fifty_pupils_at_a_time_and_its_file_is_whole(
    scene: Scene, client: Client
) -> None:
    pupils = [make_pupil(scene.school, scene.group, f"Further{n:02}", "Pat") for n in range(49)]
    make_marks(scene.viewer(scene.head), {(pupil, WEEKS[9], PM): "L" for pupil in pupils}, NOW)
    sign_in(client, scene.head)

    first, second = text(client), text(client, "by=group&page=2")

    assert "1 to 50 of 51 pupils" in first
    assert "Brown, Ben" in first
    assert "Further48, Pat" not in first
    assert "51 to 51 of 51 pupils" in second
    assert "Further48, Pat" in second
    assert "Brown, Ben" not in second
    assert 'href="?by=group&amp;page=1"' in second
    assert "Further48" in text(client, "page=99")  # the last there is
    assert "Further48" in client.get("/figures/punctuality/file/?page=2").content.decode()
    assert "Brown" in client.get("/figures/punctuality/file/?page=2").content.decode()


def test_every_figure_opens_pupils_and_marks(scene: Scene, client: Client) -> None:
    page = text(sign_in(client, scene.head))

    assert f"/pupils/{scene.ben.pk}/marks/2026-09-22/pm/" in page
    assert f"/pupils/{scene.ben.pk}/?on=2026-09-25" in page
    behind = (
        "/figures/pupils/?period_name=days&amp;first_day=2026-09-21&amp;last_day=2026-09-25&amp;which=late"
    )
    assert f'href="{behind}"' in page
    assert f'href="{behind}&amp;by=year-group&amp;group=' in page


def test_a_mark_amended_away_is_no_longer_late(scene: Scene, client: Client) -> None:
    scene.take(
        [mark(scene.ben, "/", seen=1)], by=scene.office, on=WEEKS[5], when=NOW, reason="He was in the library"
    )

    page = text(sign_in(client, scene.head))

    assert "10 min" in page
    assert ">Repeated<" not in page


def test_what_is_repeated_is_the_schools_choice_from_its_day(scene: Scene, client: Client) -> None:
    viewer = scene.viewer(scene.head)
    set_policy_setting(
        viewer=viewer,
        name="late_repeat_lates",
        value=4,
        effective_from=WEEKS[5],
        approved_at_meeting="Governors, 1 September",
        by=viewer.actor,
        at=NOW,
    )
    sign_in(client, scene.head)

    assert ">Repeated<" not in text(client)
    assert "4 late sessions within 10 school days" in text(client)
    assert "3 late sessions within 10 school days" in text(client, "period_name=last-week")


def test_it_narrows_to_a_group_and_to_repeated_lateness(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)

    assert "Brown, Ben" not in text(client, "only=group:7B")
    repeated = text(client, "repeated=on&by=group")
    assert "Brown, Ben" in repeated
    assert "Carr, Cat" not in repeated


def test_a_governor_sees_totals_and_no_name_and_no_small_group(scene: Scene, client: Client) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)

    page = text(sign_in(client, governor))

    assert "7.5%" in page
    assert "Not shown: too few pupils" in page
    assert "Brown" not in page
    assert "/figures/pupils/" not in page
    taken = client.get(f"{PAGE}file/").content.decode()
    assert "Not shown: too few pupils" in taken
    assert "Brown" not in taken


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_it(scene: Scene, client: Client, role: Role) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school: tests/apps/accounts/test_trusts.py")
    person = make_person(scene.school, role, last_day=FRIDAY if role is Role.INSPECTOR else None)
    sign_in(client, person)
    may = ROLE_PERMISSIONS[role]

    expected = 200 if may & {Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS} else 403
    assert client.get(PAGE).status_code == expected
    assert client.get(f"{PAGE}file/").status_code == expected


def test_the_file_has_the_list_no_formula_and_a_line_in_the_log(scene: Scene, client: Client) -> None:
    type(scene.cat).objects.filter(pk=scene.cat.pk).update(surname="=1+1")

    answer = sign_in(client, scene.head).get(f"{PAGE}file/")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Surname"], row["Late sessions"], row["Minutes"]) for row in rows] == [
        ("Brown", "2", "10"),
        ("'=1+1", "1", "5"),
    ]
    assert rows[0]["Repeated lateness"] == "yes"
    event = Event.objects.get(type="extract.taken")
    assert event.facts["what"] == "the list of late pupils"
    assert client.get(f"{PAGE}file/?period_name=moon").status_code == 404


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("period_name=days", "Give a day, or choose a period by its name."),
        ("by=shoe-size", "Choose one of these"),
        ("only=shoe-size:9", "Choose one of the groups, or all of them."),
        ("period_name=moon", "moon"),
        ("by=%00&only=%3Cscript%3E", "Choose one of these"),
    ],
)
def test_what_can_not_be_is_refused_in_words(scene: Scene, client: Client, asked: str, says: str) -> None:
    answer = sign_in(client, scene.head).get(f"{PAGE}?{asked}")

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_another_schools_lateness_is_nowhere(scene: Scene, client: Client) -> None:
    other = make_school("Elm Road School")
    stranger = make_pupil(other, make_group(other, "7A"), "Stranger", "Sam")
    head = make_person(other, Role.HEAD_TEACHER)
    make_marks(viewer_of(head, FRIDAY), {(stranger, WEEKS[5], AM): "L"}, NOW)

    assert "Stranger" not in text(sign_in(client, scene.head))
    theirs = text(sign_in(client, head))
    assert "Stranger" in theirs
    assert "Brown" not in theirs


def test_more_pupils_cost_no_more_queries(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)
    client.get(PAGE)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    few = count()
    for n in range(8):
        pupil = make_pupil(scene.school, scene.group, f"Further{n}", "Pat")
        make_marks(scene.viewer(scene.head), {(pupil, WEEKS[5], AM): "L"}, NOW)
    count()  # the roll and the marks that are new are read once

    assert count() == few <= 12


@given(st.lists(st.sampled_from(["/", "L", "U", "I", "#", ""]), min_size=40, max_size=40))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_figures_are_those_of_the_marks(symbols: list[str]) -> None:
    forget_years()
    school = make_school()
    viewer = viewer_of(make_person(school, Role.HEAD_TEACHER))
    group = make_group(school, "7A")
    pupils = [make_pupil(school, group, f"Surname{n}", "Kit") for n in range(2)]
    places = [(pupil, day, session) for pupil in pupils for day in WEEKS for session in SchoolSession]
    given_marks = {place: symbol for place, symbol in zip(places, symbols, strict=True) if symbol}
    make_marks(viewer, given_marks, NOW)

    def oracle(of: list[object], first_day: date) -> tuple[int, int]:
        own = [symbol for (p, day, _), symbol in given_marks.items() if p in of and day >= first_day]
        found = minutes_lost((symbol, 5) for symbol in own)
        return found.sessions, found.minutes

    asked = LateAsked(days_between(WEEKS[5], FRIDAY), DIMENSIONS["group"])
    found = punctuality(viewer, asked, NOW)

    assert (found.total.sessions, found.total.lost.minutes) == oracle(list(pupils), WEEKS[5])
    assert sum(slot.late for slot in found.slots.values()) == found.total.sessions
    assert {row.member.id: (len(row.lates), row.lost.minutes, row.half_term_lates) for row in found.rows} == {
        pupil.pk: (*oracle([pupil], WEEKS[5]), oracle([pupil], WEEKS[0])[0])
        for pupil in pupils
        if oracle([pupil], WEEKS[5])[0]
    }
