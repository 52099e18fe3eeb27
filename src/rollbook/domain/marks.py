"""What should a mark be, may it be made, and how far is a register?

Source: regulation 10 of SI 2024/208; sections 3.5, 4.1 and 4.4 of the school's policy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from rollbook.domain.adviser import CodeAdvice, Fit
from rollbook.domain.code_types import AttendanceCode, Needs, Setter, words_for_setters
from rollbook.domain.codes import present_symbol, why_never_by_hand
from rollbook.domain.law import (
    POLICY,
    REGULATION_10_URL,
    REGULATIONS_2024,
    Citation,
    Confirmation,
    Finding,
)
from rollbook.domain.refusals import Refusal
from rollbook.domain.sessions import (
    RegisterTimes,
    SchoolSession,
    minutes_after,
    seconds_between,
    words_for_time,
)

__all__ = [
    "Arrival",
    "RegisterState",
    "RegisterTimes",
    "SchoolSession",
    "arrival",
    "check_mark",
    "register_state",
    "submission_due",
    "was_submitted_in_time",
]

_TABLE_1 = Citation(REGULATIONS_2024, "regulation 10(2), Table 1", Confirmation.CONFIRMED, REGULATION_10_URL)
_TABLE_3 = Citation(REGULATIONS_2024, "regulation 10, Table 3", Confirmation.SECONDARY, REGULATION_10_URL)
_TAKEN_EACH_SESSION = Citation(
    REGULATIONS_2024, "regulation 10(1)", Confirmation.CONFIRMED, REGULATION_10_URL
)
_SUBMITTED_WITHIN = Citation(POLICY, "section 3.5")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Which mark does an arrival earn? Units: whole minutes after the register opened."""

    code: str
    minutes_late: int | None


