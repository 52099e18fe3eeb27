"""Calls to the absence line as short as a test wants them."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from rollbook.apps.absence.actions.line import record_reports
from rollbook.apps.absence.actions.line_drafts import AbsenceDraft, CallDraft
from rollbook.apps.absence.models import Report
from rollbook.apps.accounts.models import User
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.roll.models import Contact, Parent, Pupil
from tests.apps.registers.scene import MONDAY, Scene, at


def mother_of(scene: Scene, *pupils: Pupil, **values: Any) -> Parent:
    """Anna Abbott, the mother of these pupils."""
    parent = Parent.objects.create(school=scene.school, forename="Anna", surname="Abbott", telephone="0121 1")
    for pupil in pupils:
        Contact.objects.create(pupil=pupil, parent=parent, **{"relationship": "mother", **values})
    return parent


def call_of(parent: Parent | None, when: datetime | None = None, **changes: Any) -> CallDraft:
    """Somebody telephones at 08:40 on Monday: a parent, or where there is none Mr Grey from next door."""
    if parent is None:
        draft = CallDraft("telephone", when or at(8, 40), "somebody", "Mr Grey", "neighbour")
    else:
        draft = CallDraft("telephone", when or at(8, 40), f"parent:{parent.pk}")
    return replace(draft, **changes)


def away(pupil: Pupil, told: str = "ill", **changes: Any) -> AbsenceDraft:
    """A pupil is away on Monday."""
    return replace(AbsenceDraft(pupil.pk, told, MONDAY), **changes)


def told(
    scene: Scene,
    call: CallDraft,
    *absences: AbsenceDraft,
    by: User | None = None,
    now: datetime | None = None,
    key: UUID | None = None,
    call_id: int | None = None,
) -> list[Report]:
    """What the office records at once, unless somebody else does later."""
    viewer = scene.viewer(by or scene.office)
    return record_reports(
        viewer=viewer,
        call=call,
        absences=absences,
        key=key or uuid4(),
        call_id=call_id,
        by=viewer.actor,
        at=now or call.told_at,
    )


def plans_of(report: Report) -> list[tuple[str, str, str, str]]:
    """What a report plans: first and last day, code, sessions."""
    rows = PlannedMark.objects.filter(source=report.source, withdrawn_at=None).order_by(
        "first_day", "sessions"
    )
    return [(f"{row.first_day:%m-%d}", f"{row.last_day:%m-%d}", row.code, row.sessions) for row in rows]
