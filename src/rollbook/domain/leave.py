"""May leave of absence be granted, on which ground, for which days, and what if the pupil is away all the same?

Only a person authorised by the proprietor may grant leave, in advance, on a ground of regulation 11; the school's
policy names the head teacher. A religious observance and travelling for a trade are absences that regulation 10 lets
the school authorise; parents ask for them in the same way. Nothing here grants anything: it says what must be known
first and what can't be.
Source: regulations 10 and 11 of SI 2024/208; section 5.1 of the school's policy; domain.md 5.5, 6.27.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.access import Permission
from rollbook.domain.law import POLICY, REGULATIONS_2024, Citation, Confirmation, Finding, words_for_day
from rollbook.domain.refusals import Refusal
from rollbook.domain.sessions import SchoolSession

LONGEST_DAYS = 366
HOLIDAY_CODE = "G"
NO_LEAVE_CODE = "O"
_BOTH = "both"
_REGULATION_10 = Citation(REGULATIONS_2024, "regulation 10(3)", Confirmation.SECONDARY)
_REGULATION_11 = Citation(REGULATIONS_2024, "regulation 11", Confirmation.SECONDARY)
_POLICY = Citation(POLICY, "section 5.1")


class Ground(StrEnum):
    """For what is the leave?"""

    PERFORMANCE = "performance"
    INTERVIEW = "interview"
    STUDY = "study"
    EXCEPTIONAL = "exceptional"
    RELIGIOUS = "religious"
    TRAVELLING = "travelling"
    HOLIDAY = "holiday"

    @property
    def words(self) -> str:
        """The ground as a form offers it."""
        return RULES[self].words


class Circumstance(StrEnum):
    """Which exceptional circumstance is it? The policy's examples, and another one in the parent's words."""

    BEREAVEMENT = "bereavement"
    FUNERAL = "funeral"
    RESPITE = "respite"
    HOUSING = "housing"
    OTHER = "other"

    @property
    def words(self) -> str:
        """The circumstance as a form offers it."""
        return {
            "bereavement": "Death of a close relative",
            "funeral": "Funeral",
            "respite": "Respite care of a looked-after child",
            "housing": "A housing crisis that prevents attendance",
            "other": "Another one-off circumstance that can’t be avoided",
        }[self.value]


@dataclass(frozen=True, slots=True)
class GroundRule:
    """What a ground is marked as, and what must be known before it can be granted.

    `asks` is the question whose answer the request must give; `must_confirm` what the head confirms in granting, ""
    where nothing beyond the circumstances. `usually_refused` is where the policy begins with no.
    """

    words: str
    code: str
    asks: str
    must_confirm: str
    citation: Citation
    usually_refused: bool = False


RULES: Mapping[Ground, GroundRule] = MappingProxyType(
    {
        Ground.PERFORMANCE: GroundRule(
            "Regulated performance, or regulated employment abroad",
            "C1",
            "Which licence, or which body’s approval, is there for it?",
            "I have seen the licence or the approval for these days.",
            _REGULATION_11,
        ),
        Ground.INTERVIEW: GroundRule(
            "Interview for a job or a place at another school or college",
            "J1",
            "With whom is the interview?",
            "",
            _REGULATION_11,
        ),
        Ground.STUDY: GroundRule(
            "Study leave for a public examination",
            "S",
            "For which examination?",
            "",
            _REGULATION_11,
        ),
        Ground.EXCEPTIONAL: GroundRule(
            "Exceptional circumstances",
            "C",
            "What has happened, in the family’s own words?",
            "",
            _REGULATION_11,
        ),
        Ground.RELIGIOUS: GroundRule(
            "Religious observance",
            "R",
            "Which day of observance is it, and of which religious body?",
            "The day is exclusively set apart for religious observance by the body the parents belong to.",
            _REGULATION_10,
        ),
        Ground.TRAVELLING: GroundRule(
            "A parent is travelling for their trade or business",
            "T",
            "What trade or business is the parent travelling for, and where to?",
            "The pupil is a mobile child, and the parent is travelling in the course of a trade or business.",
            _REGULATION_10,
        ),
        Ground.HOLIDAY: GroundRule(
            "Family holiday",
            "C",
            "Why can it not be in the school holidays?",
            "These circumstances are exceptional, and I have written down why.",
            _REGULATION_11,
            usually_refused=True,
        ),
    }
)


class LeaveState(StrEnum):
    """How far has a request come?"""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """The state as a list shows it."""
        return {
            "asked": "Waiting for a decision",
            "granted": "Granted",
            "refused": "Refused",
            "withdrawn": "Withdrawn",
        }[self.value]


class LeaveEvent(StrEnum):
    """What can happen to it?"""

    CHANGE = "change"
    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_S, _E = LeaveState, LeaveEvent
MOVES: Mapping[tuple[LeaveState, LeaveEvent], tuple[LeaveState, Permission]] = MappingProxyType(
    {
        (_S.ASKED, _E.CHANGE): (_S.ASKED, Permission.LEAVE_RECORD),
        (_S.ASKED, _E.GRANT): (_S.GRANTED, Permission.LEAVE_DECIDE),
        (_S.ASKED, _E.REFUSE): (_S.REFUSED, Permission.LEAVE_DECIDE),
        (_S.ASKED, _E.WITHDRAW): (_S.WITHDRAWN, Permission.LEAVE_RECORD),
        (_S.GRANTED, _E.GRANT): (_S.GRANTED, Permission.LEAVE_DECIDE),
        (_S.GRANTED, _E.REFUSE): (_S.REFUSED, Permission.LEAVE_DECIDE),
        (_S.GRANTED, _E.WITHDRAW): (_S.WITHDRAWN, Permission.LEAVE_RECORD),
        (_S.REFUSED, _E.GRANT): (_S.GRANTED, Permission.LEAVE_DECIDE),
        (_S.REFUSED, _E.REFUSE): (_S.REFUSED, Permission.LEAVE_DECIDE),
    }
)
"""Which state follows from which event, and who may bring it about; what is not here can't happen.

