"""What is the right code for what a parent told, why, and what must still happen before it can be another?

Three steps, each with its reason: what the reason itself allows; what the pupil's records say of each session; and
whose hand may set the code. Leave is never made of a call: it is granted by the head or it is not (reg 11).
Source: regulations 10 and 11 of SI 2024/208; sections 3.7, 4.2, 4.3, 5.1 and Appendix 1 of the school's policy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.code_types import AttendanceCode, Category, Setter, words_for_setters
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import GUIDANCE, POLICY, REGULATIONS_2024, Citation, Confirmation, Finding
from rollbook.domain.precedence import Precedence, precedence
from rollbook.domain.pupil_facts import Planned, PupilFacts, expected
from rollbook.domain.sessions import RegisterTimes, words_for_time
from rollbook.domain.told import Caller, Lateness, Told

__all__ = [
    "Call",
    "CallTimes",
    "Next",
    "Proposal",
    "by_hand",
    "for_session",
    "how_late",
    "is_in_advance",
    "is_missed",
    "proposed",
]

NOT_ESTABLISHED = "N"
_POLICY_CALLS = Citation(POLICY, "section 4.2")
_POLICY_APPOINTMENTS = Citation(POLICY, "section 4.3")
_POLICY_LEAVE = Citation(POLICY, "section 5.1")
_REASON_KNOWN = Citation(REGULATIONS_2024, "regulation 10(7) to (9)", Confirmation.SECONDARY)
_TABLE_3 = Citation(REGULATIONS_2024, "regulation 10, Table 3", Confirmation.SECONDARY)
_LEAVE = Citation(REGULATIONS_2024, "regulation 11", Confirmation.SECONDARY)
_SUPPORT_FIRST = Citation(
    GUIDANCE, "support for pupils who are anxious about attending", Confirmation.FROM_MEMORY
)


class Next(StrEnum):
    """What must happen before the code can be settled, or change? NOTHING where it stands."""

    NOTHING = "nothing"
    PARENT = "parent"
    HEAD = "head"
    HAND = "hand"
    LEAVE = "leave"
    SUPPORT = "support"
    EVIDENCE = "evidence"
    TEST = "test"
    RECORD = "record"
    ACTIVITY = "activity"
    REASON = "reason"

    @property
    def words(self) -> str:
        """What comes next, in a few words; "" where nothing does."""
        return _NEXT_WORDS[self]


_NEXT_WORDS: Mapping[Next, str] = MappingProxyType(
    {
        Next.NOTHING: "",
        Next.PARENT: "A parent must confirm",
        Next.HEAD: "For the head teacher to decide",
        Next.HAND: "For the attendance officer or the head teacher to set",
        Next.LEAVE: "Leave must be asked for and decided",
        Next.SUPPORT: "Offer support: transfer to the pastoral lead",
        Next.EVIDENCE: "Appointment to be confirmed",
        Next.TEST: "The circumstances must be established",
        Next.RECORD: "The record it follows from is missing",
        Next.ACTIVITY: "Take the pupil off the activity",
        Next.REASON: "The reason must still be found out",
    }
)


@dataclass(frozen=True, slots=True)
class Call:
    """What was said, by whom, and what whoever took the call knows of it.

    `is_test_met` answers the question of `Reason.test`; `named` is the religious day. Evidence counts for appointments.
    """

    told: Told
    caller: Caller = Caller.PARENT
    is_doubted: bool = False
    is_in_advance: bool = False
    is_evidence_seen: bool = False
    is_test_met: bool = False
    named: str = ""
    is_compulsory_age: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """The code that is right for now, and what comes next. `instead_of` is a plan that the pupil won't keep."""

    code: str
    next: Next = Next.NOTHING
    instead_of: Planned | None = None
    stands: Planned | None = None

    @property
    def is_settled(self) -> bool:
        """Is nothing left to do about it?"""
        return self.next is Next.NOTHING


_Rule = Callable[[Call], Finding[Proposal]]


def proposed(call: Call) -> Finding[Proposal]:
    """Which code does the reason itself allow, whatever else is planned for the pupil?

    The caller comes first: from somebody who is no parent or contact nothing is taken as the reason. A doubt the school
    gives a reason for goes to the head before anything is accepted.
    """
    if not _is_believed(call):
        return _unknown_caller(call)
    if call.is_doubted:
        because = "The school has a doubt about this reason: N until the head teacher has decided."
        return _say(call, NOT_ESTABLISHED, Next.HEAD, because, _POLICY_CALLS)
    return _BY_REASON[call.told](call)


def _is_believed(call: Call) -> bool:
    if call.caller is Caller.PUPIL:
        return not call.is_compulsory_age
    return call.caller is not Caller.SOMEBODY


def _unknown_caller(call: Call) -> Finding[Proposal]:
    if call.caller is Caller.PUPIL:
        because = "The pupil told it, who is of compulsory school age: N until a parent confirms."
    else:
        because = "The caller is neither a parent nor a contact of the pupil: N until a parent confirms."
    return _say(call, NOT_ESTABLISHED, Next.PARENT, because, _POLICY_CALLS)


