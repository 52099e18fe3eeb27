"""Pupils registered at two schools: D is planned for the half-days at the other one (domain.md 1.8)."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from rollbook.apps.absence.actions.records import (
    columns_of_new,
    made_once,
    must,
    needs_reason,
    note,
    open_record,
    own_pupil,
    own_record,
    plan,
    put,
)
from rollbook.apps.absence.models import DualRegistration
from rollbook.apps.absence.queries.people import slots_of_grid
from rollbook.apps.registers.actions.sourced_plans import SourcedPlan
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.off_site import DualFacts, check_dual
from rollbook.domain.refusals import Refused
from rollbook.domain.week_grid import WeekGrid

_MAY_NOT = "record pupils registered at two schools. The school office can"


@dataclass(frozen=True, slots=True)
class DualDraft:
    """A registration at another school as a form describes it. `half_days` are those at the other school."""

    other_school: str
    telephone: str
    contact: str
    told_how: str
    first_day: date
    last_day: date
    half_days: WeekGrid


def check_dual_draft(viewer: Viewer, draft: DualDraft) -> DualDraft:
    """The draft as it would be kept. Errors: Refused with every problem."""
    texts = ("other_school", "telephone", "contact", "told_how")
    draft = replace(draft, **{name: getattr(draft, name).strip() for name in texts})
    facts = DualFacts(
        other_school=draft.other_school,
        telephone=draft.telephone,
        told_how=draft.told_how,
        first_day=draft.first_day,
        last_day=draft.last_day,
        half_day_count=len(draft.half_days),
        session_count=len(slots_of_grid(viewer, draft.half_days, draft.first_day, draft.last_day)),
    )
    if refusals := check_dual(facts):
        raise Refused(refusals)
    return draft


def record_dual(
    *, viewer: Viewer, pupil_id: int, draft: DualDraft, key: UUID, by: Actor, at: datetime
) -> DualRegistration:
    """Records that a pupil is registered at another school too, and plans D. Errors: Refused."""
    must(viewer, Permission.ACTIVITIES_RECORD, _MAY_NOT)
    pupil = own_pupil(viewer, pupil_id)
    draft = check_dual_draft(viewer, draft)

    def make() -> DualRegistration:
        dual = DualRegistration.objects.create(
            **columns_of_new(viewer, key, by, at),
            pupil=pupil,
            **_values(draft),
        )
        _plan(viewer, dual, "recorded", by, at)
        note(
            of=dual,
            type="absence.dual.recorded",
            facts={"pupil": pupil.pk, "other_school": draft.other_school},
            by=by,
            at=at,
        )
        return dual

    return made_once(viewer, DualRegistration, key, make)


def change_dual(
    *,
    viewer: Viewer,
    dual_id: int,
    draft: DualDraft,
    because: str,
    seen_version: int,
    by: Actor,
    at: datetime,
) -> DualRegistration:
    """Changes what is agreed with the other school; D is planned anew. Errors: Refused."""
    must(viewer, Permission.ACTIVITIES_RECORD, _MAY_NOT)
    because = needs_reason(because)
    draft = check_dual_draft(viewer, draft)
    with transaction.atomic():
        dual = open_record(viewer, DualRegistration, dual_id, seen_version, "This registration was ended.")
        differs = put(dual, _values(draft))
        if differs["to"]:
            dual.save()
            _plan(viewer, dual, because, by, at)
            facts = {"pupil": dual.pupil_id, "because": because, **differs}
            note(of=dual, type="absence.dual.changed", facts=facts, by=by, at=at)
    return dual


def end_dual(
    *, viewer: Viewer, dual_id: int, last_day: date, because: str, by: Actor, at: datetime
) -> DualRegistration:
    """Ends the registration at the other school after a day: D is planned up to it. Errors: Refused."""
    must(viewer, Permission.ACTIVITIES_RECORD, _MAY_NOT)
    because = needs_reason(because)
    with transaction.atomic():
        dual = own_record(viewer, DualRegistration, dual_id)
        if dual.ended_at is not None:
            return dual
        if not dual.first_day <= last_day <= dual.last_day:
            raise Refused.one("last_day", "Choose a day between the first and the last day agreed.")
        differs = put(dual, {"last_day": last_day, "ended_at": at, "ended_because": because})
        dual.save()
        _plan(viewer, dual, because, by, at)
        facts = {"pupil": dual.pupil_id, "because": because, "last_day": differs["to"].get("last_day")}
        note(of=dual, type="absence.dual.ended", facts=facts, by=by, at=at)
    return dual


def _values(draft: DualDraft) -> dict[str, Any]:
    return asdict(draft) | {"half_days": draft.half_days.bits}


def _plan(viewer: Viewer, dual: DualRegistration, because: str, by: Actor, at: datetime) -> None:
    plans = [
        SourcedPlan(
            pupil_id=dual.pupil_id,
            first_day=dual.first_day,
            last_day=dual.last_day,
            code="D",
            note=f"At {dual.other_school}",
            sessions=sessions,
            weekdays=weekdays,
            provider=dual.other_school,
            supervisor=dual.contact,
        )
        for sessions, weekdays in WeekGrid(dual.half_days).patterns()
    ]
    plan(of=dual, plans=plans, viewer=viewer, because=because, by=by, at=at)
