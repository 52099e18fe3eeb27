"""The pages of figures: who opens them, what they say, and that another school's figures are never among them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]

FRIDAY = MONDAY + timedelta(days=4)


@pytest.fixture
def friday() -> Iterator[None]:
    """Friday afternoon of the scene's week."""
    with time_machine.travel(at(14, 30, on=FRIDAY), tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """Amy was there all week, Ben missed Monday and Tuesday, nobody marked Cat and Dan."""
    scene = Scene()
    marks = {}
    for day in (MONDAY + timedelta(days=n) for n in range(5)):
        for session, present in ((AM, "/"), (PM, "\\")):
            marks[scene.amy, day, session] = present
            marks[scene.ben, day, session] = "O" if (day - MONDAY).days < 2 else present
    make_marks(scene.viewer(scene.head), marks, at(14, 20, on=FRIDAY))
    return scene


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("address", "permissions"),
    [
        ("/figures/", {Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS}),
        ("/figures/explore/", {Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS}),
        ("/figures/pupils/", {Permission.MEASURES_VIEW}),
    ],
)
def test_who_may_open_it(
    scene: Scene, client: Client, role: Role, address: str, permissions: set[Permission]
) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school: tests/apps/accounts/test_trusts.py")
    person = make_person(scene.school, role, last_day=FRIDAY if role is Role.INSPECTOR else None)

    answer = sign_in(client, person).get(address)

    assert answer.status_code == (200 if ROLE_PERMISSIONS[role] & permissions else 403)


@pytest.mark.policy("P-1-1", "P-1-2", "P-3.1-13", "P-8.4-1")
def test_the_overview_says_what_the_marks_say(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.head).get("/figures/").content.decode()

    # 16 of 20 possible sessions; of the two pupils with any one missed 4 of 10.
    assert "80.0%" in page
    assert "50.0%" in page
    assert "1 pupil this year" in page
    assert "16 of 20 sessions" in page
    # Seven days before with nothing of four pupils (56), and ten half-days of two of them (20).
    assert "76 missing" in page


def test_a_half_day_has_no_share_until_its_register_has_closed(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)
    with time_machine.travel(at(9, 20, on=FRIDAY), tick=False):
        page = client.get("/figures/").content.decode()

    assert "Thu 17 Sep afternoon: 100.0% attended" in page
    assert "Fri 18 Sep morning: the register has not closed yet" in page
    assert "Fri 18 Sep afternoon: the register has not closed yet" in page


@pytest.mark.policy("P-8.1-1", "P-1-2")
def test_the_period_is_week_half_term_term_or_year_beside_the_one_before(
    scene: Scene, client: Client
) -> None:
    sign_in(client, scene.head)
    make_marks(
        scene.viewer(scene.head),
        {(scene.ben, MONDAY - timedelta(days=n), each): "O" for n in (3, 4) for each in (AM, PM)},
        at(14, 25, on=FRIDAY),
    )

    week = client.get("/figures/?period=week").content.decode()
    term = client.get("/figures/?period=term").content.decode()

    # This week 16 of 20; the week before Ben missed all four sessions anybody had.
    assert "80.0 points above the week before" in week
    # Of one pupil with a session when that week ended all were absent, now one of two.
    assert "50.0 points below when the week before ended" in week
    assert "16 of 24 sessions" in term
    assert "nothing to compare with yet" in term
    assert client.get("/figures/?period=moon").status_code == 404


def test_a_figure_opens_the_pupils_and_their_marks(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.head).get("/figures/pupils/?which=persistent").content.decode()

    assert "Brown, Ben" in page
    assert "Abbott, Amy" not in page
    assert f"/pupils/{scene.ben.pk}/?on=2026-09-18" in page


def test_a_governor_sees_no_name_and_no_small_group(scene: Scene, client: Client) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)

    page = sign_in(client, governor).get("/figures/").content.decode()

    assert "Not shown: too few pupils" in page
    assert "/figures/pupils/" not in page
    assert "Abbott" not in page


def test_another_schools_marks_are_in_no_figure(scene: Scene, client: Client) -> None:
    other = make_school("Elm Road School")
    stranger = make_pupil(other, make_group(other, "7A"), "Stranger", "Sam")
    head = make_person(other, Role.HEAD_TEACHER)
    make_marks(viewer_of(head, FRIDAY), {(stranger, MONDAY, AM): "O"}, at(14, on=FRIDAY))

    page = sign_in(client, scene.head).get("/figures/pupils/").content.decode()
    theirs = sign_in(client, head).get("/figures/pupils/").content.decode()

    assert "Stranger" not in page
    assert "Abbott" not in theirs
    assert "Stranger" in theirs


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("period_name=days", "Give a day, or choose a period by its name."),
        ("period_name=days&first_day=2026-09-18&last_day=2026-09-14", "The last day is before the first"),
        ("period_name=days&first_day=2026-12-01&last_day=2026-12-02", "These days are still to come."),
        ("period_name=days&first_day=2020-01-01&last_day=2026-09-14", "At most 3 years are shown at once."),
        ("period_name=days&first_day=soon&last_day=2026-09-14", "soon"),
        ("period_name=last-year", "The calendar has no such year."),
        ("period_name=moon", "moon"),
    ],
)
def test_a_period_that_can_not_be_is_refused_in_words(
    scene: Scene, client: Client, asked: str, says: str
) -> None:
    answer = sign_in(client, scene.head).get(f"/figures/pupils/?{asked}")

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_more_pupils_cost_no_more_queries(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)
    client.get("/figures/")

    def count(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    few = [count("/figures/"), count("/figures/pupils/"), count("/figures/explore/")]
    for n in range(12):
        make_pupil(scene.school, scene.group, f"Further{n}", "Pat")

    assert [count("/figures/"), count("/figures/pupils/"), count("/figures/explore/")] == few
    assert few[0] <= 13
    assert few[2] <= 17


@pytest.mark.parametrize("role", [Role.HEAD_TEACHER, Role.GOVERNOR])
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/figures/", "No marks yet"),
        ("/figures/explore/", "No pupil had a possible session in these days"),
        ("/figures/concern/", "No pupil on roll is of concern by the marks of this year"),
        ("/figures/support/", "Nothing is going on"),
        ("/figures/effect/", "Nothing to compare yet"),
        ("/figures/punctuality/", "Nobody came late"),
        ("/figures/patterns/", "The school by year group"),
        ("/figures/views/", "No views yet"),
        ("/figures/pupils/", "No pupil"),
    ],
)
def test_a_new_school_without_a_pupil_reads_that_there_is_nothing_yet(
    client: Client, role: Role, address: str, words: str
) -> None:
    school = make_school()

    answer = sign_in(client, make_person(school, role)).get(address)

    if answer.status_code == 403:
        assert role is Role.GOVERNOR
        return
    assert answer.status_code == 200
    page = answer.content.decode()
    assert words in page
    assert address != "/figures/" or "/figures/pupils/" not in page


def test_a_long_list_is_turned_a_hundred_pupils_at_a_time(scene: Scene, client: Client) -> None:
    for n in range(100):
        make_pupil(scene.school, scene.group, f"Further{n:03}", "Pat")
    sign_in(client, scene.head)

    first = client.get("/figures/pupils/?which=all").content.decode()
    second = client.get("/figures/pupils/?which=all&page=2").content.decode()

    assert "104 pupils" in first
    assert first.count('<th scope="row">') == 100
    assert second.count('<th scope="row">') == 4
    assert "Brown, Ben" in first
    assert "which=all&amp;page=2" in first
