"""To do, and whether the policy is kept: who may open what, what stands there, what stays out."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.duties.queries.occasions import due_in, to_do_of
from rollbook.apps.roll.models import Membership
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.duties import Standing
from rollbook.domain.duty_table import DUTIES
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, sign_in

pytestmark = pytest.mark.django_db

KEPT = "/to-do/policy/"
ONE = "/to-do/policy/register.submitted/"


@pytest.fixture(autouse=True)
def quarter_to_ten() -> Iterator[None]:
    """It is 09:45 on Monday 14 September 2026."""
    with time_machine.travel(at(9, 45), tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    return begun()


def begun() -> Scene:
    """A school whose groups began this very morning; 7A's register is taken, 7B's is not."""
    scene = Scene()
    Membership.objects.filter(pupil__school=scene.school).update(first_day=MONDAY)
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"}, when=at(9, 10))
    return scene


def page(scene: Scene, person: object, address: str, status: int = 200) -> str:
    answer = sign_in(Client(), person).get(address)  # type: ignore[arg-type]
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("role", Role)
def test_who_may_open_what(scene: Scene, role: Role) -> None:
    held = ROLE_PERMISSIONS[role]
    client = sign_in(Client(), make_person(scene.school, role))
    list_status = (
        200 if Permission.DUTIES_VIEW in held else 302 if Permission.POLICY_KEPT_VIEW in held else 403
    )
    assert client.get("/to-do/").status_code == list_status
    assert client.get(KEPT).status_code == (200 if Permission.POLICY_KEPT_VIEW in held else 403)
    assert client.get(ONE).status_code == (200 if Permission.POLICY_KEPT_OPEN in held else 403)


def test_a_teacher_finds_their_own_register_and_nobody_elses(scene: Scene) -> None:
    text = page(scene, scene.other_teacher, "/to-do/")
    assert "7B, morning" in text
    assert "30 minutes late" in text
    assert "7A, morning" not in page(scene, scene.teacher, "/to-do/")


def test_the_office_finds_the_registers_that_are_not_taken(scene: Scene) -> None:
    text = page(scene, scene.office, "/to-do/")
    assert "See that every register is taken" in text
    assert "7B, morning" in text
    assert "Submit the register" not in text


def test_nothing_to_do_is_said(scene: Scene) -> None:
    scene.take({scene.dan: "/"}, by=scene.other_teacher, group=scene.other_group, when=at(9, 12))
    assert "Nothing to do" in page(scene, scene.other_teacher, "/to-do/")


@pytest.mark.policy("P-3.1-2", "P-3.1-7", "P-0-3")
def test_the_head_sees_each_figure_and_what_is_behind_it(scene: Scene) -> None:
    text = page(scene, scene.head, KEPT)
    assert "Registers submitted in time" in text
    assert "50.0%" in text  # 7A's is in time, 7B's overdue
    assert "section 3.5" in text
    one = page(scene, scene.head, f"{ONE}?period_name=week")
    assert "1 of 2 due" in one
    assert "Mon 14 Sep 2026, 09:10" in one
    only = page(scene, scene.head, f"{ONE}?period_name=week&standing=overdue")
    assert "7B, morning" in only
    assert "7A, morning" not in only


def test_a_governor_sees_figures_without_what_is_behind_them(scene: Scene) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)
    text = page(scene, governor, KEPT)
    assert "50.0%" in text
    assert "register.submitted" not in text
    assert "Dale" not in text


def test_an_unknown_duty_and_a_bad_period_are_answered(scene: Scene) -> None:
    page(scene, scene.head, "/to-do/policy/nothing/", 404)
    text = page(scene, scene.head, f"{KEPT}?period_name=days&first_day=2026-09-14&last_day=2026-09-01", 422)
    assert "The last day is before the first" in text
    page(scene, scene.head, f"{ONE}?period_name=sometime", 422)
    page(scene, scene.head, f"{ONE}?standing=sideways&page=999")


def test_another_schools_things_are_on_nobodys_list(scene: Scene) -> None:
    other = begun()
    for person in (other.head, other.office):
        for found in to_do_of(other.viewer(person), at(9, 45)).values():
            assert {each.about for each in found} <= {"7A, morning", "7B, morning"}
    lists = to_do_of(scene.viewer(scene.office), at(9, 45))
    assert [each.about for each in lists[Standing.TODAY]] == ["7B, morning"]


def test_what_arose_before_a_period_counts_in_the_one_in_which_it_is_due(scene: Scene) -> None:
    viewer = scene.viewer(scene.head)
    tomorrow = MONDAY + timedelta(days=1)
    assert {each.duty for each in due_in(viewer, MONDAY, MONDAY, at(9, 45))} == {
        "register.submitted",
        "register.taken",
    }
    assert not due_in(viewer, tomorrow, tomorrow, at(9, 45))
    assert set(DUTIES) >= {each.duty for each in due_in(viewer, MONDAY, tomorrow, at(9, 45))}


def test_a_list_takes_few_queries(scene: Scene) -> None:
    client = sign_in(Client(), scene.head)
    client.get("/to-do/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/to-do/")
    assert len(asked) <= 32
