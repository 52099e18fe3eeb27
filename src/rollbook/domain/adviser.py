"""Which attendance codes fit this pupil in this session, which are possible, and which can't be right, and why?

Source: regulation 10 of SI 2024/208 and section 2 of domain.md; Appendix 1 of the school's policy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from rollbook.domain.code_table import PREDECESSORS
from rollbook.domain.code_types import AttendanceCode, Category
from rollbook.domain.codes import BY_SYMBOL, CODES, UnknownCode, code_for, present_symbol, why_never_by_hand
from rollbook.domain.law import (
    GUIDANCE,
    POLICY,
    REGULATION_10_URL,
    REGULATIONS_2024,
    Citation,
    Confirmation,
    Finding,
    words_for_day,
)
from rollbook.domain.precedence import precedence
from rollbook.domain.pupil_facts import LAST_DAY_OF_E, PupilFacts, ordinal
from rollbook.domain.sessions import SchoolSession

__all__ = ["CodeAdvice", "Fit", "advise", "advise_on"]

_TABLE_2 = Citation(REGULATIONS_2024, "regulation 10(3), Table 2", Confirmation.CONFIRMED, REGULATION_10_URL)
_TABLE_2_RESTATED = Citation(
    REGULATIONS_2024, "regulation 10(3), Table 2", Confirmation.SECONDARY, REGULATION_10_URL
)
_TABLE_3_AND_C2 = Citation(REGULATIONS_2024, "regulations 10 and 11(6)", Confirmation.SECONDARY)
_NOT_OF_AGE = Citation(POLICY, "Appendix 1, code X; and regulation 10, Table 3")
_NO_PROVISION = Citation(POLICY, "Appendix 1, code E")
_SIXTH_DAY = Citation(GUIDANCE, "the sixth school day of a suspension", Confirmation.SECONDARY)

_WHY_AWAY = "use the code for why they are away, or N until you know"
_ALWAYS_RIGHT = ("N",)
"""An absence whose reason is not yet established: nothing that is known of a pupil rules it out."""


_ABOUT_ANYBODY = frozenset({"advice.in_force", "advice.by_hand", "advice.session"})


class Fit(StrEnum):
    """How does a code go with what is known of the pupil?"""

    FITS = "fits"
    POSSIBLE = "possible"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class CodeAdvice:
    """What is to be said of one code for one pupil in one session, in one sentence.

    `instead` are codes that can be right, at least one wherever this one can't; `lacks` is what would make it right if
    it were recorded: "provider", "supervisor", or "" where no such thing would.
    """

    code: AttendanceCode
    finding: Finding[Fit]
    instead: tuple[str, ...] = ()
    lacks: str = ""

    @property
    def fit(self) -> Fit:
        """The answer itself."""
        return self.finding.answer

    @property
    def because(self) -> str:
        """The sentence."""
        return self.finding.because

    @property
    def is_about_the_pupil(self) -> bool:
        """Does it follow from what is known of the pupil, not from the day, the session or the code alone?"""
        return self.finding.rule not in _ABOUT_ANYBODY


@dataclass(frozen=True, slots=True)
class _Case:
    facts: PupilFacts
    code: AttendanceCode
    on: date
    session: SchoolSession

    def say(
        self,
        fit: Fit,
        because: str,
        *,
        rule: str = "fits",
        citation: Citation | None = None,
        instead: tuple[str, ...] = (),
        lacks: str = "",
    ) -> CodeAdvice:
        facts = {"code": self.code.symbol, "on": self.on, "session": self.session, "known": self.facts}
        finding = Finding(fit, f"advice.{rule}", because, facts, citation or self.code.citation)
        return CodeAdvice(self.code, finding, instead, lacks)

    def cannot(
        self,
        rule: str,
        because: str,
        citation: Citation | None = None,
        instead: tuple[str, ...] = _ALWAYS_RIGHT,
        lacks: str = "",
    ) -> CodeAdvice:
        return self.say(
            Fit.CANNOT, because, rule=rule, citation=citation, instead=self._right(instead), lacks=lacks
        )

    def _right(self, symbols: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the codes that can be right for the same pupil, else N."""
        right = tuple(
            symbol
            for symbol in symbols
            if self.on in BY_SYMBOL[symbol].in_force
            and symbol != self.code.symbol
            and advise_on(self.facts, BY_SYMBOL[symbol], self.on, self.session).fit is not Fit.CANNOT
        )
        return right or _ALWAYS_RIGHT

    def usual(self) -> CodeAdvice:
        """As it is for a pupil of whom nothing more is known: fits where it was planned, else it is possible."""
        planned = self.facts.known_as(self.code.symbol)
        if planned is None:
            return self.say(Fit.POSSIBLE, self.code.meaning, rule="possible")
        where_from = planned.where_from or "Known beforehand"
        return self.say(Fit.FITS, f"{where_from}: {planned.nature.rstrip('.') or self.code.title}.")


