"""A message is kept with what it tells, sent once by the worker, tried again where that helps, and never lost."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction

from rollbook.apps.audit.models import Event
from rollbook.apps.jobs.actions.working import TryAgain
from rollbook.apps.post.actions.carrying import CLAIMED_FOR, _claim, carry
from rollbook.apps.post.actions.following import follow
from rollbook.apps.post.actions.sending import send, withdraw
from rollbook.apps.post.models import Attempt, Message
from rollbook.domain.access import Actor
from rollbook.domain.refusals import Refused
from rollbook.domain.retries import PAUSES
from tests.apps.jobs.working import forget_queue, waiting, work_off
from tests.apps.post.servers import Moody
from tests.apps.registers.scene import Scene, at
from tests.mail import Box, text_of

pytestmark = pytest.mark.django_db

OFFICE = Actor(None, "Ola Office", "Receptionist")
State = Message.State


@pytest.fixture(autouse=True)
def purposes(settings: Any) -> None:
    settings.ROLLBOOK_PURPOSES = {"absence.first_day": ("First-day contact", False)}


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Monday at ten, standing still until the test moves it."""
    with time_machine.travel(at(10), tick=False) as moved:
        yield moved


def write(scene: Scene, **other: Any) -> Message:
    given: dict[str, Any] = {
        "school_id": scene.school.pk,
        "channel": "email",
        "purpose": "absence.first_day",
        "to_name": "Mo Abbott",
        "to_address": "mo@example.org",
        "subject": "Amy is not in school",
        "body": "Please tell us why.\n\nHollin Bank School",
        "pupil_id": scene.amy.pk,
        "key": f"first-day:{scene.amy.pk}:2026-09-14",
        "by": OFFICE,
        "at": at(10),
    }
    return send(**(given | other))


def words_of(message: Message) -> list[tuple[str, str]]:
    return list(message.attempts.values_list("outcome", "words"))


def test_it_goes_out_once_with_the_schools_name(scene: Scene, mail_server: Box, clock: Any) -> None:
    scene.school.email = "office@hollinbank.example"
    scene.school.save()
    message = write(scene)
    assert mail_server.letters == []

    assert work_off() == 1

    (letter,) = mail_server.letters
    assert letter["To"] == "mo@example.org"
    assert letter["From"] == "Hollin Bank School <attendance@example.org>"
    assert letter["Reply-To"] == "office@hollinbank.example"
    assert letter["Subject"] == "Amy is not in school"
    assert letter["Message-ID"] == f"<{message.reference}@example.org>"
    assert text_of(letter).splitlines()[0] == "Please tell us why."
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.tries, message.maybe_twice) == (
        State.SENT,
        at(10),
        1,
        False,
    )
    assert words_of(message) == [("taken", "The mail server took it.")]
    event = Event.objects.get(type="post.message.written")
    assert (event.subject, event.by_name) == (f"pupil:{scene.amy.pk}", "Ola Office")
    assert "Please" not in str(event.facts)


def test_the_same_key_is_sent_once(scene: Scene, mail_server: Box, clock: Any) -> None:
    first = write(scene)
    again = write(scene, body="Written differently")

    assert again.pk == first.pk
    assert work_off() == 1
    assert write(scene).state == State.SENT
    assert work_off() == 0
    assert len(mail_server.letters) == 1
    assert Event.objects.filter(type="post.message.written").count() == 1


