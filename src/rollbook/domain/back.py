"""Who is back after an absence, is somebody to meet the pupil, by when, and what does the record have to say?

Source: section 7.3 of the school's policy; P-7.3-1, P-7.3-2 and P-7.3-4 of its checklist in domain.md 7.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.absences import Absence, absences, is_seen
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.calendar_types import words_for_weekday
from rollbook.domain.law import POLICY, Citation, Finding
from rollbook.domain.refusals import Refusal
from rollbook.domain.sessions import SchoolSession

LONGEST_AGREED = 300
LONGEST_NOTE = 600
LONGEST_AHEAD_DAYS = 60
_POLICY = Citation(POLICY, "section 7.3")


class Feeling(StrEnum):
    """How does a pupil feel on coming back: one of the four Zones of Regulation?"""

    LOW = "low"
    READY = "ready"
    UNSETTLED = "unsettled"
    OVERWHELMED = "overwhelmed"

    @property
    def zone(self) -> str:
        """As the Zones of Regulation name it."""
        return _ZONES[self]

    @property
    def plain(self) -> str:
        """In plain words."""
        return _PLAIN[self]


_ZONES: Mapping[Feeling, str] = MappingProxyType(
    {
        Feeling.LOW: "Blue zone: tired, sad, unwell",
        Feeling.READY: "Green zone: calm, ready to learn",
        Feeling.UNSETTLED: "Yellow zone: worried, restless",
        Feeling.OVERWHELMED: "Red zone: angry, frightened, out of control",
    }
)
_PLAIN: Mapping[Feeling, str] = MappingProxyType(
    {
        Feeling.LOW: "Low or tired",
        Feeling.READY: "Calm and ready",
        Feeling.UNSETTLED: "Worried or restless",
        Feeling.OVERWHELMED: "Upset or angry",
    }
)


@dataclass(frozen=True, slots=True)
class Back:
    """An absence that is over: in which session the pupil was seen again."""

    absence: Absence
    on: date
    session: SchoolSession


@dataclass(frozen=True, slots=True)
class CheckDue:
    """That somebody meets the pupil: the full check after a lengthy absence or the light one, and by when."""

    is_full: bool
    due_on: date


def returns(marks: Iterable[tuple[date, SchoolSession, str]]) -> list[Back]:
    """When was the pupil seen again after each absence that is over, earliest first? Shape: see `absences`."""
    listed = list(marks)
    seen = sorted((on, session is SchoolSession.PM) for on, session, symbol in listed if is_seen(symbol))
    found = []
    for absence in absences(listed):
        if not absence.is_open:
            last = absence.last.on, absence.last.session is SchoolSession.PM
            on, is_afternoon = next(moment for moment in seen if moment > last)
            found.append(Back(absence, on, SchoolSession.PM if is_afternoon else SchoolSession.AM))
    return found


def check_due(
    back: Back, calendar: SchoolCalendar, *, from_sessions: int, full_from_days: int
) -> Finding[CheckDue | None]:
    """Is somebody to meet this pupil, how thoroughly, and by the end of which day? None after so short an absence.

    After a short absence on the day of the return; after a lengthy one by the end of the next school day.
    """
    missed, days = len(back.absence.sessions), len(back.absence.days)
    facts = {"missed": missed, "days": days}
    if missed < from_sessions:
        because = f"{missed} sessions were missed; a pupil is met from {from_sessions}."
        return Finding(None, "back.check", because, facts, _POLICY)
    is_full = days >= full_from_days
    due_on = (calendar.next_school_day(back.on) or back.on) if is_full else back.on
    length = f"lengthy, from {full_from_days} school days" if is_full else "short"
    because = f"The absence was {length}; the pupil is met by the end of {words_for_weekday(due_on)}."
    return Finding(CheckDue(is_full, due_on), "back.check", because, facts, _POLICY)


@dataclass(frozen=True, slots=True)
class CheckDraft:
    """What is recorded of a meeting, or why none was needed; `at` is when they met."""

    is_met: bool
    at: datetime | None = None
    feeling: str = ""
    is_ready: bool | None = None
    is_reason_confirmed: bool = False
    adjusted_times: str = ""
    check_ins: str = ""
    work_missed: str = ""
    note: str = ""
    next_check_on: date | None = None
    because: str = ""

    @property
    def agreed(self) -> tuple[str, ...]:
        """What was agreed."""
        return tuple(text for text in (self.adjusted_times, self.check_ins, self.work_missed) if text)


def check_problems(draft: CheckDraft, *, is_full: bool, back_on: date, now: datetime) -> list[Refusal]:
    """Why can't it be recorded like this? After a lengthy absence it says how the pupil is and what was agreed."""
    if not draft.is_met:
        return _about_text("because", draft.because, LONGEST_AGREED) or (
            [] if draft.because else [Refusal("because", "Say why nobody needs to meet the pupil.")]
        )
    found = []
    if draft.at is None or draft.at > now:
        found.append(Refusal("at", "Give the day and time at which they met; it can’t be still to come."))
    elif draft.at.date() < back_on:
        found.append(
            Refusal("at", f"The pupil came back on {words_for_weekday(back_on)}; they met then or later.")
        )
    if draft.feeling not in ("", *Feeling):
        found.append(Refusal("feeling", "Choose how the pupil is."))
    if is_full and not draft.feeling:
        found.append(Refusal("feeling", "After a lengthy absence, say how the pupil is."))
    if is_full and draft.is_ready is None:
        found.append(Refusal("is_ready", "Say whether the pupil was ready to go back into the classroom."))
    if is_full and not draft.agreed:
        message = (
            "After a lengthy absence, say what was agreed: times, check-ins or work missed, or “none needed”."
        )
        found.append(Refusal("adjusted_times", message))
    for name in ("adjusted_times", "check_ins", "work_missed"):
        found += _about_text(name, getattr(draft, name), LONGEST_AGREED)
    found += _about_text("note", draft.note, LONGEST_NOTE)
    return found + _about_next(draft.next_check_on, now.date())


def _about_next(on: date | None, today: date) -> list[Refusal]:
    if on is None or 0 < (on - today).days <= LONGEST_AHEAD_DAYS:
        return []
    return [
        Refusal("next_check_on", f"Give a day from tomorrow on, at most {LONGEST_AHEAD_DAYS} days ahead.")
    ]


def _about_text(name: str, text: str, longest: int) -> list[Refusal]:
    if len(text) <= longest and "\x00" not in text:
        return []
    return [Refusal(name, f"Keep this to {longest} characters.")]
