"""What the figures of the year add to Today, for whom, and that they cost the refresh of the registers nothing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from tests.apps.registers.scene import AM, MONDAY, Scene, at
from tests.factories.people import make_person, sign_in
from tests.factories.registers import make_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday")]

TUESDAY = MONDAY + timedelta(days=1)
PARTS = ("Attendance this year by week", "Year groups", "Persistently absent")
REFRESH = {"X-Rollbook-Refresh": "1"}


@pytest.fixture
def tuesday() -> Iterator[None]:
    """A quarter past nine on Tuesday: the register is open."""
    with time_machine.travel(at(9, 15, on=TUESDAY), tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """On Monday Amy was there and Ben was not."""
    scene = Scene()
    marks = {(scene.amy, MONDAY, AM): "/", (scene.ben, MONDAY, AM): "O"}
    make_marks(scene.viewer(scene.head), marks, at(16))
    return scene


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_LEAD])
@pytest.mark.policy("P-1-1", "P-1-2")
def test_who_leads_on_attendance_sees_the_year_on_today(scene: Scene, client: Client, role: Role) -> None:
    person = make_person(scene.school, role, last_day=TUESDAY if role is Role.INSPECTOR else None)

    answer = sign_in(client, person).get("/today/")

    if not ROLE_PERMISSIONS[role] & {Permission.BOARD_VIEW, Permission.BOARD_TOTALS}:
        assert answer.status_code == 403
        return
    leads = bool(ROLE_PERMISSIONS[role] & {Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS})
    page = answer.content.decode()
    assert [part in page for part in PARTS] == [leads] * 3
    has_names = Permission.BOARD_VIEW in ROLE_PERMISSIONS[role]
    assert ("Registers not taken" in page) == (leads and has_names)


def test_a_governor_opens_no_pupils_from_the_figures_of_the_year(scene: Scene, client: Client) -> None:
    page = sign_in(client, make_person(scene.school, Role.GOVERNOR)).get("/today/").content.decode()

    assert "Not shown: too few pupils" in page
    assert "/figures/pupils/" not in page
    assert "Brown" not in page


def test_registers_not_taken_say_how_late_they_are(scene: Scene, client: Client) -> None:
    sign_in(client, scene.officer)

    with time_machine.travel(at(9, 25, on=TUESDAY), tick=False):
        page = client.get("/today/").content.decode()

    # Due a quarter past nine.
    assert "10 min late" in page
    assert f"/registers/{scene.group.pk}/{TUESDAY}/am/" in page


def test_the_refresh_asks_nothing_of_the_year_and_leaves_its_figure_alone(
    scene: Scene, client: Client
) -> None:
    sign_in(client, scene.officer)
    client.get("/today/")

    with CaptureQueriesContext(connection) as of_page:
        client.get("/today/")
    with CaptureQueriesContext(connection) as of_refresh:
        page = client.get("/today/", headers=REFRESH).content.decode()

    assert len(of_refresh) == len(of_page) - 3
    assert '<div class="kpi" id="board-year" data-keep></div>' in page
    assert PARTS[0] not in page


def test_the_office_is_refreshed_without_a_place_for_the_year(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.office).get("/today/", headers=REFRESH).content.decode()

    assert "board-year" not in page
    assert "Registers not taken" not in page


def test_another_day_shows_its_registers_and_not_the_year_of_now(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.head).get(f"/today/{MONDAY}/am/").content.decode()

    assert PARTS[0] not in page


def test_the_year_on_today_follows_every_mark_and_each_viewer(scene: Scene, client: Client) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)
    head = sign_in(client, scene.head)
    assert "50.0%" in head.get("/today/").content.decode()
    assert "/figures/pupils/" in head.get("/today/").content.decode()

    make_marks(scene.viewer(scene.head), {(scene.cat, MONDAY, AM): "/"}, at(17))

    # Two of three attended on Monday, and one of three is persistently absent.
    page = head.get("/today/").content.decode()
    assert "66.7%" in page
    assert "33.3%" in page
    assert "/figures/pupils/" not in sign_in(Client(), governor).get("/today/").content.decode()
    assert "/figures/pupils/" in head.get("/today/").content.decode()


def test_yesterdays_answer_is_not_given_today(scene: Scene, client: Client) -> None:
    head = sign_in(client, scene.head)
    before = head.get("/figures/?period=week").content.decode()
    with time_machine.travel(at(9, 15, on=MONDAY + timedelta(days=7)), tick=False):
        after = sign_in(Client(), scene.head).get("/figures/?period=week").content.decode()

    assert "1 of 2 sessions" in before
    assert "0 of 0 sessions" in after
