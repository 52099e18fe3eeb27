"""What becomes of messages after they were queued: those that were forgotten, and those that Notify took."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from notifications_python_client.errors import HTTPError, InvalidResponse

from rollbook.apps.post.carriers.notify import is_set_up, what_became
from rollbook.apps.post.models import Attempt, Message
from rollbook.apps.post.tasks import send_message

_FORGOTTEN_AFTER = timedelta(minutes=15)
_ASKED_FOR = timedelta(days=7)
_MOST_AT_ONCE = 200


def follow(school_id: int, _slot: datetime, now: datetime) -> str:
    """A job: sees to the messages of a school that wait, and asks GOV.UK Notify after those it took."""
    queued = _queue_forgotten(school_id, now)
    heard = _ask(school_id, now)
    said = [f"{queued} put into the queue again" if queued else "", heard]
    return ", ".join(filter(None, said))


def _queue_forgotten(school_id: int, now: datetime) -> int:
    """A waiting message that nobody came for in a quarter of an hour is queued again, as after a restored back-up.

    If its task is there after all, the second finds nothing left to do.
    """
    before = now - _FORGOTTEN_AFTER
    rows = Message.objects.filter(school_id=school_id, state=Message.State.WAITING, at__lt=before)
    rows = rows.filter(Q(next_try_at=None) | Q(next_try_at__lt=before))
    rows = rows.filter(Q(claimed_until=None) | Q(claimed_until__lt=before))
    ids = list(rows.order_by("id").values_list("pk", flat=True)[:_MOST_AT_ONCE])
    with transaction.atomic():
        for message_id in ids:
            send_message.enqueue(message_id)
    return len(ids)


def _ask(school_id: int, now: datetime) -> str:
    """Asks Notify what became of what it took. Errors: HTTPError where it does not answer: the next time asks again."""
    rows = Message.objects.filter(
        school_id=school_id, state=Message.State.SENT, is_final=False, sent_at__gt=now - _ASKED_FOR
    ).exclude(carrier_id="")
    waiting = [row for row in rows.order_by("id")[:_MOST_AT_ONCE] if is_set_up(row.channel)]
    there = lost = 0
    for message in waiting:
        try:
            is_there, is_final, words = what_became(message.carrier_id)
        except (HTTPError, InvalidResponse) as error:
            return f"GOV.UK Notify does not say what became of {len(waiting)}: {error}"
        if is_final:
            _note(message.pk, message.carrier_id, is_there=is_there, words=words, at=now)
        there, lost = there + (is_there is True), lost + (is_there is False)
    return f"{len(waiting)} asked after: {there} delivered, {lost} not delivered" if waiting else ""


def _note(message_id: int, carrier_id: str, *, is_there: bool | None, words: str, at: datetime) -> None:
    outcomes = {True: Attempt.Outcome.DELIVERED, False: Attempt.Outcome.LOST, None: Attempt.Outcome.TAKEN}
    states = {True: Message.State.DELIVERED, False: Message.State.FAILED, None: Message.State.SENT}
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.state != Message.State.SENT or message.carrier_id != carrier_id or message.is_final:
            return
        message.state, message.is_final = states[is_there], True
        message.problem = words if is_there is False else ""
        message.save(update_fields=["state", "is_final", "problem"])
        Attempt.objects.create(message=message, at=at, outcome=outcomes[is_there], words=words)
