"""What the evidence says."""

from datetime import datetime

from rollbook.apps.audit.models import Event


def was_recorded(*, type: str, by_id: int, subject: str, since: datetime) -> bool:
    """Whether a person did this to this subject since a moment."""
    return Event.objects.filter(subject=subject, type=type, by_id=by_id, at__gte=since).exists()
