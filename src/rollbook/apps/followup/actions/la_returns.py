"""The head's decision about a sickness return, and that a return on absence was sent, with what it said."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.followup.models import ReturnStep
from rollbook.apps.followup.queries.la_returns import LaReturn, la_return
from rollbook.apps.followup.queries.return_content import content_of
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.la_returns import ReturnKind
from rollbook.domain.refusals import Refusal, Refused

LONGEST_TEXT = 300
LONGEST_HOW = 200
_NONE = "The register shows no such absence any more. Open the list again."
_MEANWHILE = "Somebody else recorded something meanwhile. It is shown now: look, then decide again."


def decide_return(
    *,
    viewer: Viewer,
    pupil_id: int,
    on: date,
    is_due: bool | None,
    text: str,
    seen_count: int,
    key: UUID,
    by: Actor,
    at: datetime,
) -> ReturnStep:
    """Records whether the head reasonably believes that a sickness return is due; for minor ailments it is not.

    The same form twice records it once. Errors: Refused; nothing is kept then.
    """
    if not viewer.may(Permission.ILLNESS_DECIDE):
        raise Refused.one("", "You may not decide about a sickness return. The head teacher can.")
    if (made := _made(viewer, key)) is not None:
        return made
    found = _found(viewer, ReturnKind.ILLNESS, pupil_id, on, seen_count, at)
    text = text.strip()
    refusals = _about_text("text", text, LONGEST_TEXT, "Say why: the reason stays with the decision.")
    if is_due is None:
        refusals.append(Refusal("is_due", "Choose whether a return is due."))
    if found.sent is not None:
        refusals.append(Refusal("", "The return was sent already."))
    if refusals:
        raise Refused(refusals)
    return _kept(viewer, found, {"what": "decided", "is_due": is_due, "text": text}, key, by, at)


def record_return_sent(
    *,
    viewer: Viewer,
    kind: ReturnKind,
    pupil_id: int,
    on: date,
    sent_on: date,
    how: str,
    cause: str,
    seen_count: int,
    key: UUID,
    by: Actor,
    at: datetime,
) -> ReturnStep:
    """Records that a return went to the local authority, with what it said. The same form twice records it once.

    Errors: Refused with every problem; nothing is kept then.
    """
    if not viewer.may(Permission.RETURNS_SEND):
        raise Refused.one("", "You may not send returns. The attendance officer or the head teacher can.")
    if (made := _made(viewer, key)) is not None:
        return made
    found = _found(viewer, kind, pupil_id, on, seen_count, at)
    how, cause = how.strip(), cause.strip()
    refusals = _about_text("how", how, LONGEST_HOW, "Say how it was sent.")
    if cause:
        refusals += _about_text("cause", cause, LONGEST_TEXT, "")
    if not (found.reached_on or found.first_day) <= sent_on <= at.date():
        refusals.append(
            Refusal("sent_on", "Give the day on which it was sent, not before it was due and not to come.")
        )
    if not found.is_to_send:
        refusals.append(Refusal("", _why_not(found)))
    if refusals:
        raise Refused(refusals)
    content = [
        {"words": line.words, "value": line.value, "is_missing": line.is_missing}
        for line in content_of(viewer, found, cause)
    ]
    values = {"what": "sent", "sent_on": sent_on, "how": how, "content": content}
    return _kept(viewer, found, values, key, by, at)


def _why_not(found: LaReturn) -> str:
    if found.sent is not None:
        return f"It was sent already, by {found.sent.by_name}."
    if found.is_declined:
        return "The head teacher decided that none is due."
    if found.kind is ReturnKind.ILLNESS:
        return "The head teacher has still to decide."
    return "Ten school days have not passed yet."


def _about_text(name: str, text: str, longest: int, empty: str) -> list[Refusal]:
    if not text:
        return [Refusal(name, empty)]
    if len(text) > longest or "\x00" in text:
        return [Refusal(name, f"Keep this to {longest} characters.")]
    return []


def _found(
    viewer: Viewer, kind: ReturnKind, pupil_id: int, on: date, seen_count: int, at: datetime
) -> LaReturn:
    found = la_return(viewer, kind, pupil_id, on, at)
    if found is None:
        raise Refused.one("", _NONE)
    if len(found.steps) != seen_count:
        raise Refused.one("", _MEANWHILE)
    return found


def _kept(
    viewer: Viewer, found: LaReturn, values: dict[str, Any], key: UUID, by: Actor, at: datetime
) -> ReturnStep:
    try:
        with transaction.atomic():
            step = ReturnStep.objects.create(
                school_id=viewer.school_id,
                pupil_id=found.pupil_id,
                key=key,
                kind=found.kind,
                absent_from=found.first_day,
                at=at,
                by_id=by.person_id,
                by_name=by.name,
                by_position=by.position,
                **values,
            )
            facts: dict[str, Any] = {"absent_from": found.first_day.isoformat()}
            if step.sent_on:
                facts |= {"sent_on": step.sent_on.isoformat(), "how": step.how}
            type = f"followup.return.{found.kind}_{step.what}"
            subject = f"pupil:{found.pupil_id}"
            record(type=type, by=by, at=at, school_id=viewer.school_id, subject=subject, facts=facts)
    except IntegrityError:
        # The same form, sent twice at the same moment.
        made = _made(viewer, key)
        if made is None:
            raise
        return made
    return step


def _made(viewer: Viewer, key: UUID) -> ReturnStep | None:
    return ReturnStep.objects.filter(school_id=viewer.school_id, key=key).first()
