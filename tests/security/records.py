"""One of every record of absence."""

from datetime import date
from typing import Any
from uuid import uuid4

from rollbook.apps.absence.actions.activities import ActivityDraft, record_activity
from rollbook.apps.absence.actions.dual import DualDraft, record_dual
from rollbook.domain.off_site import ActivityKind
from rollbook.domain.week_grid import WHOLE_WEEK


def absence_records(pupil_id: int, word: str, on: date, act: dict[str, Any]) -> dict[str, int]:
    """An activity and a registration at two schools of a pupil, all texts with `word`. Shape: ids by their place."""
    draft = ActivityDraft(
        kind=ActivityKind.OTHER,
        title=f"Trip{word}",
        nature=f"Nature{word}",
        place=f"Place{word}",
        provider=f"Provider{word}",
        staff_id=None,
        supervisor=f"Leader{word}",
        confirmed_how="email",
        la_contact="",
        reference="",
        first_day=on,
        last_day=on,
        weekdays=0b11111,
        sessions="AM",
    )
    activity = record_activity(draft=draft, pupil_ids=[pupil_id], key=uuid4(), **act)
    other = DualDraft(
        other_school=f"Other{word}",
        telephone="0121 496 0003",
        contact=f"Contact{word}",
        told_how=f"Told{word}",
        first_day=date(2027, 1, 4),
        last_day=date(2027, 2, 5),
        half_days=WHOLE_WEEK,
    )
    dual = record_dual(pupil_id=pupil_id, draft=other, key=uuid4(), **act)
    return {"activity_id": activity.pk, "dual_id": dual.pk}