@lru_cache(maxsize=256)
def advise(facts: PupilFacts, on: date, session: SchoolSession) -> tuple[CodeAdvice, ...]:
    """What is to be said of every code for this pupil? What fits best first, what can't be right last.

    Among those that fit the order is what wins where several do; the others stand by category. Of most pupils nothing
    more is known than of the next one, so the answers are kept.
    """
    said = [advise_on(facts, code, on, session) for code in CODES]
    return tuple(sorted(said, key=lambda each: _place(each, facts)))


def _place(advice: CodeAdvice, facts: PupilFacts) -> tuple[int, int]:
    by: int = _CATEGORY_ORDER[advice.code.category]
    if advice.fit is Fit.FITS:
        planned = facts.known_as(advice.code.symbol)
        by = planned.precedence if planned else precedence(advice.code.symbol)
    return list(Fit).index(advice.fit), by


_CATEGORY_ORDER: Mapping[Category, int] = {category: place for place, category in enumerate(Category)}


def advise_on(facts: PupilFacts, code: AttendanceCode, on: date, session: SchoolSession) -> CodeAdvice:
    """What is to be said of one code for this pupil?"""
    case = _Case(facts, code, on, session)
    try:
        code_for(code.symbol, on)
    except UnknownCode as unknown:
        return case.cannot("in_force", str(unknown), instead=_AT_ANOTHER_TIME.get(code.symbol, _ALWAYS_RIGHT))
    if not code.is_entered_by_hand:
        return case.cannot("by_hand", why_never_by_hand(code))
    right = present_symbol(session)
    if code.is_present_mark and code.symbol != right:
        because = f"{code.symbol} is not a mark for the {session.words}; use {right}."
        return case.cannot("session", because, instead=(right,))
    return _RULES.get(code.symbol, _Case.usual)(case)


# The sentence comes with the code table; these are the codes that it names.
_AT_ANOTHER_TIME: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {earlier: (symbol,) for earlier, symbol in PREDECESSORS.items()}
    | {"J": ("J1",), "H": ("C", "G"), "F": ("C", "G"), "Y": ("Q", "Y1", "Y2", "Y3", "Y5", "Y6", "Y7")}
)


def _x(case: _Case) -> CodeAdvice:
    if not case.facts.is_compulsory_age:
        return case.usual()
    because = f"X is only for pupils who are not of compulsory school age, and this one is; {_WHY_AWAY}."
    return case.cannot("x_of_compulsory_age", because, _NOT_OF_AGE)


def _d(case: _Case) -> CodeAdvice:
    other_school = case.facts.other_school
    if not other_school:
        because = (
            "D is only for a pupil who is registered at a second school too, and none is recorded for this one; "
            f"{_WHY_AWAY}."
        )
        return case.cannot("d_without_second_school", because, _TABLE_2_RESTATED, lacks="provider")
    if not case.facts.is_due_elsewhere:
        because = (
            f"D is only for sessions in which the pupil is due at {other_school}, and this is not one of them; "
            f"{_WHY_AWAY}."
        )
        return case.cannot("d_not_due_there", because, _TABLE_2_RESTATED)
    return case.say(Fit.FITS, f"The pupil is due at {other_school} in this session.")


