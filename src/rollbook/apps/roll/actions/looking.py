"""Who looked at a pupil's page: one event for a person, a pupil and an hour, so that the log stays readable."""

from datetime import datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.audit.queries import was_recorded
from rollbook.domain.access import Actor, Viewer


def note_look(*, viewer: Viewer, pupil_id: int, by: Actor, at: datetime) -> None:
    """Records that somebody looked at a pupil's page; a second look within the same hour by the clock adds nothing.

    The pupil's year and the pupil's details count as one page. One query, two the first time.
    """
    since = at.replace(minute=0, second=0, microsecond=0)
    subject = f"pupil:{pupil_id}"
    if by.user_id is not None and was_recorded(
        type="roll.pupil.viewed", by_id=by.user_id, subject=subject, since=since
    ):
        return
    with transaction.atomic():
        record(type="roll.pupil.viewed", by=by, at=at, school_id=viewer.school_id, subject=subject)
