"""Messages in words: their state, what went wrong, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from rollbook.apps.post.models import Attempt, Message
from rollbook.apps.post.queries.purposes import purpose_of
from rollbook.ui.words import clock_time, local

_LOOKS = {
    Message.State.WAITING: "info",
    Message.State.SENT: "good",
    Message.State.DELIVERED: "good",
    Message.State.FAILED: "alarm",
    Message.State.GIVEN_UP: "alarm",
    Message.State.WITHDRAWN: "outline",
}
_ATTEMPT_LOOKS = {
    Attempt.Outcome.TAKEN: "good",
    Attempt.Outcome.DELIVERED: "good",
    Attempt.Outcome.LATER: "warn",
    Attempt.Outcome.CUT_OFF: "warn",
    Attempt.Outcome.REFUSED: "alarm",
    Attempt.Outcome.LOST: "alarm",
    Attempt.Outcome.BY_HAND: "outline",
}
MAYBE_TWICE = "It may have gone twice: a try was cut off when it was nearly done. Both have the same number."


@dataclass(frozen=True, slots=True)
class Line:
    """A message as a row shows it."""

    message: Message
    purpose: str
    pupil: str
    pupil_url: str
    state: str
    look: str
    note: str
    advice: str


def line_of(message: Message) -> Line:
    """One row."""
    return Line(
        message=message,
        purpose=purpose_of(message.purpose).words,
        pupil=f"{message.pupil.forename} {message.pupil.surname}" if message.pupil else "",
        pupil_url=_pupil_url(message.pupil_id),
        state=_state_words(message),
        look="outline" if message.settled_at else _LOOKS[Message.State(message.state)],
        note=_note(message),
        advice=advice(message),
    )


def lines_of(messages: Iterable[Message]) -> list[Line]:
    """The rows of a list."""
    return [line_of(message) for message in messages]


def _state_words(message: Message) -> str:
    if message.settled_at:
        return f"{message.get_state_display()}, seen to"
    if message.state == Message.State.WAITING and message.tries:
        return "Being sent" if message.claim else "To be tried again"
    return message.get_state_display()


def _note(message: Message) -> str:
    if message.settled_at:
        return message.settled_note
    if message.state == Message.State.WAITING and message.next_try_at:
        return f"{message.problem} Next try at {clock_time(local(message.next_try_at))}."
    return message.problem or ("May have gone twice" if message.maybe_twice else "")


def advice(message: Message) -> str:
    """What to do about a message that did not get through; "" where there is nothing to do."""
    if message.settled_at or message.state not in {Message.State.FAILED, Message.State.GIVEN_UP}:
        return ""
    if message.state == Message.State.GIVEN_UP:
        return "Send it again if it still matters, or tell the person in another way."
    what = "e-mail address" if message.channel == Message.Channel.EMAIL else "number"
    if message.channel == Message.Channel.LETTER:
        what = "postal address"
    if message.pupil_id is None:
        return f"Ask for the right {what}, and send it again to that."
    return f"Ask for the right {what}, change it in the pupil’s contacts, and send it again to that."


def attempt_look(attempt: Attempt) -> str:
    """The colour of one thing that became of a message."""
    return _ATTEMPT_LOOKS[Attempt.Outcome(attempt.outcome)]


def _pupil_url(pupil_id: int | None) -> str:
    try:
        return reverse("registers:pupil", args=[pupil_id]) if pupil_id else ""
    except NoReverseMatch:
        return ""
