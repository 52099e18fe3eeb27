"""The invitation to a meeting: its words, made of what is recorded, and its letters on paper."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from rollbook.apps.schools.queries import School
from rollbook.apps.support.models import Meeting, MeetingParent, MeetingStep
from rollbook.domain.meetings import About
from rollbook.ui.words import clock_time, long_day, moment, plain_day

_OPENING = {
    About.LATENESS: "We would like to talk with you about {name} coming to school late.",
    About.ABSENCE: "We would like to talk with you about the time that {name} has missed from school.",
    About.PART_TIME: "We would like to talk with you about the part-time timetable of {name}.",
    About.OTHER: "We would like to talk with you about {name} and school.",
}
_PURPOSE = {
    About.LATENESS: "We will look at what makes it hard to be on time and at what help there is, and agree what each "
    "of us will do.",
    About.ABSENCE: "We will look together at attendance and how {name} is getting on, what gets in the way, what help "
    "there is, what has been tried so far, and what may follow if attendance does not get better.",
    About.PART_TIME: "We will look at how it is going and at when {name} will be back full-time.",
    About.OTHER: "We will listen to you, and agree what each of us will do.",
}


def invitation_text(meeting: Meeting, school: School) -> str:
    """What the parents are told, to be changed as needed: why, when, where, with whom, and how to ask for another."""
    about, name = About(meeting.about), meeting.pupil.forename
    people = meeting.leader_name if not meeting.others else f"{meeting.leader_name}; {meeting.others}"
    ring = f"please ring us on {school.telephone}" if school.telephone else "please let us know"
    return "\n\n".join(
        [
            _OPENING[about].format(name=name),
            meeting.why,
            f"Please come on {long_day(meeting.on)} at {clock_time(meeting.starts_at)}. Where: {meeting.place}. "
            f"From the school: {people}.",
            _PURPOSE[about].format(name=name),
            f"If you can’t come then, {ring}, so that we can find another time. Tell us too if you would like to bring "
            "somebody with you, or need an interpreter or any other help.",
        ]
    )


def letters(
    step: MeetingStep, parents: Sequence[MeetingParent], school: School, now: datetime
) -> dict[str, Any]:
    """The data of `support/invitation.typ`: a page for each parent who is asked and is still a contact."""
    meeting = step.meeting
    name = f"{meeting.pupil.forename} {meeting.pupil.surname}"
    letters_to = [_addressed(parent) for parent in parents if parent.is_asked and parent.contact is not None]
    return {
        "title": f"Invitation to a meeting about {name}",
        "heading": f"Meeting about {name}",
        "school": school.name,
        "address": _one_line(school),
        "date": plain_day(step.given_on or step.at),
        "when": _when(step.was_on, step.was_at),
        "paragraphs": [
            part.splitlines() for part in step.text.replace("\r\n", "\n").split("\n\n") if part.strip()
        ],
        "letters": letters_to,
        "signed": meeting.leader_name,
        "made": f"Printed on {moment(now)}",
    }


def _addressed(parent: MeetingParent) -> dict[str, Any]:
    home = parent.contact.parent  # type: ignore[union-attr]
    formal = f"{home.title} {home.surname}" if home.title else f"{home.forename} {home.surname}"
    lines = [str(home), *home.address.splitlines(), home.postcode]
    return {"to": [line.strip() for line in lines if line.strip()], "dear": f"Dear {formal}"}


def _when(on: date, starts_at: time) -> str:
    return f"{long_day(on)} at {clock_time(starts_at)}"


def _one_line(school: School) -> str:
    lines = [line.strip() for line in school.address.splitlines() if line.strip()]
    return ", ".join(filter(None, [*lines, school.telephone]))
