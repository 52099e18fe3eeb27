"""Lists of the figures taken out as files: each in the audit log."""

from datetime import date, datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.domain.access import Actor, Viewer


def note_list(*, viewer: Viewer, what: str, first_day: date, last_day: date, by: Actor, at: datetime) -> None:
    """Records that somebody took a list of pupils out as a CSV file. Shape: `what` in words."""
    facts = {"what": what, "format": "CSV", "from": first_day.isoformat(), "to": last_day.isoformat()}
    subject = f"school:{viewer.school_id}"
    with transaction.atomic():
        record(type="extract.taken", by=by, at=at, school_id=viewer.school_id, subject=subject, facts=facts)
