"""Leave of absence as short as a test wants it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from rollbook.apps.absence.actions.leave import LeaveDraft, record_leave
from rollbook.apps.absence.actions.leave_deciding import DecisionDraft, decide_leave
from rollbook.apps.absence.models import Leave, LeaveDecision
from rollbook.apps.roll.models import Contact, Pupil
from tests.apps.absence.records import parent_of
from tests.apps.registers.scene import MONDAY, Scene, at

WEDNESDAY = MONDAY + timedelta(days=9)
THURSDAY = WEDNESDAY + timedelta(days=1)


def leave_draft(contact: Contact | None, **changes: Any) -> LeaveDraft:
    """Two days for a funeral abroad, nine days ahead."""
    return replace(
        LeaveDraft(
            ground="exceptional",
            circumstance="funeral",
            detail="Her grandmother’s funeral in Kraków",
            advice="",
            words="My mother has died. Could Amy come with us to the funeral?",
            first_day=WEDNESDAY,
            last_day=THURSDAY,
            sessions="both",
            received_on=MONDAY,
            received_how="letter",
            contact_id=contact.pk if contact else None,
        ),
        **changes,
    )


def leave(
    scene: Scene,
    pupil: Pupil | None = None,
    *,
    when: datetime | None = None,
    key: UUID | None = None,
    **changes: Any,
) -> Leave:
    """Amy's request, recorded by the office on Monday."""
    who = pupil or scene.amy
    contact = Contact.objects.filter(pupil=who).first() or parent_of(who)
    viewer = scene.viewer(scene.office)
    return record_leave(
        viewer=viewer,
        pupil_id=who.pk,
        draft=leave_draft(contact, **changes),
        key=key or uuid4(),
        by=viewer.actor,
        at=when or at(9),
    )


GRANTED = DecisionDraft(
    is_granted=True,
    first_day=WEDNESDAY,
    last_day=WEDNESDAY,
    sessions="both",
    considered="Close family, far away; attendance is good",
    because="The funeral is on Wednesday, and the flight home the same evening.",
    conditions="",
    is_confirmed=False,
    again_because="",
)
REFUSED = replace(
    GRANTED,
    is_granted=False,
    first_day=None,
    last_day=None,
    because="The school holidays begin a week later.",
)


def decide(
    scene: Scene, of: Leave, draft: DecisionDraft = GRANTED, *, when: datetime | None = None, **changes: Any
) -> LeaveDecision:
    """The head's decision on Monday: the first day is granted."""
    viewer = scene.viewer(scene.head)
    of.refresh_from_db()
    return decide_leave(
        viewer=viewer,
        leave_id=of.pk,
        draft=replace(draft, **changes),
        seen_version=of.version,
        by=viewer.actor,
        at=when or at(10),
    )
