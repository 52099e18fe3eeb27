"""Meetings with parents in words: where each stands, its row on a list, what happened with it, what was said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rollbook.apps.support.models import Meeting, MeetingStep
from rollbook.apps.support.queries.meetings import is_due
from rollbook.domain.meetings import HEADINGS, OPEN, About, How, MeetingEvent, MeetingState, Origin
from rollbook.ui.words import clock_time, short_day_with_year

_LOOKS = {
    MeetingState.SET: "info",
    MeetingState.INVITED: "good",
    MeetingState.HELD: "outline",
    MeetingState.MISSED: "warn",
    MeetingState.CANCELLED: "outline",
}


def meeting_state(meeting: Meeting, now: datetime) -> tuple[str, str]:
    """Where it stands, in words and as a look."""
    state = MeetingState(meeting.state)
    if state in OPEN and is_due(meeting, now):
        return "Say what came of it", "warn"
    return state.words, _LOOKS[state]


def time_words(meeting: Meeting) -> str:
    """Thu 26 Nov 2026 at 15:30."""
    return f"{short_day_with_year(meeting.on)} at {clock_time(meeting.starts_at)}"


def meeting_row(meeting: Meeting, now: datetime) -> dict[str, Any]:
    """One row of a list."""
    words, look = meeting_state(meeting, now)
    return {
        "meeting": meeting,
        "state": words,
        "look": look,
        "when": time_words(meeting),
        "about": About(meeting.about).words,
        "asked": ", ".join(each.name for each in meeting.parents.all() if each.is_asked),
        "next": f"{meeting.next_step}, by {short_day_with_year(meeting.next_on)}" if meeting.next_on else "",
    }


@dataclass(frozen=True, slots=True)
class StepLine:
    """One thing that happened: in words, why, what the parents were told, by whom; where its letters are printed."""

    words: str
    because: str
    text: str
    by: str
    at: datetime
    letter_id: int | None


def step_lines(steps: Iterable[MeetingStep]) -> list[StepLine]:
    """What happened with a meeting, the latest first."""
    return [
        StepLine(
            words=_step_words(step),
            because=step.because,
            text=step.text,
            by=step.by_name,
            at=step.at,
            letter_id=step.pk if step.how == How.LETTER else None,
        )
        for step in reversed(list(steps))
    ]


def _step_words(step: MeetingStep) -> str:
    then = f"{short_day_with_year(step.was_on)} at {clock_time(step.was_at)}"
    match MeetingEvent(step.event):
        case MeetingEvent.INVITE:
            told = "" if step.given_on is None else f", told on {short_day_with_year(step.given_on)}"
            return f"Invited for {then}: {How(step.how).words.lower()}{told}"
        case MeetingEvent.MOVE:
            return f"Moved from {then}"
        case MeetingEvent.MISS:
            return f"Nobody came on {then}"
        case MeetingEvent.CANCEL:
            return f"Cancelled, was to be on {then}"
        case MeetingEvent.HOLD:
            return f"Held on {then}"


def outcome_lines(meeting: Meeting) -> list[tuple[str, str]]:
    """What was said under each heading, and what was agreed; headings under which nothing was said are left out."""
    pairs = [(words, getattr(meeting, name)) for name, words in HEADINGS.items()]
    return [(words, text) for words, text in [*pairs, ("What was agreed", meeting.agreed)] if text]


def origin_words(meeting: Meeting) -> str:
    """From where it was called: "Called from the list of late pupils"."""
    return f"Called from {Origin(meeting.origin).words}"