def _activity(case: _Case) -> CodeAdvice:
    if case.facts.suspension is None:
        return case.usual()
    because = (
        "The pupil is suspended in this session, and a suspended pupil does not go on the school's activities; use E, "
        "or from the 6th school day the code of the education that is arranged."
    )
    return case.cannot("activity_while_suspended", because, _NO_PROVISION, ("E", "K", "B", "D"))


def _b(case: _Case) -> CodeAdvice:
    is_taught_there = any(each.code == "B" and each.is_provision for each in case.facts.known)
    if case.facts.suspension is None or is_taught_there:
        return case.usual()
    because = (
        "The pupil is suspended in this session: B is only for the education that is arranged meanwhile, and none is "
        "recorded; record it with the suspension."
    )
    return case.say(Fit.POSSIBLE, because, rule="possible", citation=_NO_PROVISION)


def _v(case: _Case) -> CodeAdvice:
    if case.facts.suspension is not None:
        return _activity(case)
    trip = case.facts.known_as("V")
    if trip is not None and trip.supervisor.strip():
        return case.usual()
    because = (
        "V needs a member of the school's staff in charge, and none is recorded for this session; "
        "record the trip under Planned with who is in charge, or use B."
    )
    return case.cannot("v_without_staff", because, _TABLE_2, ("B",), "supervisor")


def _k(case: _Case) -> CodeAdvice:
    provision = case.facts.known_as("K")
    if provision is not None and provision.provider.strip():
        return case.usual()
    because = (
        "K needs the provider that the local authority has arranged, and none is recorded for this session; "
        "record it under Planned, or use B where the school arranged the place."
    )
    return case.cannot("k_without_provider", because, _TABLE_2, ("B",), "provider")


def _e(case: _Case) -> CodeAdvice:
    provision, suspension = case.facts.provision, case.facts.suspension
    if provision is not None:
        because = (
            f"E is only while no other provision is made, and this pupil is at other provision this session "
            f"({provision.provider}); use {provision.code}."
        )
        return case.cannot("e_with_provision", because, _NO_PROVISION, (provision.code,))
    if suspension is None:
        because = (
            "No suspension is recorded for this session; record it, so that its school days are counted."
        )
        return case.say(Fit.POSSIBLE, because, rule="possible")
    day = f"{ordinal(suspension.school_day)} school day of the suspension"
    began = words_for_day(suspension.first_day)
    if suspension.school_day <= LAST_DAY_OF_E:
        return case.say(Fit.FITS, f"{day} that began on {began}.")
    because = (
        f"This is the {day} that began on {began}, and from the 6th full-time education must be arranged; use the "
        "code of that provision, such as B, or the code for why the pupil is not there."
    )
    return case.cannot("e_from_sixth_day", because, _SIXTH_DAY, ("K", "B", "D"))


def _c2(case: _Case) -> CodeAdvice:
    part_time = case.facts.part_time
    if part_time is None:
        because = (
            "C2 needs a part-time timetable that a parent has agreed to, and none is recorded for this pupil; "
            f"record it first, or {_WHY_AWAY}."
        )
        return case.cannot("c2_without_agreement", because, _TABLE_3_AND_C2)
    last_day = words_for_day(part_time.last_day)
    if part_time.last_day < case.on:
        because = f"C2 can't be used after the part-time timetable ended on {last_day}; {_WHY_AWAY}."
        return case.cannot("c2_after_last_day", because, _TABLE_3_AND_C2)
    if not part_time.is_agreed_absence:
        because = f"C2 is outside the agreed times: the pupil is due in this session; {_WHY_AWAY}."
        return case.cannot("c2_outside_agreed_times", because, _TABLE_3_AND_C2)
    because = f"Not due in this session under the part-time timetable agreed until {last_day}."
    return case.say(Fit.FITS, because)


def _y4(case: _Case) -> CodeAdvice:
    if case.facts.is_site_closed:
        return case.say(Fit.FITS, "The whole school is unexpectedly closed in this session.")
    return case.usual()


_RULES: Mapping[str, Callable[[_Case], CodeAdvice]] = MappingProxyType(
    {
        "X": _x,
        "D": _d,
        "V": _v,
        "P": _activity,
        "W": _activity,
        "B": _b,
        "K": _k,
        "E": _e,
        "C2": _c2,
        "Y4": _y4,
    }
)
