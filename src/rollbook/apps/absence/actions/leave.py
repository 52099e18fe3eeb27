"""Leave of absence is asked for: the request in writing, its change, its evidence, its withdrawal."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from rollbook.apps.absence.actions.records import (
    columns_of_new,
    made_once,
    must,
    must_any,
    needs_reason,
    note,
    own_pupil,
    own_record,
    plan,
    put,
    without_private,
)
from rollbook.apps.absence.leave_models import SESSIONS, ReceivedHow
from rollbook.apps.absence.models import Leave
from rollbook.apps.absence.queries.leave import decision_of, is_over_age
from rollbook.apps.absence.queries.people import school_days_between
from rollbook.apps.roll.queries import Pupil
from rollbook.apps.roll.queries.details import contact_of
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.leave import (
    Circumstance,
    Ground,
    LeaveEvent,
    LeaveFacts,
    LeaveState,
    check_request,
    move,
)
from rollbook.domain.refusals import Refusal, Refused

MAY_NOT_RECORD = "record requests for leave. The school office can"
# Families write of deaths, health and homes: the log says that it changed, the record what it says.
_PRIVATE = ("words", "detail", "circumstance", "advice", "contact_id", "asked_by_name")


@dataclass(frozen=True, slots=True)
class LeaveDraft:
    """A request as a form describes it. `contact_id` is the parent who asks, None where the pupil does."""

    ground: str
    circumstance: str
    detail: str
    advice: str
    words: str
    first_day: date
    last_day: date
    sessions: str
    received_on: date
    received_how: str
    contact_id: int | None


def check_leave_draft(viewer: Viewer, pupil_id: int, draft: LeaveDraft, today: date) -> dict[str, Any]:
    """The columns of a request that can be kept. Errors: Refused with every problem."""
    pupil = own_pupil(viewer, pupil_id)
    draft = replace(
        draft,
        **{name: getattr(draft, name).strip() for name in ("detail", "advice", "words")},
        circumstance=draft.circumstance if draft.ground == Ground.EXCEPTIONAL else "",
    )
    refusals = _choices(draft)
    if refusals:
        raise Refused(refusals)
    name, relationship, lives_with, over_age = _who(viewer, pupil, draft)
    facts = LeaveFacts(
        ground=Ground(draft.ground),
        first_day=draft.first_day,
        last_day=draft.last_day,
        received_on=draft.received_on,
        detail=draft.detail,
        circumstance=draft.circumstance,
        words=draft.words,
        asked_by=name,
        by_parent_lived_with=lives_with,
        by_pupil_over_age=over_age,
        sessions=draft.sessions,
    )
    days = school_days_between(viewer, draft.first_day, draft.last_day)
    refusals = check_request(facts, days, today)
    if refusals:
        raise Refused(refusals)
    names = ("ground", "circumstance", "detail", "advice", "words", "first_day", "last_day", "sessions")
    columns = {each: getattr(draft, each) for each in (*names, "received_on", "received_how", "contact_id")}
    return columns | {"asked_by_name": name, "asked_by_relationship": relationship}


def _choices(draft: LeaveDraft) -> list[Refusal]:
    refusals = []
    if draft.ground not in set(Ground):
        refusals.append(Refusal("ground", "Choose what the leave is for."))
    if draft.circumstance and draft.circumstance not in set(Circumstance):
        refusals.append(Refusal("circumstance", "Choose what kind of circumstance it is."))
    if draft.sessions not in dict(SESSIONS):
        refusals.append(Refusal("sessions", "Choose which sessions."))
    if draft.received_how not in ReceivedHow.values:
        refusals.append(Refusal("received_how", "Leave is asked for in writing. Choose how it came."))
    return refusals


def _who(viewer: Viewer, pupil: Pupil, draft: LeaveDraft) -> tuple[str, str, bool, bool]:
    """Name, relationship, whether it is a parent the pupil lives with, whether a pupil old enough."""
    if draft.contact_id is None:
        return f"{pupil.forename} {pupil.surname}", "pupil", False, is_over_age(pupil, draft.received_on)
    contact = contact_of(viewer, pupil.pk, draft.contact_id)
    if contact is None:
        return "", "", False, False
    return str(contact.parent), contact.relationship, contact.is_parent and contact.lives_with, False


def record_leave(
    *, viewer: Viewer, pupil_id: int, draft: LeaveDraft, key: UUID, by: Actor, at: datetime
) -> Leave:
    """Records a request for leave. It plans nothing until the head grants it. Errors: Refused."""
    must(viewer, Permission.LEAVE_RECORD, MAY_NOT_RECORD)

    def make() -> Leave:
        columns = check_leave_draft(viewer, pupil_id, draft, at.date())
        leave = Leave.objects.create(
            **columns_of_new(viewer, key, by, at),
            pupil_id=pupil_id,
            state=LeaveState.ASKED.value,
            **columns,
        )
        note(of=leave, type="absence.leave.asked", facts={"pupil": pupil_id}, by=by, at=at)
        return leave

    return made_once(viewer, Leave, key, make)


def change_leave(
    *,
    viewer: Viewer,
    leave_id: int,
    draft: LeaveDraft,
    because: str,
    seen_version: int,
    by: Actor,
    at: datetime,
) -> Leave:
    """Changes a request that waits for its decision. Errors: Refused."""
    because = needs_reason(because)
    with transaction.atomic():
        leave = own_record(viewer, Leave, leave_id, seen_version)
        to_state(viewer, leave, LeaveEvent.CHANGE)
        differs = put(leave, check_leave_draft(viewer, leave.pupil_id, draft, at.date()))
        if differs["to"]:
            leave.save()
            facts = {"pupil": leave.pupil_id, "because": because, **without_private(differs, _PRIVATE)}
            note(of=leave, type="absence.leave.changed", facts=facts, by=by, at=at)
    return leave


def withdraw_leave(*, viewer: Viewer, leave_id: int, because: str, by: Actor, at: datetime) -> Leave:
    """The family withdraws the request: nothing is planned for it any more. Errors: Refused once leave has begun."""
    because = needs_reason(because)
    with transaction.atomic():
        leave = own_record(viewer, Leave, leave_id)
        if leave.state == LeaveState.WITHDRAWN:
            return leave
        state = to_state(viewer, leave, LeaveEvent.WITHDRAW)
        decision = decision_of(leave)
        if decision is not None and decision.first_day is not None and decision.first_day <= at.date():
            message = "The leave has begun: it can’t be withdrawn. A pupil who is back is marked present."
            raise Refused.one("because", message)
        put(leave, {"state": state.value, "ended_at": at, "ended_because": because})
        leave.save()
        plan(of=leave, plans=[], viewer=viewer, because=because, by=by, at=at)
        facts = {"pupil": leave.pupil_id, "because": because}
        note(of=leave, type="absence.leave.withdrawn", facts=facts, by=by, at=at)
    return leave


def ask_evidence(*, viewer: Viewer, leave_id: int, what: str, by: Actor, at: datetime) -> Leave:
    """The head asks for evidence of a request, saying what and why. Errors: Refused."""
    must(viewer, Permission.LEAVE_DECIDE, "ask for evidence. The head teacher can")
    what = what.strip()
    if not what:
        raise Refused.one("what", "Say what is asked for and why: the reason stays with the request.")
    values = {"evidence_asked_on": at.date(), "evidence_asked": what}
    return _evidence(viewer, leave_id, values, "absence.leave.evidence_asked", by, at)


def record_evidence(
    *, viewer: Viewer, leave_id: int, what: str, received_on: date, by: Actor, at: datetime
) -> Leave:
    """Records what the family has shown and when. Errors: Refused."""
    must_any(viewer, [Permission.LEAVE_RECORD, Permission.LEAVE_DECIDE], MAY_NOT_RECORD)
    what = what.strip()
    if not what:
        raise Refused.one("what", "Say what was shown.")
    if received_on > at.date():
        raise Refused.one("received_on", "This day is still to come. Give the day on which it was shown.")
    values = {"evidence_received_on": received_on, "evidence_received": what}
    return _evidence(viewer, leave_id, values, "absence.leave.evidence_received", by, at)


def _evidence(
    viewer: Viewer, leave_id: int, values: dict[str, Any], type: str, by: Actor, at: datetime
) -> Leave:
    with transaction.atomic():
        leave = own_record(viewer, Leave, leave_id)
        if leave.state == LeaveState.WITHDRAWN:
            raise Refused.one("what", "This request was withdrawn.")
        if put(leave, values)["to"]:
            leave.save()
            note(of=leave, type=type, facts={"pupil": leave.pupil_id}, by=by, at=at)
    return leave


def to_state(viewer: Viewer, leave: Leave, event: LeaveEvent) -> LeaveState:
    """The state that follows from an event. Errors: Refused where it can't happen now, or not through this person."""
    found = move(LeaveState(leave.state), event)
    if found is None:
        raise Refused.one("", f"This can’t be done any more: {LeaveState(leave.state).words.lower()}.")
    state, permission = found
    decides = permission is Permission.LEAVE_DECIDE
    must(viewer, permission, "decide about leave. The head teacher can" if decides else MAY_NOT_RECORD)
    return state
