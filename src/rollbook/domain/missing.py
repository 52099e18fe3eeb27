"""Who is missing from school without a reason, and who of them is asked after first?

A parent is only ever told that a child is absent where nothing explains it, so the rule looks for what does before it
says "missing". Source: section 4.5 of the school's policy; regulation 10 of SI 2024/208.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum, StrEnum

from rollbook.domain.absences import NOT_ESTABLISHED
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import GUIDANCE, POLICY, Citation, Confirmation, Finding
from rollbook.domain.pupil_facts import ordinal
from rollbook.domain.sessions import SchoolSession, words_for_time

_UNEXPLAINED = Citation(POLICY, "section 4.5")
_RISK_FIRST = Citation(GUIDANCE, "vulnerable pupils who are missing", Confirmation.FROM_MEMORY)


class Standing(StrEnum):
    """Where does a pupil stand whom the register does not show as present?

    SETTLED: the register says where they are. EXPLAINED: it says nothing yet, something else does. LOOK_HERE: the desk
    saw them come in. WAITING: the register is open. ASK_TEACHER: nobody has taken it. MISSING: nothing explains it.
    """

    SETTLED = "settled"
    EXPLAINED = "explained"
    LOOK_HERE = "look_here"
    WAITING = "waiting"
    ASK_TEACHER = "ask_teacher"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one pupil for one half-day, at a moment.

    `code` is the mark that stands, "" for none. `planned` and `told` are sentences, "" where nothing was for this
    half-day. `arrived_at` and `left_at` are what the desk wrote down last. `is_begun`: somebody of the group
    has a mark. `closes_at` is when the register closes, `has_closed` whether it has by now.
    """

    session: SchoolSession
    code: str = ""
    is_expected: bool = True
    is_site_closed: bool = False
    planned: str = ""
    told: str = ""
    arrived_at: time | None = None
    left_at: time | None = None
    has_closed: bool = True
    closes_at: time = time(9, 30)
    is_begun: bool = True


def standing_of(known: Known) -> Finding[Standing]:
    """Is this pupil missing without a reason? The first fact that explains it decides.

    A mark other than N, a plan, a parent's word or the desk's log goes before the time of day: what explains an absence
    explains it while the register is open as well.
    """
    answer, because = _standing(known)
    return Finding(answer, "missing.standing", because, {"known": known}, _UNEXPLAINED)


def _standing(known: Known) -> tuple[Standing, str]:
    this = f"this {known.session.words}"
    if not known.is_expected:
        return Standing.SETTLED, f"Not on a register {this}."
    if known.is_site_closed:
        return Standing.SETTLED, f"The school is closed {this}."
    if known.code not in ("", NOT_ESTABLISHED):
        return Standing.SETTLED, f"Marked {this}: {BY_SYMBOL[known.code].title.partition(' (')[0].lower()}."
    if known.planned or known.told:
        return Standing.EXPLAINED, known.planned or known.told
    if known.left_at is not None:
        return Standing.EXPLAINED, f"Signed out at the desk at {words_for_time(known.left_at)}."
    if known.arrived_at is not None:
        return Standing.LOOK_HERE, f"Signed in at the desk at {words_for_time(known.arrived_at)}."
    if not known.has_closed:
        return Standing.WAITING, f"The register is open until {words_for_time(known.closes_at)}."
    if known.code:
        return Standing.MISSING, f"No reason {this}."
    if known.is_begun:
        return Standing.MISSING, f"Nobody has marked this pupil {this}."
    return Standing.ASK_TEACHER, f"Nobody has taken this register {this}."


class Risk(IntEnum):
    """What makes it urgent to know where a pupil is? The lower, the sooner."""

    CHILD_PROTECTION_PLAN = 1
    LOOKED_AFTER = 2
    CHILD_IN_NEED = 3
    SOCIAL_WORKER = 4
    MEDICAL_CONDITION = 5
    YOUTH_OFFENDING_WORKER = 6

    @property
    def words(self) -> str:
        """The risk as those read it who may."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Urgency:
    """How soon a pupil is asked after: compare `key`, the lowest first.

    Units: `school_days` in a row missed so far, today included. `since` is when the first of today's registers closed.
    """

    risks: tuple[Risk, ...]
    school_days: int
    since: datetime

    @property
    def key(self) -> tuple[int, int, datetime]:
        """Risk first, then the longer absence, then the earlier one."""
        return (min(self.risks, default=len(Risk) + 1), -self.school_days, self.since)


def urgency(risks: Iterable[Risk], school_days: int, since: datetime) -> Finding[Urgency]:
    """How soon is this pupil asked after, and why?"""
    found = Urgency(tuple(sorted(set(risks))), school_days, since)
    reasons = [each.words for each in found.risks]
    if school_days > 1:
        reasons.append(f"{ordinal(school_days)} school day in a row")
    because = "; ".join(reasons) if reasons else "First day, and nothing else is known that makes it urgent"
    facts = {"risks": found.risks, "school_days": school_days, "since": since}
    return Finding(found, "missing.urgency", f"{because}.", facts, _RISK_FIRST)