A decision can be taken again until its days begin: `check_decision` sees to that. The family may withdraw what was
granted as long as it has not begun.
"""


def move(state: LeaveState, event: LeaveEvent) -> tuple[LeaveState, Permission] | None:
    """Which state does the event lead to, and who may bring it about? None where it can't happen in this one."""
    return MOVES.get((state, event))


@dataclass(frozen=True, slots=True)
class LeaveFacts:
    """What a request says. `by_parent_lived_with` or `by_pupil_over_age` makes an appropriate person of who asks.

    `sessions` is "both", "AM" or "PM".
    """

    ground: Ground
    first_day: date
    last_day: date
    received_on: date
    detail: str
    circumstance: str = ""
    words: str = ""
    asked_by: str = ""
    by_parent_lived_with: bool = False
    by_pupil_over_age: bool = False
    sessions: str = _BOTH


def check_request(facts: LeaveFacts, school_days: Sequence[date], today: date) -> list[Refusal]:
    """Why can't this be kept as a request? An empty list means that it can. `school_days` are those asked for."""
    return [*_check_days(facts, school_days, today), *_check_who(facts), *_check_ground(facts)]


def _check_days(facts: LeaveFacts, school_days: Sequence[date], today: date) -> Iterator[Refusal]:
    if facts.last_day < facts.first_day:
        yield Refusal("last_day", "The last day can’t be before the first day.")
    elif (facts.last_day - facts.first_day).days > LONGEST_DAYS:
        yield Refusal("last_day", "Leave is for a time that is given: at most a year.")
    elif not school_days:
        yield Refusal("first_day", "The school is closed on all of these days: no leave is needed.")
    if facts.received_on > today:
        yield Refusal("received_on", "This day is still to come. Give the day on which the request came.")


def _check_who(facts: LeaveFacts) -> Iterator[Refusal]:
    if not facts.asked_by:
        yield Refusal("asked_by", "Say who asks: leave is asked for by a parent, or by a pupil old enough.")
    elif not (facts.by_parent_lived_with or facts.by_pupil_over_age):
        yield Refusal(
            "asked_by",
            "Leave is asked for by a parent the pupil normally lives with, or by a pupil above compulsory school age. "
            "Choose that parent, or put right on the pupil’s page with whom the pupil lives.",
        )
    if not facts.words:
        yield Refusal(
            "words", "Leave is asked for in writing. Copy the request, or say in short what it says."
        )


def _check_ground(facts: LeaveFacts) -> Iterator[Refusal]:
    if not facts.detail:
        yield Refusal("detail", f"{RULES[facts.ground].asks} Without it nobody can decide.")
    if facts.ground is Ground.EXCEPTIONAL and facts.circumstance not in set(Circumstance):
        yield Refusal("circumstance", "Choose what kind of circumstance it is.")


