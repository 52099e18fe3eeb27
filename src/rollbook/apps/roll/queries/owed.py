"""Which returns about the roll were owed, and when each was sent (regulation 13 of SI 2024/208)."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse

from rollbook.apps.roll.models import ReturnDue
from rollbook.domain.access import Viewer
from rollbook.domain.duties import Owed

_WHAT = {
    ReturnDue.Kind.NEW_PUPIL: "Send the new pupil return",
    ReturnDue.Kind.DELETION: "Send the return on the name deleted",
}


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Each return that was prepared on these days and is due by some day. One query."""
    zone = now.tzinfo
    from_at = datetime.combine(first_day, time.min, tzinfo=zone)
    before = datetime.combine(last_day + timedelta(days=1), time.min, tzinfo=zone)
    rows = ReturnDue.objects.filter(
        ~Q(due_on=None), pupil__school_id=viewer.school_id, prepared_at__gte=from_at, prepared_at__lt=before
    )
    found = []
    for row in rows.select_related("pupil"):
        due_on = row.due_on
        if due_on is None:  # asked for above; said again for the types
            continue
        sent_at = datetime.combine(row.sent_on, time.min, tzinfo=zone) if row.sent_on else None
        found.append(
            Owed(
                "roll.return",
                f"{row.pupil.forename} {row.pupil.surname}",
                _WHAT[ReturnDue.Kind(row.kind)],
                row.prepared_at,
                datetime.combine(due_on, time.max, tzinfo=zone),
                reverse("roll:return", args=[row.pk]),
                pupil_id=row.pupil_id,
                done_at=sent_at,
                dropped_because=row.cancelled_because,
            )
        )
    return found
