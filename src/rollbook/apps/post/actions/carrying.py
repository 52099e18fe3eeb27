"""Bringing one message to its carrier: claimed, handed over, and what became of it written down.

Three steps, of which the first and the last are transactions: whoever sends claims the message for a time that is
longer than any try takes; hands it over; writes down what the carrier said. A worker that is killed between the second
and the third leaves the claim behind. When it has run out, the next try says that the message may have gone twice.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from rollbook.apps.jobs.actions.working import TryAgain
from rollbook.apps.post.carriers.mail import send_mail
from rollbook.apps.post.carriers.notify import is_set_up, send_by_notify
from rollbook.apps.post.carriers.parcels import Answer, Fate, Parcel
from rollbook.apps.post.models import Attempt, Message
from rollbook.domain.retries import next_try

CLAIMED_FOR = timedelta(minutes=5)
"""Longer than a try can take: each wait for the mail server or Notify ends after 20 seconds."""
_CUT_OFF = "The program was stopped in the middle of sending. It may have gone; it is sent again, with the same number."
_TOO_LATE = "It could not be sent in time and would be of no use now."


def carry(message_id: int, now: Callable[[], datetime]) -> None:
    """Sends one message if it still is to be sent. `now` tells the time, which goes on meanwhile.

    Errors: TryAgain, with the moment, where it is to be tried later.
    """
    claimed = _claim(message_id, now())
    if claimed is None:
        return
    message, claim, is_repeat = claimed
    answer = _hand_over(message, is_repeat=is_repeat)
    again_at = _write_down(message.pk, claim, answer, now())
    if again_at is not None:
        raise TryAgain(again_at)


def _claim(message_id: int, at: datetime) -> tuple[Message, UUID, bool] | None:
    """The message, claimed, with whether it was tried before; None where it is not to be sent any more."""
    with transaction.atomic():
        message = (
            Message.objects.select_for_update(of=("self",))
            .select_related("school")
            .filter(pk=message_id)
            .first()
        )
        if message is None or message.state != Message.State.WAITING:
            return None
        if message.claimed_until is not None and message.claimed_until > at:
            raise TryAgain(message.claimed_until)
        if message.next_try_at is not None and message.next_try_at > at:
            raise TryAgain(message.next_try_at)
        if message.claim is not None:
            message.maybe_twice = message.maybe_twice or not is_set_up(message.channel)
            Attempt.objects.create(message=message, at=at, outcome=Attempt.Outcome.CUT_OFF, words=_CUT_OFF)
        if at >= message.until or (message.claim is not None and next_try(message.tries, at) is None):
            _give_up(message, at)
            return None
        is_repeat = message.tries > 0
        message.claim, message.claimed_until = uuid4(), at.astimezone(UTC) + CLAIMED_FOR
        message.tries += 1
        message.save()
    return message, message.claim, is_repeat


def _give_up(message: Message, at: datetime) -> None:
    message.state, message.is_final = Message.State.GIVEN_UP, True
    message.claim = message.claimed_until = message.next_try_at = None
    message.problem = message.problem or _TOO_LATE
    message.save()
    Attempt.objects.create(message=message, at=at, outcome=Attempt.Outcome.REFUSED, words=_TOO_LATE)


def _hand_over(message: Message, *, is_repeat: bool) -> Answer:
    parcel = Parcel(
        channel=message.channel,
        reference=str(message.reference),
        from_name=message.school.name,
        reply_to=message.school.email,
        to_name=message.to_name,
        to_address=message.to_address,
        subject=message.subject,
        body=message.body,
        is_repeat=is_repeat,
    )
    if is_set_up(message.channel):
        return send_by_notify(parcel)
    if message.channel == Message.Channel.EMAIL:
        return send_mail(parcel)
    return Answer(Fate.REFUSED, f"{message.get_channel_display()}s are not set up on this server.")


def _write_down(message_id: int, claim: UUID, answer: Answer, at: datetime) -> datetime | None:
    """What the carrier said. Returns when to try again."""
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message_id)
        Attempt.objects.create(
            message=message, at=at, outcome=Attempt.Outcome(answer.fate.value), words=answer.words
        )
        if message.claim != claim:
            # Somebody took it for cut off meanwhile and sends it too: that is theirs to write down.
            message.maybe_twice = message.maybe_twice or answer.fate is Fate.TAKEN
            message.save(update_fields=["maybe_twice"])
            return None
        message.claim = message.claimed_until = message.next_try_at = None
        message.problem = "" if answer.fate is Fate.TAKEN else answer.words
        if answer.fate is Fate.TAKEN:
            message.state, message.sent_at = Message.State.SENT, at
            message.carrier_id, message.is_final = answer.carrier_id, not answer.carrier_id
        elif answer.fate is Fate.REFUSED:
            message.state, message.is_final = Message.State.FAILED, True
        else:
            message.maybe_twice = message.maybe_twice or not answer.is_sure
            message.next_try_at = _later(message, at)
            if message.next_try_at is None:
                message.state, message.is_final = Message.State.GIVEN_UP, True
        message.save()
    return message.next_try_at


def _later(message: Message, at: datetime) -> datetime | None:
    again_at = next_try(message.tries, at)
    return again_at if again_at is not None and again_at < message.until else None