def lead_time(received_on: date, first_day: date, wanted_days: int) -> Finding[bool]:
    """Was it asked for early enough by the policy? It may be granted all the same. Units: days."""
    days = (first_day - received_on).days
    answer = days >= wanted_days
    if days < 0:
        because = f"Asked for {-days} {_days(-days)} after it began."
    elif answer:
        because = f"Asked for {days} {_days(days)} before it begins."
    else:
        because = (
            f"Asked for {days} {_days(days)} before it begins; the policy wants {wanted_days} where possible."
        )
    return Finding(answer, "leave.lead_time", because, {"days": days, "wanted": wanted_days}, _POLICY)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the head decides: granted for these days and sessions, or refused, after considering what."""

    is_granted: bool
    first_day: date | None
    last_day: date | None
    considered: str
    because: str
    is_confirmed: bool = False
    again_because: str = ""
    sessions: str = _BOTH


def check_decision(
    facts: LeaveFacts,
    decision: Decision,
    today: date,
    *,
    is_again: bool = False,
    granted_from: date | None = None,
) -> list[Refusal]:
    """Why can't this be decided so? An empty list means that it can.

    `is_again` where it was decided before; `granted_from` is then the first day granted, None where none was. Leave is
    never granted for days that are over: they stay what the register says.
    """
    if granted_from is not None and granted_from <= today:
        message = "The leave has begun. What was granted stays; what comes after it is a new request."
        return [Refusal("", message)]
    refusals = [*_check_reasons(facts, decision)]
    if is_again and not decision.again_because:
        refusals.append(Refusal("again_because", "Say why it is decided again: both decisions are kept."))
    if decision.is_granted:
        refusals += _check_granted(facts, decision, today)
    return refusals


def _check_reasons(facts: LeaveFacts, decision: Decision) -> Iterator[Refusal]:
    if not decision.considered:
        yield Refusal(
            "considered",
            "Write down which facts and circumstances of this family were considered: each request is decided "
            "by itself.",
        )
    if not decision.is_granted and not decision.because:
        yield Refusal("because", "Say why it is refused: the letter says so.")
    rule = RULES[facts.ground]
    if decision.is_granted and rule.must_confirm and not decision.is_confirmed:
        yield Refusal(
            "is_confirmed", f"Leave for this can only be granted where you can say: {rule.must_confirm}"
        )


def _check_granted(facts: LeaveFacts, decision: Decision, today: date) -> Iterator[Refusal]:
    first_day, last_day = decision.first_day, decision.last_day
    if first_day is None or last_day is None:
        yield Refusal("granted_first_day", "Give the days that are granted.")
    elif last_day < first_day:
        yield Refusal("granted_last_day", "The last day granted can’t be before the first.")
    elif not facts.first_day <= first_day <= last_day <= facts.last_day:
        yield Refusal(
            "granted_first_day",
            f"Only days that were asked for can be granted: {words_for_day(facts.first_day)} to "
            f"{words_for_day(facts.last_day)}.",
        )
    elif first_day < today:
        yield Refusal(
            "granted_first_day",
            "Leave is granted beforehand, never for days that are over. "
            f"Grant it from {words_for_day(today)}, or refuse it.",
        )
    if facts.sessions not in (_BOTH, decision.sessions):
        yield Refusal("granted_sessions", "Only the sessions that were asked for can be granted.")


def decide_by(received_on: date, first_day: date, fifth_school_day: date | None) -> date:
    """By which day should it be decided? The fifth school day after it came, and before the first day asked for."""
    before = max(received_on, first_day - timedelta(days=1))
    return before if fifth_school_day is None else min(fifth_school_day, before)


@dataclass(frozen=True, slots=True)
class Away:
    """One session in which the pupil was away without leave, as marked, and what it should be marked as.

    `should_be` is "" where the mark is right already or another reason was accepted.
    """

    on: date
    session: SchoolSession
    code: str
    should_be: str


def away_without_leave(
    facts: LeaveFacts,
    granted: Collection[tuple[date, SchoolSession]],
    marks: Iterable[tuple[date, SchoolSession, str]],
    absence_codes: frozenset[str],
) -> list[Away]:
    """In which sessions that were not granted was the pupil away, on days asked for or straight after them?

    `marks` are the pupil's from the first day asked for on, in order; `granted` the sessions with leave. After the last
    day asked for it goes on as long as no session attended is among them. Days of a holiday without leave are G, other
    days without leave O; where the mark gives another accepted reason, such as illness, it is listed and left alone.
    """
    should_be = HOLIDAY_CODE if facts.ground is Ground.HOLIDAY else NO_LEAVE_CODE
    found = []
    for on, session, code in marks:
        if on > facts.last_day and code not in absence_codes:
            break
        if (on, session) in granted or code not in absence_codes or on < facts.first_day:
            continue
        wrong = code in _MAY_BE_WRONG and code != should_be
        found.append(Away(on, session, code, should_be if wrong else ""))
    return found


# A leave code without leave, a reason not established, or the other unauthorised code.
_MAY_BE_WRONG = frozenset({"C", "C1", "J1", "S", "R", "T", "N", "O", "G"})


def _days(count: int) -> str:
    return "day" if count == 1 else "days"
