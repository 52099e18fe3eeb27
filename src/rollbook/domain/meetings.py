"""How does a meeting with a pupil's parents go from being set to what was agreed, and what must be written down?

Parents are called to a meeting about patterns of lateness (POL 4.4), and meetings are held with the parents of pupils
who are absent too often, about five things (POL 8.4). Source: checklist P-4.4-5, P-8.4-4 and P-8.4-5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.law import words_for_day
from rollbook.domain.refusals import Refusal

LONGEST_AHEAD_DAYS = 190
"""Half a year: a meeting further off, or a next step, is forgotten."""
LONGEST_TEXT = 2000
LONGEST_STEP = 300


class About(StrEnum):
    """What is the meeting about?"""

    LATENESS = "lateness"
    ABSENCE = "absence"
    PART_TIME = "part-time"
    OTHER = "other"

    @property
    def words(self) -> str:
        """As a form and a list name it."""
        return _ABOUT_WORDS[self]


_ABOUT_WORDS = {
    About.LATENESS: "Coming late",
    About.ABSENCE: "Absence",
    About.PART_TIME: "A part-time timetable",
    About.OTHER: "Something else about attendance",
}


class Origin(StrEnum):
    """From which page was it called?"""

    PUNCTUALITY = "punctuality"
    PATTERN = "pattern"
    CONCERN = "concern"
    PUPIL = "pupil"

    @property
    def words(self) -> str:
        """As the meeting's page names it."""
        return _ORIGIN_WORDS[self]


_ORIGIN_WORDS = {
    Origin.PUNCTUALITY: "the list of late pupils",
    Origin.PATTERN: "the pupil's patterns",
    Origin.CONCERN: "the pupils of concern",
    Origin.PUPIL: "the pupil's page",
}


class How(StrEnum):
    """How were the parents invited?"""

    LETTER = "letter"
    TELEPHONE = "telephone"
    EMAIL = "email"
    SPOKEN = "spoken"

    @property
    def words(self) -> str:
        """As a form and a list name it."""
        return _HOW_WORDS[self]


_HOW_WORDS = {
    How.LETTER: "By letter",
    How.TELEPHONE: "By telephone",
    How.EMAIL: "By e-mail",
    How.SPOKEN: "Face to face",
}


class MeetingState(StrEnum):
    """How far is a meeting?"""

    SET = "set"
    INVITED = "invited"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        """As a page names it."""
        return _STATE_WORDS[self]


_STATE_WORDS = {
    MeetingState.SET: "Set, not invited yet",
    MeetingState.INVITED: "Invited",
    MeetingState.HELD: "Held",
    MeetingState.MISSED: "Nobody came",
    MeetingState.CANCELLED: "Cancelled",
}


class MeetingEvent(StrEnum):
    """What happens to it?"""

    INVITE = "invite"
    MOVE = "move"
    HOLD = "hold"
    MISS = "miss"
    CANCEL = "cancel"


_S, _E = MeetingState, MeetingEvent
MOVES: Mapping[tuple[MeetingState, MeetingEvent], MeetingState] = MappingProxyType(
    {
        (_S.SET, _E.INVITE): _S.INVITED,
        (_S.SET, _E.MOVE): _S.SET,
        (_S.SET, _E.CANCEL): _S.CANCELLED,
        (_S.INVITED, _E.INVITE): _S.INVITED,
        (_S.INVITED, _E.MOVE): _S.SET,
        (_S.INVITED, _E.HOLD): _S.HELD,
        (_S.INVITED, _E.MISS): _S.MISSED,
        (_S.INVITED, _E.CANCEL): _S.CANCELLED,
        (_S.MISSED, _E.MOVE): _S.SET,
        (_S.MISSED, _E.CANCEL): _S.CANCELLED,
    }
)
"""Which state follows from which event; what is not here can't happen. A new time needs a new invitation."""

OPEN = frozenset({_S.SET, _S.INVITED})
"""Those that are still to be held."""
UNSETTLED = OPEN | {_S.MISSED}
"""Those with which something is still to be done."""


def state_after(state: MeetingState, event: MeetingEvent) -> MeetingState | None:
    """Which state does the event lead to? None where it can't happen in this one."""
    return MOVES.get((state, event))


def why_not(state: MeetingState) -> str:
    """Why can something not happen in this state, and what can be done instead?"""
    if state is _S.SET:
        return "Record first how the parents were invited to this time."
    if state is _S.MISSED:
        return "Nobody came to this time. Set a new one, and invite the parents again."
    done = "was held" if state is _S.HELD else "was cancelled"
    return f"This meeting {done} and stays as it is. Call another one."


def check_time(starts: datetime, now: datetime) -> list[Refusal]:
    """Why can no meeting be set for this time? Units: both by the school's clock."""
    if starts <= now:
        return [Refusal("on", "Choose a time that is still to come.")]
    if starts.date() > now.date() + timedelta(days=LONGEST_AHEAD_DAYS):
        latest = words_for_day(now.date() + timedelta(days=LONGEST_AHEAD_DAYS))
        return [Refusal("on", f"Choose a day by {latest}, half a year on.")]
    return []


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said under the five headings, what was agreed, and what is next by when."""

    engagement: str = ""
    barriers: str = ""
    help: str = ""
    consequences: str = ""
    earlier: str = ""
    agreed: str = ""
    next_step: str = ""
    next_on: date | None = None


HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "engagement": "Attendance and engagement",
        "barriers": "What gets in the way",
        "help": "Help available",
        "consequences": "What may follow",
        "earlier": "Earlier actions reviewed",
    }
)
"""The five headings of a meeting about absence, by the outcome's field (POL 8.4)."""


def check_outcome(about: About, outcome: Outcome, today: date) -> list[Refusal]:
    """What is missing before the outcome can be kept?

    A meeting about absence covers all five headings; any other says what was agreed. All say what is next, and when.
    """
    return [*_check_texts(about, outcome), *_check_next(outcome, today)]


def _check_texts(about: About, outcome: Outcome) -> Iterator[Refusal]:
    needed = {*HEADINGS} if about is About.ABSENCE else {"agreed"}
    for name, words in {**HEADINGS, "agreed": "What was agreed"}.items():
        text = getattr(outcome, name)
        if name in needed and not text:
            yield Refusal(name, f"{words}: write down what was said, or that there was nothing to say.")
        elif "\0" in text or len(text) > LONGEST_TEXT:
            yield Refusal(name, f"{words}: use up to {LONGEST_TEXT:,} characters.")


def _check_next(outcome: Outcome, today: date) -> Iterator[Refusal]:
    step = outcome.next_step
    if not step or "\0" in step or len(step) > LONGEST_STEP:
        yield Refusal("next_step", f"Say what is next, in up to {LONGEST_STEP} characters.")
    latest = today + timedelta(days=LONGEST_AHEAD_DAYS)
    if outcome.next_on is None or not today < outcome.next_on <= latest:
        yield Refusal("next_on", f"Choose the day for it: after today, by {words_for_day(latest)}.")
