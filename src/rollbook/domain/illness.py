"""When may evidence of an illness be asked for, who decides that it is not accepted, and when may I become O?

Illness is accepted unless there is a genuine doubt. Nothing is asked for by itself; parents are told before the
register says otherwise. Source: section 4.2 of the school's policy; domain.md 5.3 and 6.14.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.absences import ILLNESS, Absence
from rollbook.domain.law import POLICY, Citation, Finding, words_for_day
from rollbook.domain.pupil_facts import ordinal
from rollbook.domain.refusals import Refusal

LONGEST_TEXT = 600
UNAUTHORISED = "O"
_POLICY = Citation(POLICY, "section 4.2")


class IllnessStepKind(StrEnum):
    """What was done about an illness?"""

    DOUBTED = "doubted"
    ASKED = "asked"
    CAME = "came"
    DECIDED = "decided"
    TOLD = "told"

    @property
    def words(self) -> str:
        """How a list names it."""
        return _KIND_WORDS[self]


_KIND_WORDS: Mapping[IllnessStepKind, str] = MappingProxyType(
    {
        IllnessStepKind.DOUBTED: "Doubted",
        IllnessStepKind.ASKED: "Evidence asked for",
        IllnessStepKind.CAME: "Evidence came",
        IllnessStepKind.DECIDED: "Decided by the head",
        IllnessStepKind.TOLD: "Parents told",
    }
)


class Evidence(StrEnum):
    """What may show that a pupil was ill? None of them has to be copied."""

    NOTE = "note"
    PRESCRIPTION = "prescription"
    CARD = "card"
    OTHER = "other"

    @property
    def words(self) -> str:
        """As the policy names it."""
        return _EVIDENCE_WORDS[self]


_EVIDENCE_WORDS: Mapping[Evidence, str] = MappingProxyType(
    {
        Evidence.NOTE: "Doctor’s note",
        Evidence.PRESCRIPTION: "Prescription",
        Evidence.CARD: "Appointment card",
        Evidence.OTHER: "Other appropriate evidence",
    }
)


@dataclass(frozen=True, slots=True)
class IllnessDraft:
    """What is to be recorded. Shape: `on` is the day on which evidence came or parents were told; `how` how."""

    kind: IllnessStepKind
    text: str = ""
    evidence: str = ""
    on: date | None = None
    how: str = ""
    who: str = ""
    is_accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class IllnessDone:
    """One thing that was done, as the rules see it; `is_accepted` only of a decision."""

    kind: IllnessStepKind
    at: datetime
    is_accepted: bool | None = None


def ill_days(absence: Absence) -> tuple[date, ...]:
    """On which days of an absence was the pupil marked ill?"""
    return tuple(dict.fromkeys(each.on for each in absence.sessions if each.code == ILLNESS))


def may_ask_for_evidence(days: int, done: Sequence[IllnessDone], from_day: int) -> Finding[bool]:
    """May evidence be asked for: from that day of a spell on, or where the illness is doubted?"""
    is_doubted = any(each.kind is IllnessStepKind.DOUBTED for each in done)
    this, least = ordinal(days), ordinal(from_day)
    may = is_doubted or days >= from_day
    if is_doubted:
        because = "The illness is doubted, with a reason."
    elif may:
        because = f"It is the {this} day of illness; evidence may be asked for from the {least}."
    else:
        because = (
            f"Evidence may be asked for from the {least} day of illness, or where there is a genuine doubt; "
            f"this is the {this} day."
        )
    return Finding(may, "illness.evidence", because, {"days": days, "is_doubted": is_doubted}, _POLICY)


def may_become_unauthorised(done: Sequence[IllnessDone]) -> Finding[bool]:
    """May I become O? Once the head has decided so with reasons, and the parents have been told after that."""
    decisions = [each for each in done if each.kind is IllnessStepKind.DECIDED]
    decided = decisions[-1] if decisions else None
    is_refused = decided is not None and not decided.is_accepted
    are_told = decided is not None and any(
        each.kind is IllnessStepKind.TOLD and each.at >= decided.at for each in done
    )
    if decided is None:
        because = "The head teacher has not decided about it. Illness is authorised until then."
    elif not is_refused:
        because = "The head teacher accepted the illness."
    elif not are_told:
        because = "The parents have not been told yet. They are told before the register is changed."
    else:
        because = "The head teacher decided so, and the parents have been told."
    facts: dict[str, object] = {"decided": decided}
    return Finding(is_refused and are_told, "illness.unauthorised", because, facts, _POLICY)


def illness_problems(
    draft: IllnessDraft,
    days: int,
    done: Sequence[IllnessDone],
    from_day: int,
    today: date,
    hows: Iterable[str],
) -> list[Refusal]:
    """Why can't this be recorded now?"""
    found = []
    if len(draft.text) > LONGEST_TEXT or "\x00" in draft.text:
        found.append(Refusal("text", f"Keep this to {LONGEST_TEXT} characters."))
    needs_text = draft.kind in (IllnessStepKind.DOUBTED, IllnessStepKind.ASKED, IllnessStepKind.DECIDED)
    if needs_text and not draft.text:
        found.append(Refusal("text", "Say why: the reason stays with the record."))
    if draft.kind is IllnessStepKind.ASKED and not (may := may_ask_for_evidence(days, done, from_day)).answer:
        found.append(Refusal("", may.because))
    if draft.kind is IllnessStepKind.CAME and draft.evidence not in set(Evidence):
        found.append(Refusal("evidence", "Choose what came."))
    if draft.kind is IllnessStepKind.DECIDED and draft.is_accepted is None:
        found.append(Refusal("is_accepted", "Choose whether the illness is accepted."))
    if draft.kind is IllnessStepKind.TOLD:
        found += _about_telling(draft, done)
    if draft.kind in (IllnessStepKind.ASKED, IllnessStepKind.TOLD) and draft.how not in set(hows):
        found.append(Refusal("how", "Choose how."))
    if draft.kind in (IllnessStepKind.CAME, IllnessStepKind.TOLD) and (draft.on is None or draft.on > today):
        found.append(Refusal("on", f"Give the day, at the latest {words_for_day(today)}."))
    return found


def _about_telling(draft: IllnessDraft, done: Sequence[IllnessDone]) -> list[Refusal]:
    decisions = [each for each in done if each.kind is IllnessStepKind.DECIDED]
    found = []
    if not decisions or decisions[-1].is_accepted:
        found.append(Refusal("", "The head teacher has not decided that the illness is not accepted."))
    elif draft.on is not None and draft.on < decisions[-1].at.date():
        found.append(Refusal("on", "The parents are told after the head teacher has decided."))
    if not draft.who:
        found.append(Refusal("who", "Say which parent was told."))
    return found
