"""Text messages, letters and e-mail through GOV.UK Notify: taken once, asked after, and its refusals told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from rollbook.apps.post.actions.following import follow
from rollbook.apps.post.models import Message
from rollbook.apps.post.queries.purposes import channels_set_up
from tests.apps.jobs.working import waiting, work_off
from tests.apps.post.stand_in import StandIn
from tests.apps.post.test_sending import purposes, words_of, write
from tests.apps.registers.scene import Scene, at
from tests.mail import Box

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("purposes")]
State = Message.State
__all__ = ["purposes"]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(10), tick=False) as moved:
        yield moved


def text_message(scene: Scene, **other: Any) -> Message:
    return write(scene, **({"channel": "sms", "to_address": "07700 900123", "subject": ""} | other))


def test_without_a_key_there_is_only_email(settings: Any) -> None:
    assert channels_set_up() == {"email"}
    settings.NOTIFY_TEMPLATES = {"sms": "one"}
    assert channels_set_up() == {"email"}
    settings.NOTIFY_API_KEY = "key"
    assert channels_set_up() == {"email", "sms"}


def test_each_channel_goes_with_its_template_and_our_number(
    scene: Scene, notify: StandIn, mail_server: Box, clock: Any
) -> None:
    sms = text_message(scene, key="sms")
    mail = write(scene, key="mail")
    letter = write(scene, key="letter", channel="letter", to_address="1 Elm Road\nBirmingham\nB1 1AA\n")

    assert work_off() == 3

    taken = {each["type"]: each for each in notify.taken.values()}
    assert mail_server.letters == []
    assert taken["sms"]["phone_number"] == "07700 900123"
    assert taken["sms"]["personalisation"] == {"body": sms.body}
    assert taken["email"]["personalisation"] == {"subject": mail.subject, "body": mail.body}
    assert taken["letter"]["personalisation"] == {
        "address_line_1": "Mo Abbott",
        "address_line_2": "1 Elm Road",
        "address_line_3": "Birmingham",
        "address_line_4": "B1 1AA",
        "subject": letter.subject,
        "body": letter.body,
    }
    assert [taken[kind]["template_id"] for kind in ("sms", "email", "letter")] == [
        "tpl-sms",
        "tpl-email",
        "tpl-letter",
    ]
    assert {each["reference"] for each in taken.values()} == {
        str(row.reference) for row in (sms, mail, letter)
    }
    sms.refresh_from_db()
    assert (sms.state, sms.carrier_id, sms.is_final) == (State.SENT, taken["sms"]["id"], False)


def test_a_long_address_keeps_its_postcode(scene: Scene, notify: StandIn, clock: Any) -> None:
    lines = "\n".join([*(f"Line {number}" for number in range(1, 8)), "B1 1AA"])
    write(scene, channel="letter", to_address=lines)

    work_off()

    (letter,) = notify.taken.values()
    address = [letter["personalisation"][f"address_line_{number}"] for number in range(1, 8)]
    assert address == ["Mo Abbott", "Line 1", "Line 2", "Line 3", "Line 4", "Line 5", "B1 1AA"]


def test_an_answer_that_was_lost_does_not_send_it_twice(scene: Scene, notify: StandIn, clock: Any) -> None:
    notify.answers = ["cut"]
    message = text_message(scene)
    work_off()
    message.refresh_from_db()
    assert message.state == State.WAITING
    clock.move_to(at(10, 1))

    work_off()

    message.refresh_from_db()
    assert (message.state, message.maybe_twice, len(notify.taken)) == (State.SENT, False, 1)
    assert words_of(message)[-1] == ("taken", "GOV.UK Notify had it already.")
    assert message.carrier_id in notify.taken


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_it_does_not_take_now_is_tried_again(
    scene: Scene, notify: StandIn, clock: Any, status: int
) -> None:
    notify.answers = [(status, "Exceeded rate limit")]
    message = text_message(scene)
    work_off()
    message.refresh_from_db()
    assert (message.state, message.next_try_at) == (State.WAITING, at(10, 1))
    assert f"{status} Exceeded rate limit" in message.problem
    clock.move_to(at(10, 1))

    work_off()

    message.refresh_from_db()
    assert message.state == State.SENT


def test_a_wrong_number_fails_at_once(scene: Scene, notify: StandIn, clock: Any) -> None:
    notify.answers = [(400, "phone_number Not enough digits")]
    message = text_message(scene)

    work_off()

    message.refresh_from_db()
    assert message.state == State.FAILED
    assert message.problem == "GOV.UK Notify refused it: phone_number Not enough digits"
    assert waiting() == 0


def test_a_wrong_key_is_the_servers_trouble_and_the_message_waits(
    scene: Scene, notify: StandIn, clock: Any
) -> None:
    notify.answers = [(403, "Invalid token: API key not found")]
    message = text_message(scene)

    work_off()

    message.refresh_from_db()
    assert message.state == State.WAITING
    assert "does not accept this server's key" in message.problem


@pytest.mark.parametrize(
    ("status", "state", "outcome"),
    [
        ("delivered", State.DELIVERED, "delivered"),
        ("permanent-failure", State.FAILED, "lost"),
        ("temporary-failure", State.FAILED, "lost"),
        ("technical-failure", State.FAILED, "lost"),
        ("received", State.SENT, "taken"),
    ],
)
def test_it_is_asked_later_what_became_of_it(
    scene: Scene, notify: StandIn, clock: Any, status: str, state: str, outcome: str
) -> None:
    message = text_message(scene)
    work_off()
    notify.says("sending")
    assert follow(scene.school.pk, at(10), at(10, 1)) == "1 asked after: 0 delivered, 0 not delivered"
    message.refresh_from_db()
    assert (message.state, message.is_final) == (State.SENT, False)

    notify.says(status)
    follow(scene.school.pk, at(10), at(10, 2))

    message.refresh_from_db()
    assert (message.state, message.is_final) == (state, True)
    assert [each for each, _ in words_of(message)] == ["taken", outcome]
    assert follow(scene.school.pk, at(10), at(10, 3)) == ""


def test_it_is_asked_after_for_a_week(scene: Scene, notify: StandIn, clock: Any) -> None:
    text_message(scene)
    work_off()

    assert follow(scene.school.pk, at(10), at(10) + timedelta(days=7)) == ""
    assert follow(scene.school.pk + 1, at(10), at(10, 1)) == ""
    assert not any("/v2/notifications/" in path for path in notify.asked)


def test_with_notify_away_the_job_says_so_and_nothing_changes(
    scene: Scene, notify: StandIn, clock: Any
) -> None:
    message = text_message(scene)
    work_off()
    notify.answers = [(500, "Internal server error")]

    said = follow(scene.school.pk, at(10), at(10, 1))

    assert said.startswith("GOV.UK Notify does not say what became of 1: 500")
    message.refresh_from_db()
    assert message.state == State.SENT