def test_what_is_rolled_back_was_never_written(scene: Scene, mail_server: Box, clock: Any) -> None:
    def write_and_fall_over() -> None:
        with transaction.atomic():
            write(scene)
            raise LookupError

    with pytest.raises(LookupError):
        write_and_fall_over()

    assert (Message.objects.count(), waiting(), work_off()) == (0, 0, 0)
    assert mail_server.letters == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"channel": "sms", "to_address": "07700900123"}, "Text messages are not set up"),
        ({"channel": "letter"}, "Letters are not set up"),
        ({"to_address": "  "}, "no address"),
        ({"body": " \n"}, "no text"),
        ({"body": "a\0b"}, "can't be sent"),
        ({"body": "x" * 20_001}, "too long"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(scene: Scene, other: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        write(scene, **other)

    assert (Message.objects.count(), waiting()) == (0, 0)


def test_a_purpose_that_nobody_named_is_a_mistake_of_the_program(scene: Scene) -> None:
    with pytest.raises(ValueError, match="ROLLBOOK_PURPOSES"):
        write(scene, purpose="what.ever")


def test_it_is_tried_again_with_growing_pauses_and_then_given_up(
    scene: Scene, moody: Moody, clock: Any
) -> None:
    moody.answers = ["451 Try later"] * 6
    message = write(scene)
    when = at(10)
    for number, pause in enumerate(PAUSES, start=1):
        assert work_off() == 1
        message.refresh_from_db()
        when += pause
        assert (message.state, message.tries, message.next_try_at) == (State.WAITING, number, when)
        clock.move_to(when - timedelta(seconds=1))
        assert work_off() == 0
        clock.move_to(when)
    assert work_off() == 1
    message.refresh_from_db()
    assert (message.state, message.tries, moody.tried) == (State.GIVEN_UP, 6, 6)
    assert message.problem == "The mail server refused the mail for now: 451 Try later"
    assert words_of(message) == [("later", message.problem)] * 6
    assert (waiting(), moody.taken) == (0, [])


def test_a_full_mailbox_today_is_taken_a_minute_later(scene: Scene, moody: Moody, clock: Any) -> None:
    moody.rcpt_answers = ["452 4.2.2 Mailbox full"]
    message = write(scene)
    work_off()
    clock.move_to(at(10, 1))
    work_off()

    message.refresh_from_db()
    assert [outcome for outcome, _ in words_of(message)] == ["later", "taken"]
    assert (message.state, message.problem, message.maybe_twice) == (State.SENT, "", False)
    assert len(moody.taken) == 1


@pytest.mark.parametrize(
    ("rcpt", "data", "said"),
    [
        (["550 5.1.1 No such user"], [], "refused the address for good: 550 5.1.1 No such user"),
        ([], ["554 Looks like spam"], "refused the mail for good: 554 Looks like spam"),
    ],
)
def test_what_is_refused_for_good_is_not_tried_again(
    scene: Scene, moody: Moody, clock: Any, rcpt: list[str], data: list[str], said: str
) -> None:
    moody.rcpt_answers, moody.answers = rcpt, data
    message = write(scene)

    work_off()

    message.refresh_from_db()
    assert message.state == State.FAILED
    assert said in message.problem
    assert waiting() == 0


def test_what_is_no_address_fails_without_asking_the_server(scene: Scene, moody: Moody, clock: Any) -> None:
    message = write(scene, to_address="mo at example")

    work_off()

    message.refresh_from_db()
    assert (message.state, moody.tried) == (State.FAILED, 0)
    assert "is not an e-mail address" in message.problem


def test_with_the_server_away_nothing_is_lost_and_nothing_may_have_gone(
    scene: Scene, no_mail_server: None, clock: Any
) -> None:
    message = write(scene)

    work_off()

    message.refresh_from_db()
    assert (message.state, message.maybe_twice, waiting()) == (State.WAITING, False, 1)
    assert "can't be reached" in message.problem


def test_hung_up_before_the_answer_it_is_sent_again_under_the_same_number_and_says_so(
    scene: Scene, moody: Moody, clock: Any
) -> None:
    moody.answers = ["hang up"]
    message = write(scene)
    work_off()
    message.refresh_from_db()
    assert (message.state, message.maybe_twice) == (State.WAITING, True)
    assert "broke off" in message.problem
    clock.move_to(at(10, 1))

    work_off()

    message.refresh_from_db()
    assert (message.state, message.maybe_twice) == (State.SENT, True)
    assert len({letter["Message-ID"] for letter in moody.taken}) == 1
    assert len(moody.taken) == 2


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(
    scene: Scene, moody: Moody, settings: Any, clock: Any
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    moody.answers = ["silence"]
    message = write(scene)

    work_off()

    message.refresh_from_db()
    assert (message.state, message.maybe_twice) == (State.WAITING, True)


def test_a_try_that_was_cut_off_is_said_and_made_again_when_its_claim_is_over(
    scene: Scene, mail_server: Box, clock: Any
) -> None:
    message = write(scene)
    # A worker claimed it and was killed before it could write down what came of it.
    assert _claim(message.pk, at(10)) is not None
    with pytest.raises(TryAgain) as later:
        carry(message.pk, lambda: at(10, 4))
    assert later.value.at == at(10) + CLAIMED_FOR

    carry(message.pk, lambda: at(10, 5))

    message.refresh_from_db()
    assert (message.state, message.maybe_twice, message.tries) == (State.SENT, True, 2)
    assert [outcome for outcome, _ in words_of(message)] == ["cut_off", "taken"]
    assert "It may have gone" in words_of(message)[0][1]
    assert len(mail_server.letters) == 1


def test_a_message_in_which_worker_after_worker_dies_is_given_up(scene: Scene, mail_server: Box) -> None:
    message = write(scene)
    when = at(10)
    for _ in range(6):
        assert _claim(message.pk, when) is not None
        when += CLAIMED_FOR

    carry(message.pk, lambda: when)

    message.refresh_from_db()
    assert message.state == State.GIVEN_UP
    assert mail_server.letters == []


def test_what_is_of_no_use_any_more_is_not_sent(scene: Scene, mail_server: Box, clock: Any) -> None:
    message = write(scene, until=at(15, 30))
    clock.move_to(at(15, 30))

    work_off()

    message.refresh_from_db()
    assert message.state == State.GIVEN_UP
    assert "of no use" in message.problem
    assert mail_server.letters == []


def test_no_try_is_planned_for_when_it_is_of_no_use(scene: Scene, moody: Moody, clock: Any) -> None:
    moody.answers = ["451 Try later"] * 3
    message = write(scene, until=at(10, 5))
    work_off()
    clock.move_to(at(10, 1))

    work_off()

    message.refresh_from_db()
    assert (message.state, message.tries, waiting()) == (State.GIVEN_UP, 2, 0)


def test_it_is_withdrawn_before_it_went_and_not_after(scene: Scene, mail_server: Box, clock: Any) -> None:
    message = write(scene)
    act = {
        "school_id": scene.school.pk,
        "key": message.key,
        "because": "She came in",
        "by": OFFICE,
        "at": at(10),
    }

    assert withdraw(**act)

    work_off()
    message.refresh_from_db()
    assert (message.state, mail_server.letters) == (State.WITHDRAWN, [])
    assert Event.objects.filter(type="post.message.withdrawn").count() == 1
    assert not withdraw(**act)
    write(scene, key="another")
    work_off()
    assert not withdraw(**(act | {"key": "another"}))
    assert not withdraw(**(act | {"key": "no such"}))


def test_while_it_is_being_sent_it_is_not_withdrawn(scene: Scene) -> None:
    message = write(scene)
    assert _claim(message.pk, at(10)) is not None

    assert not withdraw(
        school_id=scene.school.pk, key=message.key, because="She came in", by=OFFICE, at=at(10)
    )


def test_a_message_whose_task_was_lost_is_found(scene: Scene, mail_server: Box, clock: Any) -> None:
    message = write(scene)
    forget_queue()
    clock.move_to(at(10, 14))
    assert follow(scene.school.pk, at(10), at(10, 14)) == ""

    clock.move_to(at(10, 16))
    assert follow(scene.school.pk, at(10, 15), at(10, 16)) == "1 put into the queue again"
    assert follow(scene.school.pk, at(10, 15), at(10, 16)) == "1 put into the queue again"

    assert work_off() == 2
    message.refresh_from_db()
    assert (message.state, len(mail_server.letters)) == (State.SENT, 1)


def test_what_takes_over_a_claim_wins_and_the_first_says_that_it_went_twice(
    scene: Scene, moody: Moody, clock: Any
) -> None:
    """A worker that stood still for longer than its claim, such as on a machine that was put to sleep."""
    message = write(scene)
    times: Iterator[datetime] = iter([at(10), at(10, 20)])

    def second_worker_meanwhile() -> datetime:
        now = next(times)
        if now > at(10):
            carry(message.pk, lambda: at(10, 10))
        return now

    carry(message.pk, second_worker_meanwhile)

    message.refresh_from_db()
    assert (message.state, message.maybe_twice, message.sent_at) == (State.SENT, True, at(10, 10))
    assert [outcome for outcome, _ in words_of(message)] == ["cut_off", "taken", "taken"]
    assert Attempt.objects.count() == 3
