"""What the desk wrote down stands on the register, the pupil's page and beside the mark, and changes none of them."""

from datetime import time
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from rollbook.apps.accounts.models import User
from rollbook.apps.registers.actions.departures import put_right, write_down
from rollbook.apps.registers.models import Movement
from rollbook.domain.on_site import MovementKind
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import sign_in

pytestmark = pytest.mark.django_db

OUT = "Signed out 10:40"
WHY = "(Dental appointment, with Aunt Ada)"


@pytest.fixture
def scene() -> Scene:
    """Amy here this morning and signed out at 10:40; Ben here; Cat signed in at 08:35, before any register."""
    scene = Scene()
    write(scene, "cat", MovementKind.ARRIVED, time(8, 35))
    scene.take({scene.amy: "/", scene.ben: "/"})
    write(scene, "amy", MovementKind.LEFT, time(10, 40), reason="Dental appointment", collected_by="Aunt Ada")
    return scene


def write(scene: Scene, who: str, kind: MovementKind, when: time, **said: str) -> Movement:
    viewer = scene.viewer(scene.office)
    return write_down(
        viewer=viewer, pupil_id=getattr(scene, who).pk, on=MONDAY, kind=kind, moved_at=when, key=uuid4(),
        by=viewer.actor, at=at(when.hour, when.minute, 30), **said,
    )  # fmt: skip


def text_of(client: Client, person: User, name: str, *place: object, hour: int = 13, **form: str) -> str:
    with time_machine.travel(at(hour), tick=False):
        client.logout()
        sign_in(client, person)
        address = reverse(f"registers:{name}", args=place)
        return (client.post(address, form) if form else client.get(address)).content.decode()


def row_of(text: str, pupil_id: int) -> str:
    return text[text.index(f'id="p-{pupil_id}"') :].partition("</tr>")[0]


@pytest.mark.policy("P-4.3-4")
@pytest.mark.parametrize("session", ["AM", "PM"])
def test_a_register_shows_who_has_left_and_why_only_to_those_who_may_know(
    scene: Scene, client: Client, session: str
) -> None:
    place = (scene.group.pk, MONDAY, session)
    teacher = row_of(text_of(client, scene.teacher, "take", *place), scene.amy.pk)
    assert OUT in teacher
    assert "Dental" not in teacher
    assert "Ada" not in teacher
    assert f"{OUT} {WHY}" in row_of(text_of(client, scene.head, "take", *place), scene.amy.pk)
    whole = text_of(client, scene.teacher, "take", *place)
    assert "Signed in 08:35" in row_of(whole, scene.cat.pk)
    assert "Signed" not in row_of(whole, scene.ben.pk)


def test_who_came_back_is_said_in_one_line(scene: Scene, client: Client) -> None:
    write(scene, "amy", MovementKind.RETURNED, time(11, 20))
    row = row_of(text_of(client, scene.teacher, "take", scene.group.pk, MONDAY, "PM"), scene.amy.pk)
    assert f"{OUT}, signed back in 11:20" in row
    assert "data-out" not in row


def test_after_the_end_of_a_session_a_departure_is_none_of_its_registers(
    scene: Scene, client: Client
) -> None:
    """The morning ends at 12:15 and the afternoon at 15:05: lunch is told on the afternoon's register alone."""
    write(scene, "ben", MovementKind.LEFT, time(12, 20), reason="Unwell")
    for session, is_shown in (("AM", False), ("PM", True)):
        text = text_of(client, scene.teacher, "take", scene.group.pk, MONDAY, session)
        assert ("Signed out 12:20" in row_of(text, scene.ben.pk)) is is_shown


def test_what_was_put_right_is_not_shown(scene: Scene, client: Client) -> None:
    viewer = scene.viewer(scene.office)
    put_right(
        viewer=viewer, movement_id=Movement.objects.get(kind="left").pk, because="Wrong Amy", key=uuid4(),
        by=viewer.actor, at=at(11),
    )  # fmt: skip
    assert OUT not in text_of(client, scene.teacher, "take", scene.group.pk, MONDAY, "AM")
    assert OUT not in text_of(client, scene.head, "pupil", scene.amy.pk)


def test_the_rest_is_marked_present_but_for_whoever_is_signed_out(scene: Scene, client: Client) -> None:
    place = (scene.group.pk, MONDAY, "PM")
    before = text_of(client, scene.teacher, "take", *place)
    assert 'data-count="rest">2<' in before
    assert "data-out" in row_of(before, scene.amy.pk)
    text = text_of(client, scene.teacher, "take", *place, act="rest")
    present = {
        pupil.forename: f'id="m-{pupil.pk}" name="m-{pupil.pk}" value="present" checked' in text
        for pupil in (scene.amy, scene.ben, scene.cat)
    }
    assert present == {"Amy": False, "Ben": True, "Cat": True}


def test_the_pupils_page_and_the_mark_say_it_too(scene: Scene, client: Client) -> None:
    for name, place in (("pupil", (scene.amy.pk,)), ("mark", (scene.amy.pk, MONDAY, "AM"))):
        assert f"{OUT} {WHY}" in text_of(client, scene.office, name, *place)
        teacher = text_of(client, scene.teacher, name, *place)
        assert OUT in teacher
        assert "Dental" not in teacher
        assert "Signed out" not in text_of(client, scene.office, name, scene.ben.pk, *place[1:])
    assert scene.marks()["Amy"] == ["/"]
