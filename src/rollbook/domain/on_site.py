"""Who is on the site at a moment, worked out from the day's marks and from what the desk wrote down?

A register says who was there when it was taken (SI 2024/208 reg 10); leaving afterwards changes no mark, so the desk
keeps its own log, and a roll call needs both. Where the two leave a doubt the answer is "not known": a pupil who is
looked for and found at home costs a telephone call, one who is not looked for may cost a life.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from rollbook.domain.code_types import AttendanceCode, Category
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import REGULATION_10_URL, REGULATIONS_2024, Citation, Confirmation, Finding
from rollbook.domain.sessions import SchoolSession, words_for_time

_RULE = Citation(REGULATIONS_2024, "regulation 10(2), Table 1", Confirmation.CONFIRMED, REGULATION_10_URL)


class Whereabouts(StrEnum):
    """Where is a pupil, as far as the school knows?"""

    NOT_KNOWN = "not_known"
    EXPECTED_AWAY = "expected"
    ON_SITE = "on_site"
    ELSEWHERE = "elsewhere"
    LEFT = "left"
    ABSENT = "absent"

    @property
    def words(self) -> str:
        """The answer as the desk says it."""
        return _WORDS[self]

    @property
    def must_be_found(self) -> bool:
        """Is this pupil to be ticked off in a roll call?"""
        return self in (Whereabouts.NOT_KNOWN, Whereabouts.ON_SITE)


_WORDS = {
    Whereabouts.NOT_KNOWN: "Not known",
    Whereabouts.EXPECTED_AWAY: "Expected to be away",
    Whereabouts.ON_SITE: "On site",
    Whereabouts.ELSEWHERE: "Off site, at an activity",
    Whereabouts.LEFT: "Left",
    Whereabouts.ABSENT: "Absent",
}


class MovementKind(StrEnum):
    """What did the desk write down? ARRIVED is an arrival that is not late and so makes no mark."""

    LEFT = "left"
    RETURNED = "returned"
    ARRIVED = "arrived"


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark that stands for a session that began at a time; `arrived_at` where the desk signed the pupil in."""

    session: SchoolSession
    code: str
    opens_at: time
    arrived_at: time | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """One movement of the desk's log that has not been put right."""

    kind: MovementKind
    at: time


@dataclass(frozen=True, slots=True)
class Plan:
    """What was recorded beforehand for the session that the moment belongs to, as the code it would be marked with."""

    session: SchoolSession
    code: str


@dataclass(frozen=True, slots=True)
class _Event:
    at: time
    order: int
    what: Mark | Moved


def where_is(
    marks: Sequence[Mark],
    movements: Iterable[Moved],
    *,
    afternoon_is_over_unmarked: bool = False,
    plan: Plan | None = None,
) -> Finding[Whereabouts]:
    """Where is a pupil, after these marks and movements of one day?

    The newest fact decides: a mark is a fact of the moment its register opened, an arrival of the moment it was
    signed in. Two doubts make "not known": no reason (N) in the afternoon for a pupil who was here and never signed
    out, and no mark in an afternoon register that has closed for one who was absent in the morning.
    A plan is no fact: it speaks only of a pupil nobody has marked, and nobody has seen here today.
    """
    state, because, was_here = Whereabouts.NOT_KNOWN, "Nobody has marked this pupil today.", False
    for event in sorted(_events(marks, movements), key=lambda each: (each.at, each.order)):
        if isinstance(event.what, Moved):
            state, because = _after_movement(event.what)
        else:
            state, because = _after_mark(event.what, state)
        was_here = was_here or state is Whereabouts.ON_SITE
    is_marked_this_afternoon = any(mark.session is SchoolSession.PM for mark in marks)
    if afternoon_is_over_unmarked and not is_marked_this_afternoon and state is Whereabouts.ABSENT:
        state = Whereabouts.NOT_KNOWN
        because = "Absent this morning, and nobody has marked this pupil this afternoon."
    is_open = state is Whereabouts.NOT_KNOWN and not was_here
    if is_open and plan is not None and not BY_SYMBOL[plan.code].is_on_site:
        state, because = Whereabouts.EXPECTED_AWAY, _planned_words(plan)
    facts = {"marks": tuple(marks), "movements": tuple(movements), "plan": plan}
    return Finding(state, "on_site.where_is", because, facts, _RULE)


def _events(marks: Iterable[Mark], movements: Iterable[Moved]) -> Iterable[_Event]:
    for mark in marks:
        yield _Event(mark.arrived_at or mark.opens_at, 0, mark)
    # In the same minute what the desk saw at the door comes after what a register says of its beginning.
    for number, moved in enumerate(movements, start=1):
        yield _Event(moved.at, number, moved)


def _after_movement(moved: Moved) -> tuple[Whereabouts, str]:
    at = words_for_time(moved.at)
    if moved.kind is MovementKind.LEFT:
        return Whereabouts.LEFT, f"Signed out at {at}."
    if moved.kind is MovementKind.RETURNED:
        return Whereabouts.ON_SITE, f"Signed back in at {at}."
    return Whereabouts.ON_SITE, f"Arrived at {at}."


def _after_mark(mark: Mark, before: Whereabouts) -> tuple[Whereabouts, str]:
    code = BY_SYMBOL[mark.code]
    this = f"this {mark.session.words}"
    if mark.arrived_at is not None:
        return Whereabouts.ON_SITE, f"Signed in at {words_for_time(mark.arrived_at)}."
    if code.is_on_site:
        return Whereabouts.ON_SITE, f"Marked {code.title.partition(' (')[0].lower()} {this}."
    if code.symbol == "N" and before is Whereabouts.ON_SITE:
        return Whereabouts.NOT_KNOWN, f"Was here, was not signed out, and has no reason for absence {this}."
    if is_elsewhere(code):
        return Whereabouts.ELSEWHERE, f"{code.title} {this}."
    kind = "No reason yet" if code.symbol == "N" else _kind_of(code)
    return Whereabouts.ABSENT, f"{kind} {this}."


def _planned_words(plan: Plan) -> str:
    code = BY_SYMBOL[plan.code]
    kind = code.title if is_elsewhere(code) else _kind_of(code)
    return f"{kind} this {plan.session.words}, as recorded beforehand."


def is_elsewhere(code: AttendanceCode) -> bool:
    """Does a code say that the pupil is somewhere else than school, and not absent?"""
    return code.category is Category.APPROVED_ACTIVITY or code.symbol == "D"


def _kind_of(code: AttendanceCode) -> str:
    """The kind of absence and no more: the list is read by everybody at the assembly point."""
    return _KINDS.get(code.category, "Not due here")


_KINDS = {Category.AUTHORISED: "Authorised absence", Category.UNAUTHORISED: "Unauthorised absence"}
