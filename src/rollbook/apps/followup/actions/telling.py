"""A parent told the reason: the marks of the absence get their code, the days to come are planned, and it is kept."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.followup.actions.claiming import let_go, must_contact, own_to_call
from rollbook.apps.followup.actions.recording import add_step
from rollbook.apps.followup.models import ContactStep
from rollbook.apps.followup.queries.steps import step_of_form
from rollbook.apps.registers.actions.amending_many import ChangedMeanwhile, amend_many
from rollbook.apps.registers.actions.many_marks import Change
from rollbook.apps.registers.actions.planning import plan_mark
from rollbook.apps.registers.queries.newest import HalfDay, standing_marks
from rollbook.apps.roll.queries.calling import Contact, ToCall
from rollbook.apps.schools.queries import timetable
from rollbook.domain.absences import NOT_ESTABLISHED
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.contact_steps import LONGEST_NOTE, StepKind
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.sessions import SchoolSession, words_for_time

LONGEST_DAYS = 60
_MEANWHILE = (
    "Somebody else has changed one of these marks meanwhile. They are shown as they are now: look again."
)


@dataclass(frozen=True, slots=True)
class ReasonDraft:
    """What a parent told. `half_days` are the sessions it explains; `nature` what the register may show.

    `note` is for those who follow absence up; `expected_return` the first day back, today for this
    afternoon, None where nobody said.
    """

    contact_id: int | None
    code: str
    half_days: tuple[HalfDay, ...]
    nature: str = ""
    note: str = ""
    expected_return: date | None = None


def tell_reason(
    *, viewer: Viewer, pupil_id: int, draft: ReasonDraft, key: UUID, by: Actor, at: datetime
) -> ContactStep:
    """Enters the reason that a parent told, everything or nothing: marks, days to come, and the row of the timeline.

    The marks are amended through the registers' own action, with "… told at 09:42" as the reason; what was said about
    health or family stays with the step. Errors: Refused with every problem.
    """
    must_contact(viewer)
    call = own_to_call(viewer, pupil_id)
    if (made := step_of_form(viewer.school_id, key)) is not None:
        return made
    contact = next((each for each in call.contacts if each.pk == draft.contact_id), None)
    _refuse(viewer, draft, contact, at)
    who = f"{contact.parent} ({contact.relationship.lower()})" if contact else "A parent"
    with transaction.atomic():
        _amend(viewer, call, draft, f"{who} told at {words_for_time(at.time())}", key, by, at)
        _plan(viewer, call, draft, by, at)
        step = add_step(
            viewer=viewer,
            pupil_id=pupil_id,
            kind=StepKind.REASON,
            key=key,
            by=by,
            at=at,
            code=draft.code,
            expected_return=draft.expected_return,
            contact_id=contact.pk if contact else None,
            who=who,
            note=draft.note.strip(),
        )
        record(
            type="followup.reason.told",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil_id}",
            facts={"code": draft.code, "sessions_explained": len(draft.half_days)},
        )
        let_go(viewer=viewer, pupil_id=pupil_id, by=by, at=at)
    return step


def _refuse(viewer: Viewer, draft: ReasonDraft, contact: Contact | None, at: datetime) -> None:
    refusals = []
    if not viewer.may(Permission.REGISTER_AMEND):
        refusals.append(Refusal("", "You may not amend the register. The school office can."))
    if contact is None:
        refusals.append(Refusal("contact", "Choose who told the reason."))
    if not draft.half_days:
        refusals.append(Refusal("half_days", "Choose which sessions it explains."))
    if draft.code == NOT_ESTABLISHED:
        refusals.append(Refusal("code", "N says that no reason is known. Choose the code for what was told."))
    if "\0" in draft.note or len(draft.note) > LONGEST_NOTE:
        refusals.append(Refusal("note", f"Keep it to {LONGEST_NOTE:,} ordinary characters."))
    back, today = draft.expected_return, at.date()
    if back is not None and not today <= back <= today + timedelta(days=LONGEST_DAYS):
        refusals.append(Refusal("expected_return", f"Choose today or a day within {LONGEST_DAYS} days."))
    if refusals:
        raise Refused(refusals)


def _amend(
    viewer: Viewer, call: ToCall, draft: ReasonDraft, reason: str, key: UUID, by: Actor, at: datetime
) -> None:
    standing = standing_marks(viewer.school_id, {on for on, _ in draft.half_days}, [call.pupil.pk]).get(
        call.pupil.pk, {}
    )
    changes = [
        Change(
            call.pupil.pk,
            on,
            session,
            standing[on, session].version if (on, session) in standing else 0,
            draft.code,
            note=draft.nature,
        )
        for on, session in draft.half_days
    ]
    settled = [
        key
        for key in draft.half_days
        if key in standing and standing[key].symbol not in ("", NOT_ESTABLISHED)
    ]
    if settled:
        raise Refused.one("half_days", _MEANWHILE)
    try:
        amend_many(viewer=viewer, changes=changes, reason=reason, key=key, by=by, at=at)
    except ChangedMeanwhile:
        raise Refused.one("half_days", _MEANWHILE) from None
    except Refused as refused:
        raise Refused(_as_of_form(each) for each in refused.refusals) from None


def _as_of_form(refusal: Refusal) -> Refusal:
    """A refusal at one mark of many, beside the field of this form that it is about."""
    place = refusal.field.partition("-")[0]
    name = {"note": "nature", "reason": ""}.get(place, "code" if refusal.field else "")
    return Refusal(name, refusal.message)


def _plan(viewer: Viewer, call: ToCall, draft: ReasonDraft, by: Actor, at: datetime) -> None:
    """This afternoon and the days until the pupil is expected back, so that no register asks again."""
    calendar, today = timetable(viewer).calendar, at.date()
    spans: list[tuple[date, date, str]] = []
    afternoon = calendar.times(today, SchoolSession.PM)
    is_away_today = any(on == today for on, _ in draft.half_days) and draft.expected_return != today
    if is_away_today and afternoon is not None and at.time() < afternoon.opens_at:
        spans.append((today, today, SchoolSession.PM.value))
    if draft.expected_return is not None:
        first, last = today + timedelta(days=1), draft.expected_return - timedelta(days=1)
        if first <= last and calendar.school_days(first, last):
            spans.append((first, last, "both"))
    for first, last, sessions in spans:
        try:
            plan_mark(
                viewer=viewer,
                pupil_id=call.pupil.pk,
                first_day=first,
                last_day=last,
                sessions=sessions,
                code=draft.code,
                note=draft.nature.strip() or "A parent has told the school",
                origin="telephone",
                by=by,
                at=at,
            )
        except Refused as refused:
            fields = {"note": "nature", "code": "code"}
            raise Refused(
                Refusal(fields.get(each.field, "expected_return"), each.message) for each in refused.refusals
            ) from None
