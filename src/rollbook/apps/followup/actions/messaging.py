"""Parents are told by a message that a pupil is missing: only of pupils for whom nothing explains it at that moment."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from rollbook.apps.followup.actions.claiming import must_contact
from rollbook.apps.followup.actions.recording import add_step
from rollbook.apps.followup.queries.messages import SMS, Message, message_plan
from rollbook.apps.followup.queries.steps import step_of_form
from rollbook.apps.post.actions.sending import send
from rollbook.apps.schools.queries import timetable
from rollbook.clock import LONDON
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.contact_steps import StepKind
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession

PURPOSE = "absence.missing"


def send_messages(
    *, viewer: Viewer, pupil_ids: Collection[int], channel: str, key: UUID, by: Actor, at: datetime
) -> int:
    """Sends a message about each of these pupils for whom one may go at this moment, all of them or none.

    What may go is worked out anew: a pupil who was signed in, or whose reason was told, since the page was opened is
    left out. One message a pupil and day, however often it is pressed. How many went. Errors: Refused where none may.
    """
    must_contact(viewer)
    if not pupil_ids:
        raise Refused.one("", "Nobody is chosen. Tick each pupil whose parent is to be told.")
    wanted = set(pupil_ids)
    with transaction.atomic():
        plan = message_plan(viewer, at, channel)
        chosen = [each for each in plan.may_go if each.missing.pupil_id in wanted]
        if not chosen and not _was_sent(viewer, wanted, key):
            raise Refused.one("", "Nothing may be sent any more. Why not stands beside each pupil.")
        for message in chosen:
            _send(viewer, message, plan.channel, key, by, at)
    return len(chosen)


def _was_sent(viewer: Viewer, pupil_ids: Collection[int], key: UUID) -> bool:
    """Has this very form sent something before?"""
    return any(step_of_form(viewer.school_id, uuid5(key, str(each))) is not None for each in pupil_ids)


def _send(viewer: Viewer, message: Message, channel: str, key: UUID, by: Actor, at: datetime) -> None:
    pupil_id = message.missing.pupil_id
    send(
        school_id=viewer.school_id,
        channel=channel,
        purpose=PURPOSE,
        to_name=message.to_name,
        to_address=message.address,
        subject=message.text.subject,
        body=message.text.short if channel == SMS else message.text.body,
        about=f"pupil:{pupil_id}",
        pupil_id=pupil_id,
        key=f"missing:{pupil_id}:{at.date().isoformat()}",
        until=_until(viewer, at),
        by=by,
        at=at,
    )
    add_step(
        viewer=viewer,
        pupil_id=pupil_id,
        kind=StepKind.MESSAGE,
        key=uuid5(key, str(pupil_id)),
        by=by,
        at=at,
        contact_id=message.contact.pk,
        who=f"{message.to_name} ({message.contact.relationship.lower()})",
        note=message.text.short if channel == SMS else message.text.body,
        how="text" if channel == SMS else "email",
    )


def _until(viewer: Viewer, at: datetime) -> datetime | None:
    """After the end of the school day it would only frighten."""
    times = timetable(viewer).calendar.times(at.date(), SchoolSession.PM)
    return datetime.combine(at.date(), times.session_ends_at, LONDON) if times else None
