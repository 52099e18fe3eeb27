"""What is missing or contradictory in an attendance register, mark by mark, and why.

Nothing here is decided or mended: a person looks at each and puts it right (regulations 6 and 10 of SI 2024/208; the
policy wants attendance recorded accurately).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.code_types import AttendanceCode, Needs
from rollbook.domain.law import POLICY, REGULATION_10_URL, REGULATIONS_2024, Citation, Confirmation, Finding
from rollbook.domain.sessions import RegisterTimes, SchoolSession, words_for_time


class Fault(StrEnum):
    """What can be wrong with a mark? In the order in which they matter."""

    MISSING = "missing"
    N_TOO_OLD = "n_too_old"
    SIGNED_IN_BUT_ABSENT = "signed_in_but_absent"
    PRESENT_BUT_PLANNED = "present_but_planned"
    ON_CLOSED_DAY = "on_closed_day"
    NOT_ON_ROLL = "not_on_roll"
    D_AT_BOTH = "d_at_both"
    X_OF_COMPULSORY_AGE = "x_of_compulsory_age"
    U_BEFORE_CLOSE = "u_before_close"
    LATE_WITHOUT_MINUTES = "late_without_minutes"
    NATURE_MISSING = "nature_missing"

    @property
    def words(self) -> str:
        """The fault as a heading."""
        return _WORDS[self][0]

    @property
    def remedy(self) -> str:
        """What to do about it, in a sentence."""
        return _WORDS[self][1]


_WORDS: Mapping[Fault, tuple[str, str]] = MappingProxyType(
    {
        Fault.MISSING: (
            "No mark was made",
            "Find out where the pupil was and mark it; say in the reason how you know.",
        ),
        Fault.N_TOO_OLD: (
            "No reason after five school days",
            "Amend N to the right code, or to O if the reason is still not known.",
        ),
        Fault.SIGNED_IN_BUT_ABSENT: (
            "Signed in at the desk but marked absent",
            "Check with the desk. If the pupil came, amend the mark to L or U.",
        ),
        Fault.PRESENT_BUT_PLANNED: (
            "Marked present although expected elsewhere",
            "Check who is right. Amend the mark, or withdraw what was planned.",
        ),
        Fault.ON_CLOSED_DAY: (
            "Marked on a day without school",
            "Check the school calendar for that day; if it is right, the marks were a mistake.",
        ),
        Fault.NOT_ON_ROLL: (
            "Marked when not on roll",
            "Check the starting day and the last day on roll.",
        ),
        Fault.D_AT_BOTH: (
            "D at both schools",
            "Agree with the other school where the pupil was due; one of the two amends its mark.",
        ),
        Fault.X_OF_COMPULSORY_AGE: (
            "X for a pupil of compulsory school age",
            "Amend it to the code that says why the pupil was away.",
        ),
        Fault.U_BEFORE_CLOSE: (
            "U although the register was still open",
            "Amend it to L with the minutes, or correct the time.",
        ),
        Fault.LATE_WITHOUT_MINUTES: ("Late without minutes", "Add the minutes if they can still be found."),
        Fault.NATURE_MISSING: (
            "Nature not recorded",
            "Add what the activity or the circumstances were.",
        ),
    }
)

_REGULATION = Citation(REGULATIONS_2024, "regulation 10", Confirmation.SECONDARY, REGULATION_10_URL)
_POLICY = Citation(POLICY, "section 3.1: attendance is recorded accurately")
_WITHOUT_REASON = frozenset({"N", "O", "G"})
_PRESENT_HERE = frozenset({"/", "\\", "L"})


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """What is known about one pupil's session. `code` is None where there is no mark.

    `closed_because` says why there is no school, "" on a school day; `planned` the code that was known beforehand and
    what was written with it; `elsewhere` another school that marked D for the same session; `reason_due` the last day
    for the reason of an N.
    """

    on: date
    session: SchoolSession
    code: AttendanceCode | None
    minutes_late: int | None = None
    note: str = ""
    arrived_at: time | None = None
    times: RegisterTimes | None = None
    closed_because: str = ""
    is_on_roll: bool = True
    is_compulsory_age: bool = True
    planned: tuple[str, str] | None = None
    elsewhere: str = ""
    reason_due: date | None = None


def faults_of(facts: MarkFacts, today: date) -> list[Finding[Fault]]:
    """What is wrong with this mark, the gravest first? Empty for a mark that is as it should be."""
    if facts.closed_because or not facts.is_on_roll:
        return list(_where_none_belongs(facts))
    if facts.code is None:
        because = "Nobody marked this pupil."
        return [_finding(Fault.MISSING, because, facts)]
    return sorted(
        (
            *_of_absence(facts, facts.code, today),
            *_of_lateness(facts, facts.code),
            *_of_nature(facts, facts.code),
        ),
        key=lambda found: list(Fault).index(found.answer),
    )


def _where_none_belongs(facts: MarkFacts) -> Iterator[Finding[Fault]]:
    if facts.code is None:
        return
    if facts.closed_because:
        yield _finding(Fault.ON_CLOSED_DAY, f"{facts.code.symbol} is marked. {facts.closed_because}", facts)
    else:
        yield _finding(
            Fault.NOT_ON_ROLL, f"{facts.code.symbol} is marked and the pupil was not on roll.", facts
        )


def _of_absence(facts: MarkFacts, code: AttendanceCode, today: date) -> Iterator[Finding[Fault]]:
    if code.symbol == "N" and facts.reason_due is not None and facts.reason_due < today:
        yield _finding(
            Fault.N_TOO_OLD, "The fifth school day after the session has passed.", facts, _REGULATION
        )
    if facts.arrived_at is not None and _should_be_late(code, facts.arrived_at, facts.times):
        yield _finding(
            Fault.SIGNED_IN_BUT_ABSENT,
            f"Signed in at {words_for_time(facts.arrived_at)}, and the mark is {code.symbol} ({code.title}).",
            facts,
        )
    if facts.planned is not None and code.symbol in _PRESENT_HERE and facts.planned[0] not in _PRESENT_HERE:
        symbol, words = facts.planned
        yield _finding(
            Fault.PRESENT_BUT_PLANNED,
            f"Marked {code.symbol}, and {symbol} was expected: {words}.",
            facts,
        )
    if code.symbol == "D" and facts.elsewhere:
        yield _finding(
            Fault.D_AT_BOTH,
            f"{facts.elsewhere} has marked D for the same session, so neither expected the pupil.",
            facts,
        )
    if code.symbol == "X" and facts.is_compulsory_age:
        yield _finding(
            Fault.X_OF_COMPULSORY_AGE,
            "X is for pupils who are not of compulsory school age, and this one is.",
            facts,
            _REGULATION,
        )


def _should_be_late(code: AttendanceCode, arrived_at: time, times: RegisterTimes | None) -> bool:
    """Does an arrival contradict this code? Before the register closed it was L; a better code than U stays."""
    is_early = times is None or arrived_at < times.closes_at
    return code.is_absence and not code.is_late and (is_early or code.symbol in _WITHOUT_REASON)


def _of_lateness(facts: MarkFacts, code: AttendanceCode) -> Iterator[Finding[Fault]]:
    minutes, times = facts.minutes_late, facts.times
    if code.symbol == "L" and not minutes:
        yield _finding(Fault.LATE_WITHOUT_MINUTES, "L is marked and no minutes were given.", facts)
    if code.symbol != "U" or times is None:
        return
    if minutes is not None and minutes < times.open_minutes:
        because = (
            f"{minutes} minutes late is before the register closed at {words_for_time(times.closes_at)}."
        )
        yield _finding(Fault.U_BEFORE_CLOSE, because, facts, _REGULATION)
    elif facts.arrived_at is not None and facts.arrived_at < times.closes_at:
        because = (
            f"Signed in at {words_for_time(facts.arrived_at)}, before the register closed at "
            f"{words_for_time(times.closes_at)}."
        )
        yield _finding(Fault.U_BEFORE_CLOSE, because, facts, _REGULATION)


def _of_nature(facts: MarkFacts, code: AttendanceCode) -> Iterator[Finding[Fault]]:
    if facts.note.strip():
        return
    for need in (Needs.NATURE_OF_ACTIVITY, Needs.NATURE_OF_CIRCUMSTANCES):
        if need in code.needs:
            yield _finding(Fault.NATURE_MISSING, f"{code.symbol} needs {need.words}.", facts)


def _finding(fault: Fault, because: str, facts: MarkFacts, citation: Citation = _POLICY) -> Finding[Fault]:
    known = {"on": facts.on, "session": facts.session, "code": facts.code and facts.code.symbol}
    return Finding(fault, f"quality.{fault.value}", because, known, citation)
