"""Messages that wait to be worked off, and parents whom somebody else is to speak with."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from rollbook.apps.absence.actions.line import own_call
from rollbook.apps.absence.actions.line_drafts import CallDraft, look_at_call
from rollbook.apps.absence.actions.line_mail import tell_of_transfer
from rollbook.apps.absence.actions.records import (
    columns_of_new,
    made_once,
    must,
    must_any,
    needs_reason,
    note,
    own_pupil,
)
from rollbook.apps.absence.models import Call, Transfer
from rollbook.apps.absence.queries.transfers import may_close, transfer_targets
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused

_MAY_NOT = "record absence. The school office, the pastoral lead and the attendance officer can"
_LONGEST_TEXT = 5_000
_LONGEST_NOTES = 600


def keep_message(*, viewer: Viewer, call: CallDraft, key: UUID, by: Actor, at: datetime) -> Call:
    """Keeps a message as it came, to be worked off later. Errors: Refused."""
    must(viewer, Permission.ABSENCE_RECORD, _MAY_NOT)

    def make() -> Call:
        kept = look_at_call(call, at)
        if not kept.text:
            raise Refused.one(
                "text", "Write down what the message says, or that it is still to be listened to."
            )
        if len(kept.text) > _LONGEST_TEXT or "\x00" in kept.text:
            raise Refused.one("text", f"Keep this to {_LONGEST_TEXT:,} characters.")
        made = Call.objects.create(
            **columns_of_new(viewer, key, by, at),
            channel=kept.channel,
            told_at=kept.told_at,
            caller_name=kept.caller_name,
            caller_relation=kept.caller_relation,
            text=kept.text,
        )
        note(of=made, type="absence.message.kept", facts={"channel": kept.channel}, by=by, at=at)
        return made

    return made_once(viewer, Call, key, make)


def set_aside(*, viewer: Viewer, call_id: int, because: str, by: Actor, at: datetime) -> Call:
    """Sets a message aside that tells of no absence, with the reason. Errors: Refused."""
    must(viewer, Permission.ABSENCE_RECORD, _MAY_NOT)
    because = needs_reason(because)
    with transaction.atomic():
        call = own_call(viewer, call_id)
        if call.ended_at is not None:
            return call
        if call.reports.exists():
            raise Refused.one("", "A report was made of this message meanwhile. Withdraw the report instead.")
        call.ended_at, call.ended_by_name, call.ended_because = at, by.name, because[:300]
        call.version += 1
        call.save()
        note(of=call, type="absence.message.set_aside", facts={"because": because}, by=by, at=at)
    return call


def transfer(
    *,
    viewer: Viewer,
    pupil_id: int,
    to_id: int,
    what_for: str,
    notes: str,
    call_id: int | None,
    key: UUID,
    by: Actor,
    at: datetime,
) -> Transfer:
    """Hands a parent over to the pastoral lead, with notes. Errors: Refused."""
    must(viewer, Permission.ABSENCE_RECORD, "transfer a call. The school office can")

    def make() -> Transfer:
        pupil = own_pupil(viewer, pupil_id)
        people = {person.id: person for person in transfer_targets(viewer, at.date())}
        refusals = []
        if to_id not in people:
            refusals.append(Refusal("to", "Choose who is to speak with the parent."))
        if what_for not in Transfer.For.values:
            refusals.append(Refusal("what_for", "Choose what it is about."))
        refusals.extend(
            _of_text("notes", notes, "Write down in a sentence what the parent wants to speak about.")
        )
        if refusals:
            raise Refused(refusals)
        made = Transfer.objects.create(
            school_id=viewer.school_id,
            key=key,
            pupil=pupil,
            call=own_call(viewer, call_id) if call_id is not None else None,
            what_for=what_for,
            notes=notes.strip(),
            to_id=to_id,
            to_name=people[to_id].name,
            transferred_at=at,
            transferred_by_id=by.person_id,
            transferred_by_name=by.name,
        )
        facts = {"pupil": pupil.pk, "to": people[to_id].name, "what_for": what_for}
        note(of=made, type="absence.call.transferred", facts=facts, by=by, at=at)
        tell_of_transfer(viewer=viewer, transfer=made, to=people[to_id], by=by, at=at)
        return made

    return made_once(viewer, Transfer, key, make)


def acknowledge(*, viewer: Viewer, transfer_id: int, by: Actor, at: datetime) -> Transfer:
    """Says that somebody has taken a transferred call on. Errors: Refused."""
    with transaction.atomic():
        found = _own_transfer(viewer, transfer_id)
        if found.acknowledged_at is None and found.closed_at is None:
            found.acknowledged_at, found.acknowledged_by_name = at, by.name
            found.version += 1
            found.save()
            facts = {"pupil": found.pupil_id}
            note(of=found, type="absence.transfer.acknowledged", facts=facts, by=by, at=at)
    return found


def close_transfer(
    *, viewer: Viewer, transfer_id: int, said: str, seen_version: int, by: Actor, at: datetime
) -> Transfer:
    """Records what was said, which closes a transferred call. Errors: Refused."""
    with transaction.atomic():
        found = _own_transfer(viewer, transfer_id)
        if found.closed_at is not None:
            raise Refused.one(
                "", f"{found.closed_by_name} has closed this already. What was said stands below."
            )
        if found.version != seen_version:
            raise Refused.one("", "Somebody has taken this on meanwhile. Look, then save again.")
        if refusals := _of_text("said", said, "Write down what was said and agreed."):
            raise Refused(refusals)
        found.closed_at, found.closed_by_name, found.said = at, by.name, said.strip()
        if found.acknowledged_at is None:
            found.acknowledged_at, found.acknowledged_by_name = at, by.name
        found.version += 1
        found.save()
        note(of=found, type="absence.transfer.closed", facts={"pupil": found.pupil_id}, by=by, at=at)
    return found


def _own_transfer(viewer: Viewer, transfer_id: int) -> Transfer:
    must_any(viewer, (Permission.ABSENCE_RECORD, Permission.WELFARE_VIEW), "see transferred calls")
    rows = Transfer.objects.select_for_update().filter(
        school_id=viewer.school_id, pk=min(transfer_id, 2**63 - 1)
    )
    found = rows.first()
    if found is None:
        raise Refused.one("", "This transferred call is not there any more.")
    if not may_close(viewer, found):
        raise Refused.one("", "Only whom it was transferred to, or who looks after welfare, may answer it.")
    return found


def _of_text(field: str, text: str, when_empty: str) -> list[Refusal]:
    if not text.strip():
        return [Refusal(field, when_empty)]
    if len(text.strip()) > _LONGEST_NOTES or "\x00" in text:
        return [Refusal(field, f"Keep this to {_LONGEST_NOTES} characters.")]
    return []
