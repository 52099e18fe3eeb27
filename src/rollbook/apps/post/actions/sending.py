"""Writing a message: kept and queued in the caller's transaction, sent by the worker once that has been committed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.post.models import Attempt, Message
from rollbook.apps.post.queries.messages import may_read, subject_of
from rollbook.apps.post.queries.purposes import channels_set_up, purpose_of, purposes
from rollbook.apps.post.tasks import send_message
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused

USEFUL_FOR = timedelta(days=2)
_LONGEST_SUBJECT = 200
_LONGEST_BODY = 20_000


def send(
    *,
    school_id: int,
    channel: str,
    purpose: str,
    to_name: str,
    to_address: str,
    subject: str,
    body: str,
    about: str = "",
    pupil_id: int | None = None,
    key: str,
    until: datetime | None = None,
    by: Actor,
    at: datetime,
) -> Message:
    """Keeps a message and queues it; the same key of a school is sent once, and answers with the message there is.

    Call it inside the transaction of what the message tells, so that both stand or neither. `channel` "email", "sms"
    or "letter"; `purpose` a key of ROLLBOOK_PURPOSES; `until` the moment from which it is of no use, two days on where
    nothing is said ("not in school today" should end with that day). Errors: Refused for a channel that this server
    does not have, an empty address or text; ValueError for an unknown purpose.
    """
    _know(purpose)
    _refuse(channel, to_address, subject, body)
    with transaction.atomic():
        message, is_new = Message.objects.get_or_create(
            school_id=school_id,
            key=key,
            defaults={
                "channel": channel,
                "purpose": purpose,
                "to_name": " ".join(to_name.split())[:200],
                "to_address": to_address.strip(),
                "subject": " ".join(subject.split()),
                "body": body,
                "about": about,
                "pupil_id": pupil_id,
                **_written_by(by),
                "at": at,
                "until": until or at.astimezone(UTC) + USEFUL_FOR,
                "reference": uuid4(),
            },
        )
        if is_new:
            send_message.enqueue(message.pk)
            _record("post.message.written", message, by, at)
    return message


def _written_by(by: Actor) -> dict[str, object]:
    return {"by_id": by.user_id, "by_name": by.name, "by_position": by.position}


def _know(purpose: str) -> None:
    if purpose not in purposes():
        raise ValueError(f"'{purpose}' is not in ROLLBOOK_PURPOSES (config/pages.py).")


def _refuse(channel: str, to_address: str, subject: str, body: str) -> None:
    if channel not in Message.Channel.values:
        raise ValueError(f"'{channel}' is no channel.")
    if channel not in channels_set_up():
        words = Message.Channel(channel).label
        raise Refused.one("", f"{words}s are not set up on this server. Write an e-mail, or telephone.")
    if not to_address.strip():
        raise Refused.one("", "There is no address or number to send this to.")
    if not body.strip():
        raise Refused.one("", "The message has no text.")
    if len(body) > _LONGEST_BODY or len(subject) > _LONGEST_SUBJECT or "\0" in body + subject + to_address:
        raise Refused.one("", "The message is too long, or has a sign in it that can't be sent.")


def withdraw(*, school_id: int, key: str, because: str, by: Actor, at: datetime) -> bool:
    """Takes a message back that has not gone. False where it has, or where it is being sent at this moment."""
    with transaction.atomic():
        message = Message.objects.select_for_update().filter(school_id=school_id, key=key).first()
        if message is None or message.state != Message.State.WAITING or message.claim is not None:
            return False
        message.state, message.is_final, message.next_try_at = Message.State.WITHDRAWN, True, None
        message.problem = because[:500]
        message.save(update_fields=["state", "is_final", "next_try_at", "problem"])
        Attempt.objects.create(
            message=message,
            at=at,
            outcome=Attempt.Outcome.BY_HAND,
            words=f"Withdrawn: {because}",
            by_name=by.name,
        )
        _record("post.message.withdrawn", message, by, at)
    return True


def send_again(*, viewer: Viewer, message_id: int, to_address: str, by: Actor, at: datetime) -> Message:
    """Sends a message that failed once more; to another address it is another message in its place. Errors: Refused."""
    with transaction.atomic():
        message = _failed_one(viewer, message_id)
        if not may_read(viewer, message):
            raise Refused.one("", "Only those who may see welfare notes may send this message again.")
        _refuse(message.channel, to_address, message.subject, message.body)
        if to_address.strip() != message.to_address:
            return _in_place(message, to_address, by, at)
        message.state, message.is_final, message.tries, message.next_try_at = (
            Message.State.WAITING,
            False,
            0,
            None,
        )
        message.until = at.astimezone(UTC) + USEFUL_FOR
        message.settled_at, message.settled_by_name, message.settled_note = None, "", ""
        message.carrier_id, message.reference = "", uuid4() if message.carrier_id else message.reference
        message.save()
        Attempt.objects.create(
            message=message,
            at=at,
            outcome=Attempt.Outcome.BY_HAND,
            words="To be sent again.",
            by_name=by.name,
        )
        send_message.enqueue(message.pk)
        _record("post.message.sent_again", message, by, at)
    return message


def _in_place(message: Message, to_address: str, by: Actor, at: datetime) -> Message:
    new = send(
        school_id=message.school_id,
        channel=message.channel,
        purpose=message.purpose,
        to_name=message.to_name,
        to_address=to_address,
        subject=message.subject,
        body=message.body,
        about=message.about,
        pupil_id=message.pupil_id,
        key=f"instead:{message.reference}",
        by=by,
        at=at,
    )
    Message.objects.filter(pk=new.pk).update(instead_of=message)
    _settle(message, f"Sent to {to_address.strip()} in its place.", by, at)
    return new


def settle(*, viewer: Viewer, message_id: int, note: str, by: Actor, at: datetime) -> Message:
    """Somebody has seen to a message that failed in another way, such as by telephone. Errors: Refused."""
    words = " ".join(note.split())
    if not words:
        raise Refused.one("note", "Say what was done.")
    if len(words) > 500:
        raise Refused.one("note", "Say it in at most 500 signs.")
    with transaction.atomic():
        message = _failed_one(viewer, message_id)
        _settle(message, words, by, at)
        _record("post.message.settled", message, by, at)
    return message


def _settle(message: Message, note: str, by: Actor, at: datetime) -> None:
    message.settled_at, message.settled_by_name, message.settled_note = at, by.name, note[:500]
    message.save(update_fields=["settled_at", "settled_by_name", "settled_note"])
    Attempt.objects.create(
        message=message, at=at, outcome=Attempt.Outcome.BY_HAND, words=note[:500], by_name=by.name
    )


def _failed_one(viewer: Viewer, message_id: int) -> Message:
    if not viewer.may(Permission.POST_VIEW):
        raise Refused.one("", "Your role may not see to messages.")
    message = Message.objects.select_for_update().filter(school_id=viewer.school_id, pk=message_id).first()
    if message is None:
        raise Refused.one("", "There is no such message at your school.")
    if message.state not in {Message.State.FAILED, Message.State.GIVEN_UP}:
        raise Refused.one("", "This message has not failed.")
    if message.settled_at is not None:
        raise Refused.one("", "Somebody has seen to this message already.")
    return message


def _record(type: str, message: Message, by: Actor, at: datetime) -> None:
    record(
        type=type,
        by=by,
        at=at,
        school_id=message.school_id,
        subject=subject_of(message),
        facts={
            "message": message.pk,
            "purpose": purpose_of(message.purpose).words,
            "channel": message.get_channel_display(),
        },
    )
