"""An inspector sees both registers for a few days, changes nothing, and each page opened is in the log."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from rollbook.apps.accounts.actions.appointments import begin_appointment
from rollbook.apps.accounts.models import Appointment
from rollbook.apps.audit.models import Event
from rollbook.domain.access import Role, Viewer
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import Scene, at
from tests.factories.people import appoint, make_person, make_school, sign_in, viewer_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 9, 14)


@pytest.fixture
def scene(time_machine: Any) -> Scene:
    time_machine.move_to(at(10), tick=False)
    return Scene()


@pytest.fixture
def inspector(scene: Scene, client: Client) -> Client:
    person = make_person(scene.school, Role.INSPECTOR, name="Ines Pector", position="HM Inspector")
    return sign_in(client, person)


def give(viewer: Viewer, person_id: int, last_day: date | None) -> Appointment:
    return begin_appointment(
        viewer=viewer,
        person_id=person_id,
        role="inspector",
        position="HM Inspector",
        first_day=TODAY,
        last_day=last_day,
        by=viewer.actor,
        at=at(10),
    )


def opened() -> list[str]:
    found = Event.objects.filter(type="inspection.page.opened").order_by("id")
    return [f"{event.by_name}, {event.by_position}: {event.facts['page']}" for event in found]


@pytest.mark.parametrize("last_day", [None, date(2026, 10, 15), date(2027, 9, 13)])
def test_an_inspectors_role_needs_an_early_end(scene: Scene, last_day: date | None) -> None:
    person = appoint(make_person(scene.school, Role.GOVERNOR), scene.school, Role.GOVERNOR).user_id
    with pytest.raises(Refused, match="Enter the last day of the inspection, at most 31 days"):
        give(viewer_of(scene.head, TODAY, scene.school), person, last_day)
    given = give(viewer_of(scene.head, TODAY, scene.school), person, date(2026, 10, 14))
    assert given.last_day == date(2026, 10, 14)


def test_both_registers_are_open_and_each_page_is_logged(scene: Scene, inspector: Client) -> None:
    scene.take({scene.amy: "/"}, when=at(9, 5))
    pages = [
        "/pupils/",
        f"/pupils/{scene.amy.pk}/",
        f"/registers/{scene.group.pk}/2026-09-14/am/",
        "/registers/print/",
        "/registers/export/",
    ]
    for page in pages:
        assert inspector.get(page).status_code == 200, page
    assert opened() == [f"Ines Pector, HM Inspector: {page}" for page in pages]
    assert {event.school_id for event in Event.objects.filter(type="inspection.page.opened")} == {
        scene.school.pk
    }


def test_nothing_can_be_changed(scene: Scene, inspector: Client) -> None:
    refused = [
        "/registers/grid/",
        "/registers/to-mend/",
        "/arrivals/",
        "/planned/",
        "/imports/",
        "/pupils/add/",
        "/audit/",
        "/staff/",
        "/school/keeping/",
    ]
    assert {page: inspector.get(page).status_code for page in refused} == dict.fromkeys(refused, 403)
    answer = inspector.post(f"/registers/{scene.group.pk}/2026-09-14/am/", {f"v-{scene.amy.pk}": "0"})
    assert answer.status_code == 422
    assert opened() == []


def test_another_schools_pupils_are_not_there(scene: Scene, inspector: Client) -> None:
    other = Scene(make_school("Elm Bank"))
    assert inspector.get(f"/pupils/{other.amy.pk}/").status_code == 404
    assert opened() == []


def test_the_head_finds_what_was_inspected(scene: Scene, inspector: Client) -> None:
    inspector.get(f"/pupils/{scene.amy.pk}/")
    text = sign_in(Client(), scene.head).get("/audit/?kind=inspection").content.decode()
    assert f"Opened the page /pupils/{scene.amy.pk}/ as an inspector" in text


def test_without_a_log_there_is_no_page(
    scene: Scene, inspector: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rollbook.apps.audit.actions._ADD", "INSERT INTO a_log_that_is_full VALUES ({facts})")
    inspector.raise_request_exception = False
    assert inspector.get("/pupils/").status_code == 500