def _say(call: Call, code: str, then: Next, because: str, citation: Citation) -> Finding[Proposal]:
    if BY_SYMBOL[code].category is Category.UNAUTHORISED and not call.is_compulsory_age:
        because = f"{because} The pupil is not of compulsory school age, so it counts towards no legal step."
    facts = {"call": call, "code": code, "next": then}
    return Finding(Proposal(code, then), f"line.{call.told.value}", because, facts, citation)


def _ill(call: Call) -> Finding[Proposal]:
    because = "Illness of body or mind is accepted unless there is a genuine doubt."
    return _say(call, "I", Next.NOTHING, because, _POLICY_CALLS)


def _appointment(call: Call) -> Finding[Proposal]:
    if call.is_in_advance:
        because = "An appointment that the school was told of in advance is authorised."
        return _say(call, "M", Next.NOTHING, because, _POLICY_APPOINTMENTS)
    if call.is_evidence_seen:
        because = "The school was not told in advance, but the appointment was shown: it is authorised."
        return _say(call, "M", Next.NOTHING, because, _POLICY_APPOINTMENTS)
    because = "The school was not told in advance: N until the appointment is confirmed, then M."
    return _say(call, NOT_ESTABLISHED, Next.EVIDENCE, because, _POLICY_APPOINTMENTS)


def _refuses(call: Call) -> Finding[Proposal]:
    because = (
        "Not wanting to come, or being anxious about it, is no code of its own: N while support is offered. "
        "If the pupil is ill with it, choose Ill."
    )
    return _say(call, NOT_ESTABLISHED, Next.SUPPORT, because, _SUPPORT_FIRST)


def _holiday(call: Call) -> Finding[Proposal]:
    because = "A holiday without leave is G. Leave is asked for beforehand and never granted for days that have begun."
    return _say(call, "G", Next.NOTHING, because, _POLICY_LEAVE)


def _leave_of(code: str) -> _Rule:
    title = BY_SYMBOL[code].title.lower()

    def rule(call: Call) -> Finding[Proposal]:
        because = f"{code} ({title}) is leave, which only the head teacher grants: N until it is decided."
        return _say(call, NOT_ESTABLISHED, Next.LEAVE, because, _LEAVE)

    return rule


def _religious(call: Call) -> Finding[Proposal]:
    if call.is_test_met and call.named.strip():
        because = f"{call.named.strip()} is a day set apart by the religious body the parents belong to."
        return _say(call, "R", Next.NOTHING, because, _POLICY_LEAVE)
    because = "R needs the name of the day and that the parents' religious body sets it apart: N until then."
    return _say(call, NOT_ESTABLISHED, Next.TEST, because, _POLICY_LEAVE)


def _if_test_met(code: str, when_met: str, when_not: str) -> _Rule:
    def rule(call: Call) -> Finding[Proposal]:
        if call.is_test_met:
            return _say(call, code, Next.NOTHING, when_met, _TABLE_3)
        return _say(call, NOT_ESTABLISHED, Next.TEST, when_not, _TABLE_3)

    return rule


def _of_a_record(code: str, what: str) -> _Rule:
    def rule(call: Call) -> Finding[Proposal]:
        because = f"{code} follows from {what}, and none covers this session: N until it is recorded."
        return _say(call, NOT_ESTABLISHED, Next.RECORD, because, _TABLE_3)

    return rule


def _other(call: Call) -> Finding[Proposal]:
    because = "No code follows from this: N until somebody has found out which one is right, or it becomes O."
    return _say(call, NOT_ESTABLISHED, Next.REASON, because, _REASON_KNOWN)


def _no_reason(call: Call) -> Finding[Proposal]:
    because = "The caller gave no reason: N. Ask once more before the call ends."
    return _say(call, NOT_ESTABLISHED, Next.REASON, because, _REASON_KNOWN)


_BY_REASON: Mapping[Told, _Rule] = MappingProxyType(
    {
        Told.ILL: _ill,
        Told.MEDICAL: _appointment,
        Told.DENTAL: _appointment,
        Told.REFUSES: _refuses,
        Told.BEREAVEMENT: _leave_of("C"),
        Told.FAMILY: _leave_of("C"),
        Told.RELIGIOUS: _religious,
        Told.HOLIDAY: _holiday,
        Told.TRANSPORT: _if_test_met(
            "Y1",
            "Transport that is normally provided did not run, and school is too far to walk.",
            "Y1 is only for transport normally provided that did not run, where school is too far to walk: "
            "N until that is established.",
        ),
        Told.NOT_ARRANGED: _if_test_met(
            "Q",
            "The local authority has a duty to arrange travel for this pupil and has not.",
            "Q is only where the local authority has a duty to arrange the pupil's travel and has not: "
            "N until that is established.",
        ),
        Told.WEATHER: _if_test_met(
            "Y2",
            "An emergency has disrupted travel widely.",
            "Y2 is only for an emergency that disrupts travel widely: N until that is established.",
        ),
        Told.TRAVELLING: _if_test_met(
            "T",
            "The pupil travels with a parent whose trade requires it, as the school has agreed.",
            "T is only for a pupil who travels with a parent whose trade requires it, as agreed with the school: "
            "N until that is established.",
        ),
        Told.INTERVIEW: _leave_of("J1"),
        Told.STUDY: _leave_of("S"),
        Told.PERFORMANCE: _leave_of("C1"),
        Told.SUSPENDED: _of_a_record("E", "a suspension that is recorded"),
        Told.OTHER_SCHOOL: _of_a_record("D", "a registration at a second school"),
        Told.OTHER: _other,
        Told.NO_REASON: _no_reason,
    }
)


