"""The letter about leave, worded from the decision: the same sentences on paper and in the e-mail."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rollbook.apps.absence.models import Leave, LeaveDecision
from rollbook.apps.absence.presenters.leave import is_part
from rollbook.apps.absence.queries.leave import local_day
from rollbook.apps.schools.queries import school_of, timetable
from rollbook.domain.access import Viewer
from rollbook.domain.leave import Circumstance, Ground
from rollbook.ui.words import long_day, plain_day

_HALVES = {"both": "", "AM": ", mornings only", "PM": ", afternoons only"}
_SORRY = {Circumstance.BEREAVEMENT.value, Circumstance.FUNERAL.value}


@dataclass(frozen=True, slots=True)
class LetterText:
    """The letter in its parts."""

    title: str
    on: str
    school: str
    address: str
    to_name: str
    greeting: str
    paragraphs: tuple[str, ...]
    signed: tuple[str, ...]

    @property
    def body(self) -> str:
        """The letter as the text of an e-mail."""
        return "\n\n".join([self.greeting, *self.paragraphs, "Yours sincerely", "\n".join(self.signed)])

    def on_paper(self) -> dict[str, Any]:
        """The letter as the template of the paper takes it."""
        return {
            "title": self.title,
            "on": self.on,
            "school": self.school,
            "address": self.address,
            "to_name": self.to_name,
            "greeting": self.greeting,
            "paragraphs": list(self.paragraphs),
            "signed": list(self.signed),
        }


def letter_of(viewer: Viewer, leave: Leave, decision: LeaveDecision, now: datetime) -> LetterText:
    """The letter about a decision, dated with the day on which it was taken."""
    school = school_of(viewer)
    name, is_own = leave.pupil.forename, _is_own(leave)
    paragraphs = [
        _thanks(leave, "you" if is_own else name),
        " ".join(filter(None, [_decision(leave, decision), decision.because])),
        *([f"Please note: {decision.conditions}"] if decision.conditions else []),
        *_back(viewer, decision, "you" if is_own else name),
        *_if_absent(leave, decision, is_own=is_own, name=name),
        _talk(school.telephone, school.email),
    ]
    full_name = f"{leave.pupil.forename} {leave.pupil.surname}"
    return LetterText(
        title=f"Leave of absence for {full_name}",
        on=plain_day(local_day(decision.at, now)),
        school=school.name,
        address=", ".join(line.strip() for line in school.address.splitlines() if line.strip()),
        to_name=leave.asked_by_name,
        greeting=f"Dear {_addressed(leave)}",
        paragraphs=tuple(paragraphs),
        signed=tuple(filter(None, [decision.by_name, decision.by_position, school.name])),
    )


def _addressed(leave: Leave) -> str:
    """As a letter addresses who asked: Ms Goode, Nadia Goode where no title is kept; a pupil by the first name."""
    if leave.contact is not None and leave.contact.parent.title:
        return f"{leave.contact.parent.title} {leave.contact.parent.surname}"
    return leave.pupil.forename if _is_own(leave) else leave.asked_by_name


def _is_own(leave: Leave) -> bool:
    """Did the pupil ask?"""
    return leave.contact_id is None and leave.asked_by_relationship == "pupil"


def _thanks(leave: Leave, whom: str) -> str:
    how = {"form": "request", "letter": "letter", "email": "e-mail"}[leave.received_how]
    days = _days(leave.first_day, leave.last_day) + _HALVES[leave.sessions]
    sorry = " I am very sorry for what your family is going through." if leave.circumstance in _SORRY else ""
    return (
        f"Thank you for your {how} of {plain_day(leave.received_on)}, in which you ask for leave of absence for "
        f"{whom} {days}.{sorry}"
    )


def _decision(leave: Leave, decision: LeaveDecision) -> str:
    if decision.first_day is None or decision.last_day is None:
        return "I have thought about it carefully, and I am sorry that I can’t grant leave for these days."
    days = _days(decision.first_day, decision.last_day) + _HALVES[decision.sessions]
    if is_part(leave, decision):
        return (
            f"I grant leave {days}. I am sorry that I can’t grant it for the rest of the time you asked for."
        )
    return f"I grant leave {days}."


def _back(viewer: Viewer, decision: LeaveDecision, whom: str) -> list[str]:
    if decision.last_day is None:
        return []
    back_on = timetable(viewer).calendar.next_school_day(decision.last_day)
    return [f"We look forward to seeing {whom} back on {long_day(back_on)}."] if back_on else []


def _if_absent(leave: Leave, decision: LeaveDecision, *, is_own: bool, name: str) -> list[str]:
    """What follows where the pupil is absent all the same."""
    who, is_away = ("you", "are") if is_own else (name, "is")
    when = "on other days than these" if decision.is_granted else "on these days all the same"
    kind = "holiday without leave" if leave.ground == Ground.HOLIDAY else "absence without leave"
    return [
        f"If {who} {is_away} away {when}, without being ill or another reason that the school can accept, the register "
        f"has to say so: it is marked as {kind} and counts as unauthorised. Unauthorised absence can lead to a penalty "
        "notice or other legal steps by the local authority. We would much rather talk with you first."
    ]


def _talk(telephone: str, email: str) -> str:
    ways = " or ".join(
        filter(None, [f"telephone {telephone}" if telephone else "", f"write to {email}" if email else ""])
    )
    return (
        "If something changes, or you would like to talk about this, please "
        f"{ways or 'speak to the school office'}. I am glad to help."
    )


def _days(first_day: date, last_day: date) -> str:
    if first_day == last_day:
        return f"on {long_day(first_day)}"
    joined = "and" if last_day - first_day == timedelta(days=1) else "to"
    start = "on" if joined == "and" else "from"
    return f"{start} {long_day(first_day)} {joined} {long_day(last_day)}"
