"""The first step on a new server: a school, its administrator, and a way in."""

from datetime import datetime
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.apps.schools.models import School
from rollbook.clock import LONDON
from rollbook.domain.access import Permission, Role
from tests.factories.people import PASSWORD, make_person, make_school, viewer_of

pytestmark = pytest.mark.django_db


def create(name: str = "New Start School", **options: str) -> str:
    out = StringIO()
    values = {"administrator": "Ada Lewis", "email": "ada@example.org", "phase": "special", **options}
    call_command("create_school", name, stdout=out, **values)
    return out.getvalue()


def test_from_nothing_to_an_administrator_at_work(client: Client) -> None:
    said = create()

    person = User.objects.get()
    viewer = viewer_of(person, datetime.now(LONDON).date())
    assert viewer.roles == {Role.ADMINISTRATOR}
    assert viewer.may(Permission.STAFF_MANAGE)
    assert viewer.school_name == "New Start School"
    assert {event.type for event in Event.objects.all()} >= {
        "schools.school.founded",
        "accounts.person.added",
    }

    link = next(line.strip() for line in said.splitlines() if "/password/choose/" in line)
    path = link.removeprefix("http://localhost:8000")
    form = client.get(path, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    client.post("/sign-in/", {"login": "ada@example.org", "password": PASSWORD})
    assert client.get("/staff/").status_code == 200


def test_a_second_school_for_somebody_who_has_an_account() -> None:
    ada = make_person(make_school(), Role.ADMINISTRATOR, email="ada@example.org", name="Ada Lewis")
    said = create("Second School")

    assert "the password they have" in said
    assert {held.school.name for held in ada.appointments.all()} == {"Hollin Bank School", "Second School"}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"name": "hollin bank school"}, "There is a school named"),
        ({"name": "  "}, "Give the school's name"),
        ({"email": "nowhere"}, "e-mail address"),
        ({"administrator": ""}, "name"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(options: dict[str, str], why: str) -> None:
    make_school()
    with pytest.raises(CommandError, match=why):
        create(**options)
    assert School.objects.count() == 1
    assert User.objects.count() == 0
    assert Event.objects.count() == 0


def test_nothing_is_founded_when_the_event_can_not_be_written() -> None:
    with (
        patch("rollbook.apps.schools.actions.founding.record", side_effect=RuntimeError("disk full")),
        pytest.raises(RuntimeError),
    ):
        create()
    assert School.objects.count() == 0
