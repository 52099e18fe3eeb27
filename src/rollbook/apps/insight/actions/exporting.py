"""Lists and pictures of the figures taken out as files: each in the audit log."""

from datetime import date, datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.domain.access import Actor, Viewer


def note_list(
    *,
    viewer: Viewer,
    what: str,
    first_day: date,
    last_day: date,
    by: Actor,
    at: datetime,
    kind: str = "CSV",
    pupil_id: int | None = None,
) -> None:
    """Records that somebody took figures out, of the school or of one pupil.

    Shape: `what` in words, `kind` of file as people call it.
    """
    facts = {"what": what, "format": kind, "from": first_day.isoformat(), "to": last_day.isoformat()}
    subject = f"school:{viewer.school_id}" if pupil_id is None else f"pupil:{pupil_id}"
    with transaction.atomic():
        record(type="extract.taken", by=by, at=at, school_id=viewer.school_id, subject=subject, facts=facts)
