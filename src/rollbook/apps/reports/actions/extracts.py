"""Every extract of the registers is noted: what was taken, of whom, for which days, by whom."""

from datetime import date, datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.domain.access import Actor, Viewer


def note_extract(
    *,
    viewer: Viewer,
    what: str,
    kind: str,
    subject: str,
    first_day: date,
    last_day: date,
    by: Actor,
    at: datetime,
) -> None:
    """Records that somebody took a paper or a file out.

    Shape: `what` in words ("the attendance certificate"), `kind` "PDF", "CSV" or "XLSX", `subject` "pupil:12".
    """
    facts = {"what": what, "format": kind, "from": first_day.isoformat(), "to": last_day.isoformat()}
    with transaction.atomic():
        record(type="extract.taken", by=by, at=at, school_id=viewer.school_id, subject=subject, facts=facts)
