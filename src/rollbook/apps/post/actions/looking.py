"""A look at what a restricted message says is an event."""

from datetime import datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.post.queries.messages import Sent, subject_of
from rollbook.apps.post.queries.purposes import purpose_of
from rollbook.domain.access import Actor


def note_look(*, message: Sent, by: Actor, at: datetime) -> None:
    """Somebody opened a message whose text is only for those who may see welfare notes."""
    with transaction.atomic():
        record(
            type="post.message.read",
            by=by,
            at=at,
            school_id=message.school_id,
            subject=subject_of(message),
            facts={"message": message.pk, "purpose": purpose_of(message.purpose).words},
        )
