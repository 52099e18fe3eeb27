"""Returns to the local authority: prepared with an entry or a removal, asked for, and sent."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.next_places import text_refusals
from rollbook.apps.roll.actions.permission import must_edit, own_pupil
from rollbook.apps.roll.models import Enrolment, Pupil, ReturnDue
from rollbook.apps.roll.queries.returns import entry_returns_due, lines_of, return_of
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.removal_steps import RemovalState
from rollbook.ui.words import plain_day


def prepare_entry_return(viewer: Viewer, pupil: Pupil, spell: Enrolment, at: datetime) -> None:
    """The new pupil return of a time on roll that begins; the caller holds the transaction and the event."""
    prepare_entry_returns(viewer, [(pupil, spell)], at)


def prepare_entry_returns(viewer: Viewer, begun: Sequence[tuple[Pupil, Enrolment]], at: datetime) -> None:
    """The same for many pupils of one file; queries only on the first day of a year, once for each starting day."""
    found = entry_returns_due(viewer, [(pupil, spell.first_day) for pupil, spell in begun])
    ReturnDue.objects.bulk_create(
        ReturnDue(
            kind=ReturnDue.Kind.NEW_PUPIL,
            pupil=pupil,
            enrolment=spell,
            due_on=due.answer,
            because=due.because,
            prepared_at=at,
        )
        for (pupil, spell), due in zip(begun, found, strict=True)
    )


def move_entry_return(viewer: Viewer, pupil: Pupil, spell: Enrolment) -> None:
    """A moved starting day moves the day on which its unsent return is due; the caller holds transaction and event."""
    (due,) = entry_returns_due(viewer, [(pupil, spell.first_day)])
    rows = ReturnDue.objects.filter(enrolment=spell, kind=ReturnDue.Kind.NEW_PUPIL, sent_on=None)
    rows.update(due_on=due.answer, because=due.because)


def send_return(
    *, viewer: Viewer, return_id: int, sent_on: date, how: str, by: Actor, at: datetime
) -> ReturnDue:
    """Records that a return went to the local authority, with what it said; a removal is then done. Errors: Refused."""
    must_edit(viewer)
    with transaction.atomic():
        row = _own_return(viewer, return_id)
        if row.sent_on is not None:
            message = f"It was sent on {plain_day(row.sent_on)} by {row.sent_by_name} ({row.sent_how})."
            raise Refused.one("", message)
        refusals = [] if how.strip() else [Refusal("how", "Say how it was sent.")]
        refusals += text_refusals(how=how)
        if sent_on > at.date():
            refusals.append(Refusal("sent_on", "This day is to come. Record it once it is sent."))
        if refusals:
            raise Refused(refusals)
        row.content = [
            {"words": line.words, "value": line.value, "is_missing": line.is_missing}
            for line in lines_of(viewer, row)
        ]
        row.sent_on, row.sent_how, row.sent_by_name, row.sent_recorded_at = sent_on, how, by.name, at
        row.save()
        if row.removal is not None and row.removal.state == RemovalState.APPROVED:
            row.removal.state = RemovalState.DONE
            row.removal.save(update_fields=["state"])
        _note("roll.return.sent", viewer, row, {"sent_on": sent_on.isoformat(), "how": how}, by, at)
    return row


def require_return(*, viewer: Viewer, return_id: int, by: Actor, at: datetime) -> ReturnDue:
    """The local authority asks for a return that was not due: it is due today. Errors: Refused."""
    must_edit(viewer)
    with transaction.atomic():
        row = _own_return(viewer, return_id)
        if row.due_on is not None:
            raise Refused.one("", f"This return is due on {plain_day(row.due_on)} already.")
        row.due_on, row.because = at.date(), "The local authority asked for it."
        row.save(update_fields=["due_on", "because"])
        _note("roll.return.asked_for", viewer, row, {}, by, at)
    return row


def _own_return(viewer: Viewer, return_id: int) -> ReturnDue:
    row = return_of(viewer, return_id)
    if row is None:
        raise Refused.one("", "This return is not there.")
    own_pupil(viewer, row.pupil_id)
    # Read again behind the lock: somebody may have sent it meanwhile.
    row.refresh_from_db()
    if row.cancelled_because:
        raise Refused.one("", f"This return is not needed any more: {row.cancelled_because}")
    return row


def _note(type: str, viewer: Viewer, row: ReturnDue, facts: dict[str, str], by: Actor, at: datetime) -> None:
    facts = {"return": row.get_kind_display(), **facts}
    subject = f"pupil:{row.pupil_id}"
    record(type=type, by=by, at=at, school_id=viewer.school_id, subject=subject, facts=facts)