def for_session(base: Finding[Proposal], facts: PupilFacts) -> Finding[Proposal]:
    """What does the reason come to in one session, with what is already planned for the pupil in it?

    What goes before it in the order of `precedence` stands: a closure, the other school, a suspension, leave that was
    granted, an afternoon that the pupil is not due. An activity, or teaching elsewhere, is no place where a pupil is
    whom a parent has told to be away: the code holds, and somebody must take the pupil off it.
    """
    own = precedence(base.answer.code)
    planned = expected(facts)
    if facts.is_site_closed and own > Precedence.CLOSED:
        because = "The whole school is closed in this session: Y4, whatever a parent tells."
        return replace(base, answer=Proposal("Y4"), rule="line.closed", because=because)
    if planned is None or planned.precedence >= own:
        return base
    words = planned.nature.rstrip(".") or BY_SYMBOL[planned.code].title
    if planned.code in _NOT_THERE:
        because = f"{base.because} {planned.code} ({words}) is planned: the pupil must be taken off it."
        answer = replace(base.answer, next=Next.ACTIVITY, instead_of=planned)
        return replace(base, answer=answer, rule="line.activity", because=because)
    because = f"{planned.code} stands for this session: {words}."
    return replace(base, answer=Proposal(planned.code, stands=planned), rule="line.stands", because=because)


# Attending somewhere else, which a pupil whose absence was told does not. At the other school (D) the other register
# says whether they came.
_NOT_THERE = frozenset({"K", "V", "P", "W", "B"})


def by_hand(found: Finding[Proposal], setters: frozenset[Setter]) -> Finding[Proposal]:
    """The same for somebody who sets codes as these hands: N for now where the code is not theirs to set."""
    code: AttendanceCode = BY_SYMBOL[found.answer.code]
    if found.answer.stands is not None or code.symbol == "Y4" or code.set_by & setters:
        return found
    because = f"{found.because} {code.symbol} is set by {words_for_setters(code.set_by)}: N until then."
    answer = replace(found.answer, code=NOT_ESTABLISHED, next=Next.HAND)
    return replace(found, answer=answer, rule="line.hand", because=because)


def is_missed(times: RegisterTimes, leaves_at: time | None, returns_at: time | None) -> bool:
    """Is a session missed by a pupil who leaves and comes back at these times? None: away from the start, to the end.

    Who is there when the register opens is present, whenever they leave; who is back before it closes is late. Both
    have been at the session, so an appointment takes no more sessions than it must.
    """
    is_gone = leaves_at is None or leaves_at <= times.opens_at
    return is_gone and (returns_at is None or returns_at >= times.closes_at)


def is_in_advance(told_at: datetime, first_day: date, opens_at: time, leaves_at: time | None) -> bool:
    """Was the school told before the absence began: the register opened, or the pupil left, whichever came last?"""
    begins = max(opens_at, leaves_at) if leaves_at is not None else opens_at
    return (told_at.date(), told_at.time()) < (first_day, begins)


@dataclass(frozen=True, slots=True)
class CallTimes:
    """By when does the policy want a call, and until when is it taken without a word? Units: time of day."""

    report_by: time
    accept_until: time


def how_late(told_at: datetime, first_day: date, times: CallTimes) -> Finding[Lateness]:
    """Was the school told in time? Up to `report_by` of the first day is in time; the moment itself still is."""
    by, until, at = (words_for_time(each) for each in (times.report_by, times.accept_until, told_at.time()))
    if told_at.date() > first_day:
        answer, because = Lateness.AFTERWARDS, "The school was told on a later day than the first."
    elif told_at.date() < first_day or told_at.time() <= times.report_by:
        answer, because = Lateness.IN_TIME, f"Told by {by} of the first day."
    elif told_at.time() <= times.accept_until:
        answer, because = Lateness.ACCEPTED, f"Told at {at}, after {by}; calls are taken until {until}."
    else:
        answer, because = Lateness.LATE, f"Told at {at}; the policy asks for a call by {by}."
    facts = {"told_at": told_at, "first_day": first_day, "times": times}
    return Finding(answer, "line.lateness", because, facts, _POLICY_CALLS)
