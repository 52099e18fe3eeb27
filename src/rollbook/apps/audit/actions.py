"""The one way an event gets into the evidence: inside the transaction of what it reports."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rollbook.apps.audit.models import Event
from rollbook.domain.access import Actor


def record(
    *,
    type: str,
    by: Actor,
    at: datetime,
    school_id: int | None,
    subject: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Adds one event; call it inside the action's own transaction, so that both stand or neither.

    Shape: `type` in the past tense ("register.mark.amended"), `subject` "kind:id", `facts` plain JSON values.
    """
    Event.objects.create(
        school_id=school_id,
        at=at,
        by_id=by.user_id,
        by_name=by.name,
        by_position=by.position,
        type=type,
        subject=subject,
        facts=dict(facts or {}),
    )