def arrival(times: RegisterTimes, session: SchoolSession, arrived_at: time) -> Finding[Arrival | None]:
    """Which mark does a pupil earn who arrives at this time? None: too late for this session.

    L is for arrival before the taking of the register has ended, so the closing time itself is U;
    U is for arrival before the session ends, so the end itself is no arrival in it.
    """
    minutes = max(1, seconds_between(times.opens_at, arrived_at) // 60)
    at, opens, closes, ends = (
        words_for_time(moment)
        for moment in (arrived_at, times.opens_at, times.closes_at, times.session_ends_at)
    )
    if at == opens:
        at = f"{arrived_at:%H:%M:%S}"
    answer: Arrival | None
    if arrived_at <= times.opens_at:
        answer, citation = Arrival(present_symbol(session), None), _TABLE_1
        because = f"Arrived at {at}, by the time the {session.words} register opened at {opens}."
    elif arrived_at < times.closes_at:
        answer, citation = Arrival("L", minutes), _TABLE_1
        because = f"Arrived at {at}, after the register opened at {opens} and before it closed at {closes}."
    elif arrived_at < times.session_ends_at:
        answer, citation = Arrival("U", minutes), _TABLE_3
        because = (
            f"Arrived at {at}, after the register closed at {closes} and before the session ended at {ends}."
        )
    else:
        answer, citation = None, _TABLE_3
        because = f"Arrived at {at}, when the {session.words} session had ended at {ends}, so was not in it."
    facts = {
        "arrived_at": arrived_at,
        "opens_at": times.opens_at,
        "closes_at": times.closes_at,
        "session_ends_at": times.session_ends_at,
        "session": session,
    }
    return Finding(answer, "register.arrival", because, facts, citation)


def submission_due(times: RegisterTimes, within_minutes: int) -> time:
    """By when must the teacher have submitted the register?"""
    return minutes_after(times.opens_at, within_minutes)


def was_submitted_in_time(times: RegisterTimes, at: time, within_minutes: int) -> Finding[bool]:
    """Was the register submitted within the minutes the policy allows? The due moment itself is in time."""
    due = submission_due(times, within_minutes)
    in_time = at <= due
    because = (
        f"Submitted at {words_for_time(at)}; it was due by {words_for_time(due)}, "
        f"{_minutes(within_minutes)} after the register opened."
    )
    facts = {"submitted_at": at, "due_at": due, "within_minutes": within_minutes}
    return Finding(in_time, "register.submitted_in_time", because, facts, _SUBMITTED_WITHIN)


class RegisterState(StrEnum):
    """How far is a group's register for one session?"""

    NOT_OPEN = "not_open"
    OPEN = "open"
    PART = "part"
    LATE = "late"
    CLOSED = "closed"
    SUBMITTED = "submitted"

    @property
    def words(self) -> str:
        """The state as the board shows it."""
        return self.value.replace("_", " ")


def register_state(
    times: RegisterTimes,
    now: time | None,
    on_roster: int,
    marked: int,
    within_minutes: int,
    *,
    is_past_day: bool = False,
    is_future_day: bool = False,
) -> Finding[RegisterState]:
    """How far is this register? A pupil whom nobody marked stays missing; nothing is ever assumed.

    `now` may be None for a day that is over (or, with `is_future_day`, one to come).
    From the due moment on an untouched register is late.
    """
    missing = max(0, on_roster - marked)
    due = submission_due(times, within_minutes)
    citation = _TAKEN_EACH_SESSION
    is_over = not is_future_day and (is_past_day or now is None or now >= times.closes_at)
    is_before = is_future_day or (not is_over and now is not None and now < times.opens_at)
    closes = words_for_time(times.closes_at)
    if missing == 0:
        state = RegisterState.SUBMITTED
        because = "Every pupil on this register has a mark." if on_roster else "No pupil is on this register."
    elif is_before:
        state = RegisterState.NOT_OPEN
        because = f"The register opens at {words_for_time(times.opens_at)}."
    elif is_over:
        state = RegisterState.CLOSED
        because = f"The register closed at {closes} and {_pupils(missing)} without a mark."
    elif marked > 0:
        state = RegisterState.PART
        because = f"{marked} of {on_roster} pupils have a mark; the register closes at {closes}."
    elif now is not None and now >= due:
        state, citation = RegisterState.LATE, _SUBMITTED_WITHIN
        because = f"Nobody is marked yet, and the register was due by {words_for_time(due)}."
    else:
        state = RegisterState.OPEN
        because = f"Nobody is marked yet; the register is due by {words_for_time(due)}."
    facts = {
        "on_roster": on_roster,
        "marked": marked,
        "missing": missing,
        "opens_at": times.opens_at,
        "due_at": due,
        "closes_at": times.closes_at,
    }
    return Finding(state, "register.state", because, facts, citation)


def check_mark(
    *,
    code: AttendanceCode,
    session: SchoolSession,
    minutes_late: int | None,
    note: str,
    times: RegisterTimes | None,
    roles_allowed: frozenset[Setter],
    may_keep: str | None,
    advice: CodeAdvice | None = None,
) -> list[Refusal]:
    """Why may this mark not be made? An empty list means that it may.

    `may_keep` is a code that already stands or was planned: leaving it is not setting it.
    `times` is None where no register times are set for the day; then only what needs no times is checked.
    `advice` is what is to be said of the code for this very pupil (`adviser.advise_on`); None where nobody has looked.
    """
    return [
        *_check_hand(code, roles_allowed, may_keep),
        *_check_session(code, session),
        *_check_advice(code, advice, may_keep),
        *_check_minutes(code, session, minutes_late, times),
        *_check_nature(code, note),
    ]


def _check_hand(
    code: AttendanceCode, roles_allowed: frozenset[Setter], may_keep: str | None
) -> Iterator[Refusal]:
    if not code.is_entered_by_hand:
        yield Refusal("code", why_never_by_hand(code))
    elif code.symbol != may_keep and not code.set_by & roles_allowed:
        yield Refusal(
            "code",
            f"{code.symbol} ({code.title.lower()}) is set by {words_for_setters(code.set_by)}. "
            "Leave the mark to them, or choose a code from your list.",
        )


def _check_session(code: AttendanceCode, session: SchoolSession) -> Iterator[Refusal]:
    right = present_symbol(session)
    if code.is_present_mark and code.symbol != right:
        yield Refusal("code", f"{code.symbol} is not a mark for the {session.words}; use {right}.")


def _check_advice(code: AttendanceCode, advice: CodeAdvice | None, may_keep: str | None) -> Iterator[Refusal]:
    if advice is None or code.symbol == may_keep:
        return
    if advice.fit is Fit.CANNOT and advice.is_about_the_pupil:
        yield Refusal("code", advice.because)


def _check_minutes(
    code: AttendanceCode, session: SchoolSession, minutes_late: int | None, times: RegisterTimes | None
) -> Iterator[Refusal]:
    if code.symbol == "L":
        yield from _check_minutes_of_l(minutes_late, times)
    elif minutes_late is None:
        return
    elif code.symbol != "U":
        yield Refusal("minutes_late", f"{code.symbol} takes no minutes late; leave the minutes empty.")
    elif times is None:
        if minutes_late < 1:
            yield Refusal("minutes_late", "Give the minutes late as 1 or more, or leave them empty.")
    elif minutes_late < times.open_minutes:
        yield Refusal(
            "minutes_late",
            f"U can't be used for an arrival before {words_for_time(times.closes_at)}; use L, "
            f"or give {times.open_minutes} minutes or more.",
        )
    elif minutes_late >= times.session_minutes:
        yield Refusal(
            "minutes_late",
            f"U can't be used for an arrival from {words_for_time(times.session_ends_at)}, when the "
            f"{session.words} session has ended; mark why the pupil was absent, or N.",
        )


def _check_minutes_of_l(minutes_late: int | None, times: RegisterTimes | None) -> Iterator[Refusal]:
    if times is None:
        if minutes_late is None or minutes_late < 1:
            yield Refusal("minutes_late", "Give the minutes late: 1 or more.")
    elif minutes_late is None or minutes_late < 1:
        yield Refusal(
            "minutes_late",
            f"Give the minutes late: 1 to {times.open_minutes - 1} for a register open "
            f"{words_for_time(times.opens_at)} to {words_for_time(times.closes_at)}.",
        )
    elif minutes_late >= times.open_minutes:
        yield Refusal("minutes_late", f"L can't be used after {words_for_time(times.closes_at)}; use U.")


def _check_nature(code: AttendanceCode, note: str) -> Iterator[Refusal]:
    if note.strip():
        return
    for need in (Needs.NATURE_OF_ACTIVITY, Needs.NATURE_OF_CIRCUMSTANCES):
        if need in code.needs:
            yield Refusal("note", f"{code.symbol} needs {need.words}, for example '{code.nature_example}'.")


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


def _pupils(count: int) -> str:
    return "1 pupil is" if count == 1 else f"{count} pupils are"
