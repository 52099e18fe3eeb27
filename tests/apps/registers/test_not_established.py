"""After the close: N for those nobody marked, once somebody has looked, and never for a register that was forgotten."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.models import Entry
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("after_the_close")]

PAGE = "/today/2026-09-14/am/not-established/"
KEY = "6f0c4f0c-9e1d-4f0e-8f42-0d0b8a2f1c11"


@pytest.fixture
def after_the_close() -> Iterator[None]:
    with time_machine.travel(at(9, 31), tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """7A was taken but for Cat, nobody has taken 7B, in which Dan is."""
    scene = Scene()
    scene.take({scene.amy: "/", scene.ben: "/"})
    return scene


def ticked(scene: Scene, *pupils: object) -> dict[str, object]:
    return {"key": KEY, f"group_{scene.group.pk}": [p.pk for p in pupils]}  # type: ignore[attr-defined]


@pytest.mark.policy("P-A-14")
def test_only_gaps_in_a_register_that_was_taken_are_ticked_beforehand(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.office).get(PAGE).content.decode()
    board = client.get("/today/2026-09-14/am/").content.decode()

    assert page.count(" checked") == 1
    assert page.index("Cat Carr") > page.index(" checked")
    assert "Nobody has taken this register. Ask the teacher first." in page
    assert "Amy Abbott" not in page
    assert PAGE in board


@pytest.mark.policy("P-A-14")
def test_those_ticked_are_marked_n_with_why_and_by_whom_and_nobody_else(scene: Scene, client: Client) -> None:
    answer = sign_in(client, scene.office).post(PAGE, ticked(scene, scene.cat))

    assert answer.status_code == 302
    [entry] = Entry.objects.filter(pupil=scene.cat)
    assert (entry.code, entry.version, entry.by_name) == ("N", 1, "Ola Office")
    assert entry.reason.startswith("Not marked when the register closed")
    assert not Entry.objects.filter(pupil=scene.dan).exists()
    assert Event.objects.filter(type__startswith="register.", at=at(9, 31)).count() == 1

    client.post(PAGE, ticked(scene, scene.cat))
    assert Entry.objects.filter(pupil=scene.cat).count() == 1


def test_with_nobody_ticked_nothing_is_saved_and_it_says_so(scene: Scene, client: Client) -> None:
    answer = sign_in(client, scene.office).post(PAGE, {"key": KEY})

    assert answer.status_code == 422
    assert "Nobody is ticked." in answer.content.decode()
    assert not Entry.objects.filter(code="N").exists()


def test_whoever_was_marked_meanwhile_keeps_that_mark(scene: Scene, client: Client) -> None:
    sign_in(client, scene.office).get(PAGE)
    scene.take({scene.cat: "/"}, when=at(9, 29))

    answer = client.post(PAGE, ticked(scene, scene.cat))

    assert answer.status_code == 422
    assert [entry.code for entry in Entry.objects.filter(pupil=scene.cat)] == ["/"]


def test_before_the_close_and_on_days_without_school_there_is_no_such_page(
    scene: Scene, client: Client
) -> None:
    sign_in(client, scene.office)
    with time_machine.travel(at(9, 29), tick=False):
        assert client.get(PAGE).status_code == 404
    assert client.get(f"/today/{MONDAY - timedelta(days=1)}/am/not-established/").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_who_may(scene: Scene, client: Client, role: Role) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school")
    person = make_person(scene.school, role, last_day=MONDAY if role is Role.INSPECTOR else None)

    answer = sign_in(client, person).get(PAGE)

    assert answer.status_code == (200 if Permission.REGISTER_AMEND in ROLE_PERMISSIONS[role] else 403)


def test_another_schools_pupil_is_not_marked(scene: Scene, client: Client) -> None:
    other = make_school("Elm Road School")
    stranger = make_pupil(other, make_group(other, "7A"), "Stranger", "Sam")
    assert viewer_of(make_person(other, Role.OFFICE), MONDAY)

    answer = sign_in(client, scene.office).post(PAGE, ticked(scene, stranger))

    assert answer.status_code == 422
    assert not Entry.objects.filter(pupil=stranger).exists()
