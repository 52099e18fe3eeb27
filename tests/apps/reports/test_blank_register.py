"""Blank registers: names, what is known, and room for the marks, for one group or all."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.planning import plan_mark
from rollbook.domain.access import Role
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_group, make_pupil
from tests.paper import pages_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    viewer = scene.viewer(scene.office)
    plan_mark(
        pupil_id=scene.ben.pk, first_day=MONDAY, last_day=MONDAY + timedelta(days=1), sessions="AM", code="M",
        note="Dentist, back 10:30", origin="telephone", viewer=viewer, by=viewer.actor, at=at(8),
    )  # fmt: skip
    return scene


def get(client: Client, person: Any, **query: Any) -> Any:
    sign_in(client, person)
    asked = {"group": "all", "on": MONDAY.isoformat(), "session": "AM"} | query
    with time_machine.travel(at(8, 30), tick=False):
        return client.get(reverse("reports:blank_register"), asked)


def test_it_has_the_pupils_what_is_known_and_what_to_do(scene: Scene, client: Client) -> None:
    text = text_of(get(client, scene.teacher, group=scene.group.pk).content)
    lines = text.split("\n")
    at_ben = lines.index("Brown, Ben")
    assert lines[at_ben : at_ben + 5] == [
        "Brown, Ben",
        "/",
        "N",
        "L",
        "M Medical or dental: Dentist, back 10:30",
    ]
    for words in (
        "7A register", "Monday 14 September 2026, morning", "Register open 09:00 to 09:30", "Taken at (time)",
        "By (name)", "Signature", "Abbott, Amy", "Carr, Cat", "bring the paper to the school office",
        "Printed Mon 14 Sep 2026 at 08:30 by Tess Teacher, Teacher of 7A",
    ):  # fmt: skip
        assert words in text, words
    assert "Dale" not in text


def test_the_afternoon_has_its_own_sign_and_nothing_known_of_the_morning(
    scene: Scene, client: Client
) -> None:
    lines = text_of(get(client, scene.teacher, group=scene.group.pk, session="PM").content).split("\n")
    at_ben = lines.index("Brown, Ben")
    assert lines[at_ben : at_ben + 4] == ["Brown, Ben", "\\", "N", "L"]
    assert "Dentist" not in "\n".join(lines)


def test_all_groups_come_in_one_file_a_page_each_and_no_empty_group(scene: Scene, client: Client) -> None:
    make_group(scene.school, "7C")
    pages = pages_of(get(client, scene.office).content)
    assert [page.split("\n")[0] for page in pages] == ["7A register", "7B register"]
    event = Event.objects.get(type="extract.taken")
    assert event.subject == f"school:{scene.school.pk}"
    sign_in(client, scene.officer)
    with time_machine.travel(at(9), tick=False):
        assert (
            "Took out the blank register of the whole school"
            in client.get(reverse("audit:log")).content.decode()
        )


def test_thirty_five_pupils_fit_on_a_page(scene: Scene, client: Client) -> None:
    for number in range(32):
        make_pupil(scene.school, scene.group, f"Pupil-of-the-group {number:02}", "Maximiliana")
    assert len(pages_of(get(client, scene.office, group=scene.group.pk).content)) == 1


def test_a_teacher_gets_their_own_groups_only(scene: Scene, client: Client) -> None:
    pages = pages_of(get(client, scene.teacher).content)
    assert len(pages) == 1
    assert get(client, scene.teacher, group=scene.other_group.pk).status_code == 422


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"on": "2026-09-13"}, "No register is taken on this day"),
        ({"on": "never"}, "Enter a real date"),
        ({"session": ""}, "Choose the morning or the afternoon."),
        ({"group": "0"}, "Select a valid choice"),
    ],
)
def test_what_can_not_be_printed_is_said(
    scene: Scene, client: Client, query: dict[str, str], words: str
) -> None:
    answer = get(client, scene.office, **query)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Event.objects.filter(type="extract.taken").exists()


def test_a_group_without_pupils_has_no_register(scene: Scene, client: Client) -> None:
    empty = make_group(scene.school, "7C")
    answer = get(client, scene.office, group=empty.pk)
    assert answer.status_code == 422
    assert "Nobody is in this group on this day." in answer.content.decode()


def test_another_school_is_not_in_it(scene: Scene, client: Client) -> None:
    elsewhere = make_school("Elsewhere School")
    make_pupil(elsewhere, make_group(elsewhere, "9Z"), "Far", "Fay")
    text = text_of(get(client, scene.head).content)
    assert "9Z" not in text
    assert "Far" not in text


@pytest.mark.parametrize("role", list(Role))
def test_each_role_prints_what_it_may_see(scene: Scene, client: Client, role: Role) -> None:
    person = scene.teacher if role is Role.CLASS_TEACHER else make_person(scene.school, role)
    assert get(client, person).status_code == (403 if role in {Role.GOVERNOR, Role.ADMINISTRATOR} else 200)
