"""Planned marks that follow from a record of another room: a trip, a part-time timetable, a suspension.

The record is the truth; its planned marks are replaced together when it changes, and end with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.registers.models import EVERY_WEEKDAY, PlannedMark
from rollbook.domain.access import Actor, Viewer

Origin = PlannedMark.Origin
"""How a planned mark came to be known, for the rooms above that plan marks."""


@dataclass(frozen=True, slots=True)
class SourcedPlan:
    """What one pupil's mark is expected to be because of a record.

    `sessions` is "both", "AM" or "PM"; `weekdays` one bit a weekday, 1 for Monday; `note` is the nature that the
    register shows; `provider` the other school, provider or place; `supervisor` who is in charge there.
    """

    pupil_id: int
    first_day: date
    last_day: date
    code: str
    note: str
    sessions: str = "both"
    weekdays: int = EVERY_WEEKDAY
    provider: str = ""
    supervisor: str = ""


def replace_plans(
    *,
    viewer: Viewer,
    source: str,
    origin: PlannedMark.Origin,
    plans: Sequence[SourcedPlan],
    because: str,
    by: Actor,
    at: datetime,
) -> int:
    """Withdraws what a record planned before and plans what it says now; how many plans stand after it.

    `source` names the record: "activity:12". Marks already made stay. The caller has checked who may and what is right,
    and holds the transaction of its own change, so that the record and its plans change together.
    """
    with transaction.atomic():
        earlier = PlannedMark.objects.select_for_update().filter(
            school_id=viewer.school_id, source=source, withdrawn_at=None
        )
        withdrawn_count = earlier.update(
            withdrawn_at=at, withdrawn_by_id=by.person_id, withdrawn_because=because
        )
        PlannedMark.objects.bulk_create(_row(viewer, source, origin, plan, by, at) for plan in plans)
        record(
            type="register.plans.replaced",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=source,
            facts={"withdrawn": withdrawn_count, "planned": len(plans), "because": because},
        )
    return len(plans)


def _row(
    viewer: Viewer, source: str, origin: PlannedMark.Origin, plan: SourcedPlan, by: Actor, at: datetime
) -> PlannedMark:
    return PlannedMark(
        school_id=viewer.school_id,
        pupil_id=plan.pupil_id,
        first_day=plan.first_day,
        last_day=plan.last_day,
        sessions=plan.sessions,
        weekdays=plan.weekdays,
        code=plan.code,
        note=plan.note,
        origin=origin,
        source=source,
        provider=plan.provider,
        supervisor=plan.supervisor,
        recorded_at=at,
        recorded_by_id=by.person_id,
        recorded_by_name=by.name,
    )
