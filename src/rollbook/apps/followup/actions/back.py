"""Recording how a pupil came back, or that nobody needs to meet the pupil."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from rollbook.apps.absence.queries.activities import own_staff
from rollbook.apps.audit.actions import record
from rollbook.apps.followup.models import BackCheck
from rollbook.apps.followup.queries.back import Returned, returned
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.back import CheckDraft, check_problems
from rollbook.domain.refusals import Refusal, Refused

_NOT_BACK = "The register does not show that this pupil came back on this day. Open the list again."
_MEANWHILE = "Somebody else recorded a meeting meanwhile. It is shown now; record yours if it is another one."


def record_check(
    *,
    viewer: Viewer,
    pupil_id: int,
    returned_on: date,
    draft: CheckDraft,
    met_by_id: int | None,
    seen_count: int,
    key: UUID,
    by: Actor,
    at: datetime,
) -> BackCheck:
    """Records a meeting after an absence, a further one, or that none is needed. The same form twice records it once.

    `seen_count` is how many records were on the screen. Errors: Refused with every problem; nothing is kept then.
    """
    if not viewer.may(Permission.CONTACT_RECORD):
        raise Refused.one("", "You may not record how pupils come back. The pastoral lead can.")
    if (made := _made(viewer, key)) is not None:
        return made
    draft = _tidy(draft)
    found = return_on(viewer, pupil_id, returned_on, at)
    if found is None:
        raise Refused.one("", _NOT_BACK)
    if len(found.checks) != seen_count:
        raise Refused.one("", _MEANWHILE)
    names = dict(own_staff(viewer, at.date())) if draft.is_met else {}
    refusals = check_problems(
        draft, is_full=found.due.is_full and found.is_open, back_on=found.back.on, now=at
    )
    if draft.is_met and met_by_id not in names:
        refusals.append(Refusal("met_by", "Choose who met the pupil from the school’s staff."))
    if refusals:
        raise Refused(refusals)
    met_by = met_by_id if draft.is_met else None
    return _kept(viewer, found, draft, (met_by, names.get(met_by or 0, "")), key, by, at)


def return_on(viewer: Viewer, pupil_id: int, returned_on: date, now: datetime) -> Returned | None:
    """The return of a pupil of the viewer's school on a day; None where the register shows none."""
    if returned_on > now.date():
        return None
    found = returned(viewer, returned_on, returned_on, now, pupil_id)
    return found[0] if found else None


def _tidy(draft: CheckDraft) -> CheckDraft:
    names = ("adjusted_times", "check_ins", "work_missed", "note", "because")
    return replace(draft, **{name: getattr(draft, name).strip() for name in names})


def _kept(
    viewer: Viewer,
    found: Returned,
    draft: CheckDraft,
    met_by: tuple[int | None, str],
    key: UUID,
    by: Actor,
    at: datetime,
) -> BackCheck:
    texts = (
        "feeling",
        "is_ready",
        "is_reason_confirmed",
        "adjusted_times",
        "check_ins",
        "work_missed",
        "note",
    )
    about = {name: getattr(draft, name) for name in (*texts, "next_check_on")} if draft.is_met else {}
    try:
        with transaction.atomic():
            check = BackCheck.objects.create(
                school_id=viewer.school_id,
                pupil_id=found.pupil_id,
                key=key,
                kind=BackCheck.Kind.MET if draft.is_met else BackCheck.Kind.NOT_NEEDED,
                returned_on=found.back.on,
                met_at=draft.at if draft.is_met else None,
                met_by_id=met_by[0],
                met_by_name=met_by[1],
                because="" if draft.is_met else draft.because,
                at=at,
                by_id=by.person_id,
                by_name=by.name,
                by_position=by.position,
                **about,
            )
            _note(viewer, check, by, at)
    except IntegrityError:
        # The same form, sent twice at the same moment.
        made = _made(viewer, key)
        if made is None:
            raise
        return made
    return check


def _note(viewer: Viewer, check: BackCheck, by: Actor, at: datetime) -> None:
    """What may be read by everybody who reads the log: how the pupil was is not part of it."""
    facts = {"returned_on": check.returned_on.isoformat()}
    if check.kind == BackCheck.Kind.MET:
        facts["met_by"] = check.met_by_name
        if check.next_check_on:
            facts["next_check_on"] = check.next_check_on.isoformat()
    type = "followup.back.checked" if check.kind == BackCheck.Kind.MET else "followup.back.not_needed"
    record(
        type=type, by=by, at=at, school_id=viewer.school_id, subject=f"pupil:{check.pupil_id}", facts=facts
    )


def _made(viewer: Viewer, key: UUID) -> BackCheck | None:
    return BackCheck.objects.filter(school_id=viewer.school_id, key=key).first()
