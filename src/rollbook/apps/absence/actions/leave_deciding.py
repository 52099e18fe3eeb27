"""The head decides about leave: granted days are planned, every decision is kept, the family is told."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from rollbook.apps.absence.actions.leave import MAY_NOT_RECORD, to_state
from rollbook.apps.absence.actions.records import must_any, note, own_record, plan, put
from rollbook.apps.absence.leave_models import SESSIONS
from rollbook.apps.absence.models import Leave, LeaveDecision, LeaveTelling
from rollbook.apps.absence.queries.leave import code_of, decision_of, facts_of
from rollbook.apps.absence.queries.week import slots_between
from rollbook.apps.post.actions.sending import send
from rollbook.apps.registers.actions.sourced_plans import SourcedPlan
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.leave import Decision, LeaveEvent, LeaveState, check_decision
from rollbook.domain.refusals import Refusal, Refused

PURPOSE = "absence.leave"
_NOTE = "Leave granted"
_EVERY_WEEKDAY = 0b11111


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """A decision as the form describes it; the days are None where it is refused."""

    is_granted: bool
    first_day: date | None
    last_day: date | None
    sessions: str
    considered: str
    because: str
    conditions: str
    is_confirmed: bool
    again_because: str


def check_decision_draft(viewer: Viewer, leave: Leave, draft: DecisionDraft, today: date) -> DecisionDraft:
    """The decision as it would be kept. Errors: Refused with every problem."""
    to_state(viewer, leave, LeaveEvent.GRANT if draft.is_granted else LeaveEvent.REFUSE)
    texts = ("considered", "because", "conditions", "again_because")
    draft = replace(draft, **{name: getattr(draft, name).strip() for name in texts})
    if not draft.is_granted:
        draft = replace(draft, first_day=None, last_day=None, sessions="both", conditions="")
    earlier = decision_of(leave)
    decision = Decision(
        is_granted=draft.is_granted,
        first_day=draft.first_day,
        last_day=draft.last_day,
        considered=draft.considered,
        because=draft.because,
        is_confirmed=draft.is_confirmed,
        again_because=draft.again_because,
        sessions=draft.sessions,
    )
    refusals = check_decision(
        facts_of(leave),
        decision,
        today,
        is_again=earlier is not None,
        granted_from=earlier.first_day if earlier else None,
    )
    if draft.sessions not in dict(SESSIONS):
        refusals.append(Refusal("granted_sessions", "Choose which sessions."))
    elif not refusals and draft.first_day is not None and draft.last_day is not None:
        slots = slots_between(viewer, draft.first_day, draft.last_day, _EVERY_WEEKDAY, draft.sessions)
        if not slots:
            refusals.append(Refusal("granted_first_day", "The school is closed on all of these days."))
    if refusals:
        raise Refused(refusals)
    return draft


def decide_leave(
    *, viewer: Viewer, leave_id: int, draft: DecisionDraft, seen_version: int, by: Actor, at: datetime
) -> LeaveDecision:
    """Grants or refuses leave; only granted days are planned. The same form twice decides once. Errors: Refused."""
    event = LeaveEvent.GRANT if draft.is_granted else LeaveEvent.REFUSE
    with transaction.atomic():
        leave = own_record(viewer, Leave, leave_id, seen_version)
        state = to_state(viewer, leave, event)
        kept = check_decision_draft(viewer, leave, draft, at.date())
        earlier = decision_of(leave)
        decision = LeaveDecision.objects.create(
            leave=leave,
            number=earlier.number + 1 if earlier else 1,
            is_granted=kept.is_granted,
            first_day=kept.first_day,
            last_day=kept.last_day,
            sessions=kept.sessions,
            considered=kept.considered,
            because=kept.because,
            conditions=kept.conditions,
            is_confirmed=kept.is_confirmed,
            again_because=kept.again_because,
            at=at,
            by_id=by.person_id,
            by_name=by.name,
            by_position=by.position,
        )
        put(leave, {"state": state.value})
        leave.version += 1  # a second decision may leave the state as it was
        leave.save()
        _plan(viewer, leave, decision, by, at)
        facts = {
            "pupil": leave.pupil_id,
            "granted": kept.is_granted,
            "first_day": kept.first_day.isoformat() if kept.first_day else None,
            "last_day": kept.last_day.isoformat() if kept.last_day else None,
            "because": kept.again_because,
        }
        note(of=leave, type=f"absence.leave.{state.value}", facts=facts, by=by, at=at)
    return decision


def _plan(viewer: Viewer, leave: Leave, decision: LeaveDecision, by: Actor, at: datetime) -> None:
    plans = []
    if decision.first_day is not None and decision.last_day is not None:
        plans.append(
            SourcedPlan(
                pupil_id=leave.pupil_id,
                first_day=decision.first_day,
                last_day=decision.last_day,
                code=code_of(leave),
                note=_NOTE,
                sessions=decision.sessions,
            )
        )
    because = "Leave granted" if decision.is_granted else "Leave refused"
    plan(of=leave, plans=plans, viewer=viewer, because=because, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Letter:
    """What the family is told. `address` is for e-mail, "" otherwise."""

    to_name: str
    address: str
    subject: str
    body: str


def tell_decision(
    *,
    viewer: Viewer,
    leave_id: int,
    number: int,
    how: str,
    on: date,
    letter: Letter,
    key: UUID,
    by: Actor,
    at: datetime,
) -> LeaveTelling:
    """Records that the family was told of the decision that stands, and sends the e-mail where that is how.

    The same form twice tells once. Errors: Refused; for an e-mail also what the sending refuses.
    """
    must_any(viewer, [Permission.LEAVE_RECORD, Permission.LEAVE_DECIDE], MAY_NOT_RECORD)
    with transaction.atomic():
        leave = own_record(viewer, Leave, leave_id)
        found = LeaveTelling.objects.filter(decision__leave=leave, key=key).first()
        if found is not None:
            return found
        decision = _to_tell(leave, number)
        refusal = _cannot_tell(decision, how, on, letter, at)
        if refusal is not None:
            raise Refused([refusal])
        is_email = how == LeaveTelling.How.EMAIL
        message_id = _e_mail(leave, letter, key, by, at) if is_email else None
        telling = LeaveTelling.objects.create(
            decision=decision,
            key=key,
            how=how,
            to_name=letter.to_name,
            on=on,
            message_id=message_id,
            at=at,
            by_id=by.person_id,
            by_name=by.name,
        )
        facts = {"pupil": leave.pupil_id, "how": telling.get_how_display()}
        note(of=leave, type="absence.leave.told", facts=facts, by=by, at=at)
    return telling


def _e_mail(leave: Leave, letter: Letter, key: UUID, by: Actor, at: datetime) -> int:
    """The number of the message that was written."""
    message = send(
        school_id=leave.school_id,
        channel="email",
        purpose=PURPOSE,
        to_name=letter.to_name,
        to_address=letter.address,
        subject=letter.subject,
        body=letter.body,
        about=leave.source,
        pupil_id=leave.pupil_id,
        key=f"leave:{key}",
        by=by,
        at=at,
    )
    return message.pk


def _to_tell(leave: Leave, number: int) -> LeaveDecision:
    """The decision that stands, which the letter on the screen was about. Errors: Refused."""
    decision = decision_of(leave)
    if decision is None or leave.state == LeaveState.WITHDRAWN:
        raise Refused.one("", "There is no decision of which the family could be told.")
    if decision.number != number:
        raise Refused.one("", "It was decided again meanwhile. Look at the new letter first.")
    return decision


def _cannot_tell(decision: LeaveDecision, how: str, on: date, letter: Letter, at: datetime) -> Refusal | None:
    if how not in LeaveTelling.How.values:
        return Refusal("how", "Choose how the family was told.")
    if on > at.date():
        return Refusal("on", "This day is still to come.")
    if on < decision.at.astimezone(at.tzinfo).date():
        return Refusal("on", "This is before the decision.")
    if how == LeaveTelling.How.EMAIL and not letter.address:
        return Refusal("how", "No e-mail address is kept for this parent. Send or give the letter on paper.")
    return None
