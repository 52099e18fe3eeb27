"""Suspensions: E is planned for their days, and the code of the provision from the day it begins."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
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
    without_private,
)
from rollbook.apps.absence.models import Suspension
from rollbook.apps.absence.queries.suspensions import others_of
from rollbook.apps.registers.actions.sourced_plans import SourcedPlan
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.suspension import Reason, SuspensionFacts, check_suspension, last_day_of

_MAY_NOT = "record suspensions. The pastoral lead, the attendance officer or the head teacher can"
_NOTE = "Suspended"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SuspensionDraft:
    """A suspension as a form describes it: its length in school days or its last day; with both they must agree."""

    reason: str
    first_day: date
    first_session: str
    school_day_count: int | None
    last_day: date | None
    told_on: date | None
    told_how: str
    provision_code: str
    provider: str
    provision_from: date | None


def check_suspension_draft(
    viewer: Viewer, pupil_id: int, draft: SuspensionDraft, today: date, own_id: int | None = None
) -> SuspensionDraft:
    """The draft as it would be kept, its last day worked out. Errors: Refused with every problem."""
    own_pupil(viewer, pupil_id)
    calendar = timetable(viewer).calendar
    last_day = draft.last_day
    if draft.school_day_count is not None:
        counted = last_day_of(draft.first_day, draft.school_day_count, calendar)
        if counted is None:
            raise Refused.one("school_day_count", "The calendar ends before so many school days have passed.")
        if last_day is not None and last_day != counted:
            message = "This is not the last of so many school days. Leave one of the two empty."
            raise Refused.one("last_day", message)
        last_day = counted
    if last_day is None:
        raise Refused.one("school_day_count", "Give the number of school days or the last day.")
    draft = replace(
        draft,
        last_day=last_day,
        school_day_count=None,
        told_how=draft.told_how.strip(),
        provider=draft.provider.strip(),
    )
    facts = SuspensionFacts(
        first_day=draft.first_day,
        last_day=last_day,
        told_on=draft.told_on,
        told_how=draft.told_how,
        provision_code=draft.provision_code,
        provider=draft.provider,
        provision_from=draft.provision_from,
    )
    refusals = check_suspension(facts, others_of(viewer, pupil_id, own_id), calendar, today)
    if draft.reason not in set(Reason):
        refusals.append(Refusal("reason", "Choose the reason."))
    if refusals:
        raise Refused(refusals)
    return draft


def record_suspension(
    *, viewer: Viewer, pupil_id: int, draft: SuspensionDraft, key: UUID, by: Actor, at: datetime
) -> Suspension:
    """Records a suspension and plans E, and the provision where there is one. Errors: Refused."""
    must(viewer, Permission.SUSPENSIONS_RECORD, _MAY_NOT)

    def make() -> Suspension:
        kept = check_suspension_draft(viewer, pupil_id, draft, at.date())
        suspension = Suspension.objects.create(
            **columns_of_new(viewer, key, by, at),
            pupil_id=pupil_id,
            **_values(kept),
        )
        _plan(viewer, suspension, "recorded", by, at)
        note(of=suspension, type="absence.suspension.recorded", facts={"pupil": pupil_id}, by=by, at=at)
        return suspension

    return made_once(viewer, Suspension, key, make)


def change_suspension(
    *,
    viewer: Viewer,
    suspension_id: int,
    draft: SuspensionDraft,
    because: str,
    seen_version: int,
    by: Actor,
    at: datetime,
) -> Suspension:
    """Changes a suspension: its length, the telling of the parents, the provision. Errors: Refused."""
    must(viewer, Permission.SUSPENSIONS_RECORD, _MAY_NOT)
    because = needs_reason(because)
    with transaction.atomic():
        suspension = open_record(
            viewer, Suspension, suspension_id, seen_version, "This suspension was withdrawn."
        )
        kept = check_suspension_draft(viewer, suspension.pupil_id, draft, at.date(), suspension.pk)
        differs = put(suspension, _values(kept))
        if differs["to"]:
            suspension.save()
            _plan(viewer, suspension, because, by, at)
            kept_quiet = without_private(differs, ["reason"])
            facts = {"pupil": suspension.pupil_id, "because": because, **kept_quiet}
            note(of=suspension, type="absence.suspension.changed", facts=facts, by=by, at=at)
    return suspension


def withdraw_suspension(
    *, viewer: Viewer, suspension_id: int, because: str, by: Actor, at: datetime
) -> Suspension:
    """Withdraws a suspension: nothing is planned for it any more; marks already made stay. Errors: Refused."""
    must(viewer, Permission.SUSPENSIONS_RECORD, _MAY_NOT)
    because = needs_reason(because)
    with transaction.atomic():
        suspension = own_record(viewer, Suspension, suspension_id)
        if suspension.ended_at is not None:
            return suspension
        put(suspension, {"ended_at": at, "ended_because": because})
        suspension.save()
        _plan(viewer, suspension, because, by, at)
        facts = {"pupil": suspension.pupil_id, "because": because}
        note(of=suspension, type="absence.suspension.withdrawn", facts=facts, by=by, at=at)
    return suspension


def _values(draft: SuspensionDraft) -> dict[str, Any]:
    names = ("reason", "first_day", "first_session", "last_day", "told_on", "told_how")
    provision = ("provision_code", "provider", "provision_from")
    return {name: getattr(draft, name) for name in (*names, *provision)}


def _plan(viewer: Viewer, suspension: Suspension, because: str, by: Actor, at: datetime) -> None:
    plan(
        of=suspension,
        plans=[] if suspension.ended_at is not None else _plans(suspension),
        viewer=viewer,
        because=because,
        by=by,
        at=at,
    )


def _plans(suspension: Suspension) -> list[SourcedPlan]:
    """E from the first session to the last, for the register to count its days; and the provision over it."""
    first, last = suspension.first_day, suspension.last_day
    of_pupil: dict[str, Any] = {"pupil_id": suspension.pupil_id, "code": "E", "note": _NOTE}
    if suspension.first_session == "AM":
        plans = [SourcedPlan(first_day=first, last_day=last, **of_pupil)]
    else:
        plans = [SourcedPlan(first_day=first, last_day=first, sessions="PM", **of_pupil)]
        if last > first:
            plans.append(SourcedPlan(first_day=first + _ONE_DAY, last_day=last, **of_pupil))
    if suspension.provision_from is not None:
        plans.append(
            SourcedPlan(
                pupil_id=suspension.pupil_id,
                first_day=suspension.provision_from,
                last_day=last,
                code=suspension.provision_code,
                note=f"Taught by {suspension.provider}",
                provider=suspension.provider,
                supervisor=suspension.provider,
            )
        )
    return plans
