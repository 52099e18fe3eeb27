"""What comes next for a pupil who is missing, after what was tried, and may a parent be sent a message?

Source: section 4.5 of the school's policy. Whoever was reached and does not know where the pupil is changes everything:
from then on it is no question of attendance but of safety.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rollbook.domain.absences import NOT_ESTABLISHED
from rollbook.domain.law import POLICY, Citation, Finding
from rollbook.domain.missing import Standing
from rollbook.domain.sessions import SchoolSession, words_for_time

_FOLLOWED_UP = Citation(POLICY, "section 4.5")


class Result(StrEnum):
    """What came of a call?"""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    MESSAGE = "message"
    WRONG_NUMBER = "wrong_number"
    NOT_KNOWN = "not_known"

    @property
    def words(self) -> str:
        """As a caller says it."""
        return _RESULT_WORDS[self]

    @property
    def is_spoken(self) -> bool:
        """Did somebody speak with the parent?"""
        return self in (Result.REACHED, Result.NOT_KNOWN)


_RESULT_WORDS = {
    Result.REACHED: "Reached",
    Result.NO_ANSWER: "No answer",
    Result.MESSAGE: "Left a message",
    Result.WRONG_NUMBER: "Wrong number",
    Result.NOT_KNOWN: "Reached, and does not know where the pupil is",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to ring about a pupil. `numbers` in the order in which they are rung."""

    id: int
    name: str
    relationship: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call of today. `about` names a brother or sister it was about; "" where it was about this pupil."""

    number: str
    result: Result
    at: datetime
    about: str = ""


class Do(StrEnum):
    """What is to be done next?"""

    CALL = "call"
    SETTLE = "settle"
    TELL_PARTNER = "partner"
    VISIT = "visit"
    HAND_OVER = "concern"
    POLICE = "police"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to be done next, for a call with whom and at which number."""

    do: Do
    person: Person | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What was done today besides calling. `was_seen`: the pupil was, at a visit or by somebody else."""

    was_visited: bool = False
    was_seen: bool = False
    is_partner_told: bool = False
    is_handed_over: bool = False
    are_police_told: bool = False


def digits(number: str) -> str:
    """The number alone: two ways of writing the same telephone number are one number."""
    found = "".join(sign for sign in number if sign.isdigit())
    return f"0{found[2:]}" if found.startswith("44") else found


def next_step(
    people: Sequence[Person],
    attempts: Iterable[Attempt],
    *,
    tried: Tried,
    has_partner: bool,
    wrong_numbers: Collection[str] = (),
) -> Finding[NextStep]:
    """What comes next for a pupil who is missing?

    Shape: `people` in the order in which they are rung; `attempts` are today's; `wrong_numbers` were found wrong before
    (digits only). Each number is rung once: the second number of a contact before the next contact. Whoever was reached
    about a brother or sister need not be rung again.
    """
    calls = sorted(attempts, key=lambda each: each.at)
    answer, because = _next(people, calls, tried, {*wrong_numbers}, has_partner=has_partner)
    facts = {"attempts": tuple(calls), "tried": tried}
    return Finding(answer, "contacting.next", because, facts, _FOLLOWED_UP)


def _next(
    people: Sequence[Person], calls: Sequence[Attempt], tried: Tried, wrong: set[str], *, has_partner: bool
) -> tuple[NextStep, str]:
    alarm = next((each for each in calls if each.result is Result.NOT_KNOWN), None)
    if alarm is not None and not tried.was_seen:
        return _after_alarm(people, alarm, tried)
    reached = next((each for each in reversed(calls) if each.result is Result.REACHED), None)
    if reached is not None:
        about = f" about {reached.about}" if reached.about else ""
        who = _called(people, reached)
        said = "Enter what was told."
        return NextStep(Do.SETTLE), f"{who} was reached at {words_for_time(reached.at.time())}{about}. {said}"
    if tried.was_seen:
        return NextStep(Do.SETTLE), "The pupil was seen. Enter the reason."
    tried_numbers = wrong | {digits(each.number) for each in calls}
    for person in people:
        for number in person.numbers:
            if digits(number) not in tried_numbers:
                return NextStep(Do.CALL, person, number), f"Ring {person.name} ({person.relationship})."
    return _after_all(people, tried, has_partner=has_partner)


def _after_alarm(people: Sequence[Person], alarm: Attempt, tried: Tried) -> tuple[NextStep, str]:
    who = _called(people, alarm)
    because = f"{who} does not know where the pupil is ({words_for_time(alarm.at.time())})."
    if not tried.is_handed_over:
        return NextStep(Do.HAND_OVER), f"{because} Hand it over now."
    if not tried.are_police_told:
        return NextStep(Do.POLICE), f"{because} Tell the police."
    return NextStep(Do.AGAIN), f"{because} Handed over, and the police know. Stay in touch with the parent."


def _after_all(people: Sequence[Person], tried: Tried, *, has_partner: bool) -> tuple[NextStep, str]:
    has_numbers = any(person.numbers for person in people)
    because = "Everybody was tried." if has_numbers else "There is no number to ring."
    if has_partner and not tried.is_partner_told:
        return NextStep(Do.TELL_PARTNER), f"{because} Tell those who work with the pupil."
    if not tried.was_visited:
        return NextStep(Do.VISIT), f"{because} Visit the home."
    if not tried.is_handed_over:
        return NextStep(Do.HAND_OVER), f"{because} The visit did not find the pupil. Hand it over."
    if not tried.are_police_told:
        return NextStep(Do.POLICE), f"{because} The visit did not find the pupil. Consider the police."
    return NextStep(Do.AGAIN), f"{because} Visited, handed over, and the police know. Try again today."


def _called(people: Sequence[Person], call: Attempt) -> str:
    rung = digits(call.number)
    found = (person.name for person in people if rung in {digits(number) for number in person.numbers})
    return next(found, "A contact")


# --- Messages ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Addressee:
    """A contact a message might go to. `works_with_another`: the school works with another parent of the pupil."""

    name: str
    address: str
    is_parent: bool
    is_worked_with: bool = False
    works_with_another: bool = False


def may_send(
    standing: Finding[Standing],
    code: str,
    to: Addressee,
    *,
    sent_at: datetime | None,
    is_reached: bool = False,
) -> Finding[bool]:
    """May this contact be told by a message that the pupil is absent, and if not, why?

    Only where nothing explains it and somebody looked and marked N: a parent is never told "absent" for a pupil who is
    on a trip, at the desk, or on a register that is still open. `sent_at` is when one went out today.
    """
    because = _why_not(standing, code, to, sent_at, is_reached=is_reached)
    facts = {"standing": standing, "code": code, "to": to, "sent_at": sent_at}
    answer = because == ""
    return Finding(answer, "contacting.message", because or f"To {to.name}.", facts, _FOLLOWED_UP)


def _why_not(
    standing: Finding[Standing], code: str, to: Addressee, sent_at: datetime | None, *, is_reached: bool
) -> str:
    if standing.answer is not Standing.MISSING:
        return standing.because
    if code != NOT_ESTABLISHED:
        return "Nobody has marked this pupil yet. A message goes out once somebody has looked."
    if is_reached:
        return "A parent was reached today."
    if sent_at is not None:
        return f"A message went out today at {words_for_time(sent_at.time())}."
    if not to.is_parent:
        return f"{to.name} is no parent of this pupil."
    if to.works_with_another and not to.is_worked_with:
        return f"{to.name} is not the parent the school works with."
    if not to.address:
        return f"No address is held for {to.name}."
    return ""


@dataclass(frozen=True, slots=True)
class Text:
    """What is sent. A text message is `short`; an e-mail has a subject and a body."""

    subject: str
    body: str
    short: str


def message_text(*, parent: str, pupil: str, school: str, telephone: str, session: SchoolSession) -> Text:
    """What does a message to a parent say? One child's first name, the half-day, and what to do: nothing else.

    No reason, no other child, and no word on how often: it may be read over somebody's shoulder.
    """
    ring = f"ring {school} on {telephone}" if telephone else f"ring {school}"
    said = f"{pupil} was not in school when the register closed this {session.words}, and nobody has told us why."
    return Text(
        subject=f"Please ring {school} today",
        body=(
            f"Dear {parent},\n\n{said}\n\nPlease {ring} as soon as you can, so that we know that {pupil} is safe. "
            f"If you think that {pupil} is in school, ring at once.\n\n{school}\n"
        ),
        short=f"{said} Please {ring} as soon as you can.",
    )
