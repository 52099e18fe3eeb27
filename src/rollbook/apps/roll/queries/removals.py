"""Removing a name: what the registers say of the pupil, the check of a ground, and the requests there are."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rollbook.apps.accounts.queries import count_who_may
from rollbook.apps.roll.models import Enrolment, Pupil, RemovalRequest
from rollbook.apps.roll.queries.asking import marks_between
from rollbook.apps.schools.queries import school_of, timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.law import Finding, NotInForce
from rollbook.domain.removal import (
    Answers,
    RemovalCheck,
    RemovalFacts,
    check_removal,
    conditions_of,
    is_open_to,
)
from rollbook.domain.removal_conditions import Ground
from rollbook.domain.removal_grounds import GROUNDS
from rollbook.domain.removal_steps import RemovalState

# Twenty school days, with the longest holidays between them, and ten after a leave.
_LOOK_BACK = timedelta(days=150)
_DECIDED_SHOWN = 50


def spell_on_roll(pupil: Pupil) -> Enrolment | None:
    """The time on roll that has no last day yet: the one a removal would end."""
    return Enrolment.objects.filter(pupil=pupil, last_day=None).first()


def ground_called(letter: str, on: date) -> Ground | None:
    """The ground of this letter, in force on a day; None for any other letter or day."""
    try:
        return GROUNDS.on(on).value.get(letter)
    except NotInForce:
        return None


def removal_facts(
    viewer: Viewer, pupil: Pupil, spell: Enrolment, last_day: date, today: date
) -> RemovalFacts:
    """What the registers, the calendar and the school say, as the rule takes it."""
    school = school_of(viewer)
    marks_from = max(spell.first_day, min(today - _LOOK_BACK, last_day))
    is_special = school.phase == school.Phase.SPECIAL
    return RemovalFacts(
        born_on=pupil.born_on,
        is_boarder=spell.is_boarder,
        first_day=spell.first_day,
        last_day=last_day,
        today=today,
        calendar=timetable(viewer).calendar,
        marks=marks_between(viewer, pupil.pk, marks_from, today),
        legal_type=school.legal_type,
        placed_by=pupil.commissioning_local_authority if is_special else "",
    )


def check_of(
    viewer: Viewer,
    pupil: Pupil,
    spell: Enrolment,
    ground: Ground,
    answers: Answers,
    last_day: date,
    today: date,
) -> RemovalCheck:
    """May this pupil's name be removed on this ground, as the registers stand now?"""
    return check_removal(ground, answers, removal_facts(viewer, pupil, spell, last_day, today))


@dataclass(frozen=True, slots=True)
class GroundOffered:
    """A ground to choose; `opening` says why it is not open where it is not."""

    ground: Ground
    opening: Finding[bool]


def grounds_for(viewer: Viewer, pupil: Pupil, spell: Enrolment, today: date) -> list[GroundOffered]:
    """All fifteen grounds, each with whether it can be chosen for this pupil at this school."""
    # A year ahead, because whoever will be past compulsory age by then may be entered as a leaver now.
    facts = removal_facts(viewer, pupil, spell, today + timedelta(days=365), today)
    grounds = GROUNDS.on(today).value.values()
    return [GroundOffered(ground, is_open_to(ground, facts)) for ground in grounds]


def asked_for(ground: Ground, facts: RemovalFacts) -> list[dict[str, Any]]:
    """What is asked about a pupil on this ground, as JSON keeps it beside the answer."""
    return [
        {
            "name": each.name,
            "question": each.question,
            "kind": each.kind.value,
            "citation": str(each.citation),
        }
        for each in conditions_of(ground, facts)
    ]


def approver_count(viewer: Viewer, on: date) -> int:
    """How many people of the viewer's school may approve a removal on a day. One query."""
    return count_who_may(viewer, Permission.ROLL_APPROVE_REMOVAL, on)


def removal_of(viewer: Viewer, removal_id: int) -> RemovalRequest | None:
    """One request about a pupil of the viewer's school; None for any other."""
    rows = RemovalRequest.objects.filter(pk=removal_id, pupil__school_id=viewer.school_id)
    return rows.select_related("pupil", "enrolment", "destination").first()


def removals_waiting(viewer: Viewer) -> list[RemovalRequest]:
    """The requests nobody has decided, longest waiting first. One query."""
    rows = RemovalRequest.objects.filter(pupil__school_id=viewer.school_id, state=RemovalState.PROPOSED)
    return list(rows.select_related("pupil").order_by("proposed_at"))


def removals_decided(viewer: Viewer) -> list[RemovalRequest]:
    """The latest requests that were decided or withdrawn. One query."""
    rows = RemovalRequest.objects.filter(pupil__school_id=viewer.school_id)
    return list(rows.exclude(state=RemovalState.PROPOSED).select_related("pupil")[:_DECIDED_SHOWN])


def waiting_count(viewer: Viewer, on: date) -> int:
    """How many requests wait for a decision. One query."""
    del on
    return RemovalRequest.objects.filter(
        pupil__school_id=viewer.school_id, state=RemovalState.PROPOSED
    ).count()


def removals_of_pupil(pupil: Pupil) -> list[RemovalRequest]:
    """Every request about a pupil, newest first. One query."""
    return list(RemovalRequest.objects.filter(pupil=pupil))
