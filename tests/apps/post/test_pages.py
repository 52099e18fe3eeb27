"""Messages sent: who may open it, what it shows first, what a restricted text shows to whom, and what can be done."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.audit.models import Event
from rollbook.apps.post.actions.sending import send_again, settle
from rollbook.apps.post.models import Message
from rollbook.apps.post.queries.messages import (
    Wanted,
    counts_of,
    failed_count,
    messages_about,
    messages_of,
    messages_of_pupils,
    messages_with_keys,
)
from rollbook.apps.post.queries.notices import notices_for
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.refusals import Refused
from tests.apps.jobs.working import work_off
from tests.apps.post.servers import Moody
from tests.apps.post.test_sending import write
from tests.apps.registers.scene import Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.mail import Box

pytestmark = pytest.mark.django_db

PAGE = "/school/messages/"
State = Message.State
SECRET = "She was seen with a bruise"


@pytest.fixture(autouse=True)
def purposes(settings: Any) -> None:
    settings.ROLLBOOK_PURPOSES = {
        "absence.first_day": ("First-day contact", False),
        "welfare.concern": ("Welfare concern", True),
    }


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(10), tick=False) as moved:
        yield moved


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def office(scene: Scene) -> Client:
    return sign_in(Client(), scene.office)


def failed(scene: Scene, number: int = 0, **other: Any) -> Message:
    """A message that was refused for good."""
    message = write(scene, key=f"failed {number}", **other)
    Message.objects.filter(pk=message.pk).update(
        state=State.FAILED, is_final=True, problem="The mail server refused the address for good: 550 No"
    )
    message.refresh_from_db()
    return message


def restricted(scene: Scene) -> Message:
    return failed(scene, purpose="welfare.concern", subject=f"{SECRET}, subject", body=SECRET)


def words(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return str(response.content.decode())


@pytest.mark.parametrize("role", Role)
def test_who_may_open_them(scene: Scene, role: Role) -> None:
    message = failed(scene)
    client = sign_in(Client(), make_person(scene.school, role))
    expected = 200 if Permission.POST_VIEW in ROLE_PERMISSIONS[role] else 403

    assert client.get(PAGE).status_code == expected
    assert client.get(f"{PAGE}{message.pk}/").status_code == expected
    if expected == 403:
        assert client.post(f"{PAGE}{message.pk}/again/", {"again-to_address": "a@b.org"}).status_code == 403
        assert client.post(f"{PAGE}{message.pk}/settle/", {"settle-note": "Rang"}).status_code == 403
    message.refresh_from_db()
    assert (message.state, message.settled_at) == (State.FAILED, None)


def test_what_failed_stands_first_with_what_to_do(scene: Scene, office: Client) -> None:
    write(scene, key="well", to_name="Pa Brown")
    failed(scene)

    page = words(office, PAGE)

    assert page.index("Ask for the right e-mail address") < page.index("All messages")
    assert page.index("All messages") < page.index("Pa Brown")
    assert "First-day contact" in page
    assert "about Amy Abbott" in page


def test_an_empty_page_says_what_it_is_for(scene: Scene, office: Client) -> None:
    assert "No message yet" in words(office, PAGE)
    assert "No message is like this" in words(office, f"{PAGE}?state=failed")


def test_the_list_is_narrowed_by_state_purpose_and_day(scene: Scene) -> None:
    bad = failed(scene)
    welfare = write(scene, key="w", purpose="welfare.concern")
    yesterday = write(scene, key="y", at=at(23, 30) - timedelta(days=1))
    viewer = scene.viewer(scene.office)

    def found(**wanted: Any) -> set[Message]:
        return set(messages_of(viewer, Wanted(**wanted)))

    assert found() == {bad, welfare, yesterday}
    assert found(state="failed") == {bad}
    assert found(purpose="welfare.concern") == {welfare}
    assert found(day=date(2026, 9, 13)) == {yesterday}
    assert found(day=date(2026, 9, 14), state="waiting") == {welfare}
    counts = counts_of(viewer, date(2026, 9, 14))
    assert (counts.waiting, counts.on_day, counts.failed) == (2, 2, 1)


@pytest.mark.parametrize("query", ["state=nonsense", "day=yesterday", "purpose=%00", "day=2026-99-99"])
def test_what_cannot_be_asked_is_said(scene: Scene, office: Client, query: str) -> None:
    words(office, f"{PAGE}?{query}", 422)


def test_another_schools_are_never_seen(scene: Scene, office: Client) -> None:
    other = Scene(make_school("Elm Road School"))
    theirs = failed(other, to_name="Far Parent", about="absence:1")
    viewer = scene.viewer(scene.office)

    assert "Far Parent" not in words(office, PAGE)
    for address in (f"{PAGE}{theirs.pk}/", f"{PAGE}{10**30}/"):
        assert office.get(address).status_code == 404
    assert office.post(f"{PAGE}{theirs.pk}/again/", {"again-to_address": "a@b.org"}).status_code == 404
    assert office.post(f"{PAGE}{theirs.pk}/settle/", {"settle-note": "Rang"}).status_code == 404
    for act in (
        lambda: send_again(
            viewer=viewer, message_id=theirs.pk, to_address="a@b.org", by=viewer.actor, at=at(10)
        ),
        lambda: settle(viewer=viewer, message_id=theirs.pk, note="Rang", by=viewer.actor, at=at(10)),
    ):
        with pytest.raises(Refused, match="no such message"):
            act()
    assert messages_with_keys(viewer, ["failed 0"]) == {}
    assert messages_about(viewer, ["absence:1"]) == {}
    assert messages_of_pupils(viewer, [other.amy.pk]) == {}
    assert failed_count(viewer, date(2026, 9, 14)) == 0
    assert notices_for(viewer, at(10)) == []


def test_apps_ask_what_became_of_theirs(scene: Scene) -> None:
    one = write(scene, key="one", about="absence:7")
    two = write(scene, key="two", about="absence:7", pupil_id=scene.ben.pk)
    viewer = scene.viewer(scene.teacher)

    with CaptureQueriesContext(connection) as queries:
        assert messages_with_keys(viewer, ["one", "two", "three"]) == {"one": one, "two": two}
        assert messages_about(viewer, ["absence:7", "absence:8"]) == {"absence:7": [one, two]}
        assert messages_of_pupils(viewer, [scene.amy.pk, scene.ben.pk]) == {
            scene.amy.pk: [one],
            scene.ben.pk: [two],
        }
    assert len(queries) == 3


def test_a_restricted_text_is_for_those_who_may_see_welfare_notes(scene: Scene, office: Client) -> None:
    message = restricted(scene)
    officer = sign_in(Client(), scene.officer)

    hidden = words(office, f"{PAGE}{message.pk}/")
    assert SECRET not in hidden + words(office, PAGE)
    assert "Only for those who may see welfare notes" in hidden
    assert "Send again" not in hidden
    assert not Event.objects.filter(type="post.message.read").exists()

    assert SECRET in words(officer, f"{PAGE}{message.pk}/")

    event = Event.objects.get(type="post.message.read")
    assert (event.by_name, event.subject) == ("Ann Officer", f"pupil:{scene.amy.pk}")
    assert SECRET not in str(event.facts)


def test_who_may_not_read_it_may_not_send_it_elsewhere(scene: Scene, office: Client) -> None:
    message = restricted(scene)

    response = office.post(f"{PAGE}{message.pk}/again/", {"again-to_address": "else@example.org"})

    assert response.status_code == 422
    assert SECRET not in response.content.decode()
    assert Message.objects.count() == 1


def test_an_ordinary_look_is_no_event(scene: Scene, office: Client) -> None:
    words(office, f"{PAGE}{failed(scene).pk}/")

    assert not Event.objects.filter(type="post.message.read").exists()


def test_a_purpose_of_no_table_is_restricted(scene: Scene, office: Client, settings: Any) -> None:
    message = failed(scene, body=SECRET)
    settings.ROLLBOOK_PURPOSES = {}

    assert SECRET not in words(office, f"{PAGE}{message.pk}/")


def test_it_is_sent_again_to_the_same_address(scene: Scene, office: Client, mail_server: Box) -> None:
    message = failed(scene)
    number = message.reference

    response = office.post(f"{PAGE}{message.pk}/again/", {"again-to_address": "mo@example.org"})

    assert response.url == f"{PAGE}{message.pk}/"  # type: ignore[attr-defined]
    work_off()
    message.refresh_from_db()
    assert (message.state, message.reference, message.problem) == (State.SENT, number, "")
    assert len(mail_server.letters) == 1
    assert [each.outcome for each in message.attempts.all()] == ["by_hand", "taken"]
    event = Event.objects.get(type="post.message.sent_again")
    assert (event.by_name, event.facts["channel"]) == ("Ola Office", "E-mail")
    again = office.post(f"{PAGE}{message.pk}/again/", {"again-to_address": "mo@example.org"})
    assert again.status_code == 422
    assert "has not failed" in again.content.decode()


def test_to_another_address_it_is_another_message_in_its_place(
    scene: Scene, office: Client, mail_server: Box
) -> None:
    message = failed(scene)

    for _ in range(2):
        office.post(f"{PAGE}{message.pk}/again/", {"again-to_address": " right@example.org "})

    work_off()
    new = Message.objects.get(instead_of=message)
    message.refresh_from_db()
    assert (new.state, new.to_address, new.body) == (State.SENT, "right@example.org", message.body)
    assert (message.state, message.to_address) == (State.FAILED, "mo@example.org")
    assert message.settled_note == "Sent to right@example.org in its place."
    assert [letter["To"] for letter in mail_server.letters] == ["right@example.org"]
    assert failed_count(scene.viewer(scene.office), date(2026, 9, 14)) == 0
    assert "to right@example.org" in words(office, f"{PAGE}{message.pk}/")
    assert "the one to mo@example.org" in words(office, f"{PAGE}{new.pk}/")


def test_without_an_address_nothing_changes(scene: Scene, office: Client) -> None:
    message = failed(scene)

    response = office.post(f"{PAGE}{message.pk}/again/", {"again-to_address": "  "})

    assert response.status_code == 422
    assert "Give the address or number to send it to." in response.content.decode()
    message.refresh_from_db()
    assert message.state == State.FAILED


def test_what_was_done_in_another_way_is_written_down(scene: Scene, office: Client) -> None:
    message = failed(scene)
    assert len(notices_for(scene.viewer(scene.office), at(10))) == 1

    response = office.post(f"{PAGE}{message.pk}/settle/", {"settle-note": " Telephoned  at 10:15 "})

    assert response.url == PAGE  # type: ignore[attr-defined]
    message.refresh_from_db()
    assert (message.settled_note, message.settled_by_name, message.settled_at) == (
        "Telephoned at 10:15",
        "Ola Office",
        at(10),
    )
    assert notices_for(scene.viewer(scene.office), at(10)) == []
    assert Event.objects.filter(type="post.message.settled").count() == 1
    assert "Failed, seen to" in words(office, PAGE)
    for note in ("", "x" * 501):
        refused = office.post(f"{PAGE}{failed(scene, 2).pk}/settle/", {"settle-note": note})
        assert refused.status_code == 422


def test_the_first_pages_warn_those_who_see_to_it(scene: Scene) -> None:
    failed(scene)
    assert "A message did not get through." in words(sign_in(Client(), scene.office), "/today/")
    failed(scene, 2)
    assert "2 messages did not get through." in words(sign_in(Client(), scene.head), "/school/")

    governor = viewer_of(make_person(scene.school, Role.GOVERNOR))
    with CaptureQueriesContext(connection) as queries:
        assert notices_for(governor, at(10)) == []
    assert len(queries) == 0


def test_it_costs_the_same_however_many_messages(scene: Scene, office: Client) -> None:
    failed(scene)
    words(office, PAGE)
    with CaptureQueriesContext(connection) as before:
        words(office, PAGE)
    for number in range(1, 8):
        failed(scene, number, pupil_id=scene.ben.pk)
        write(scene, key=f"well {number}")
    with CaptureQueriesContext(connection) as after:
        words(office, PAGE)

    assert len(after) == len(before) <= 16


def test_it_says_that_a_message_may_have_gone_twice(
    scene: Scene, office: Client, moody: Moody, clock: Any
) -> None:
    moody.answers = ["hang up"]
    message = write(scene)
    work_off()
    clock.move_to(at(10, 1))
    work_off()

    assert "May have gone twice" in words(office, PAGE)
    page = words(office, f"{PAGE}{message.pk}/")
    assert "It may have gone twice." in page
    assert "broke off" in page


def test_long_and_strange_texts_stay_text(scene: Scene, office: Client) -> None:
    message = failed(scene, to_name="<b>Mo</b>", subject="=1+1", body="<script>x</script>\n" + "long " * 500)

    page = words(office, f"{PAGE}{message.pk}/")

    assert "&lt;b&gt;Mo&lt;/b&gt;" in page
    assert "<script>x" not in page
