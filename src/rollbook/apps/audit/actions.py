"""The one way an event gets into the evidence: inside the transaction of what it reports."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from rollbook.domain.access import Actor

# Written out, because every save ends with it: through the ORM it takes four times as long.
_ADD = (
    "INSERT INTO audit_event (school_id, at, by_id, by_name, by_position, type, subject, facts) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, {facts})"
)
_FACTS = {"postgresql": "%s::jsonb", "sqlite": "%s"}


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
    statement, values = event_to_record(
        type=type, by=by, at=at, school_id=school_id, subject=subject, facts=facts
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def event_to_record(
    *,
    type: str,
    by: Actor,
    at: datetime,
    school_id: int | None,
    subject: str = "",
    facts: Mapping[str, Any] | None = None,
) -> tuple[str, Sequence[Any]]:
    """The same event as a statement and its values, for an action that executes it together with its own."""
    values = [
        school_id,
        connection.ops.adapt_datetimefield_value(at),
        by.user_id,
        by.name,
        by.position,
        type,
        subject,
        json.dumps(dict(facts or {})),
    ]
    return _ADD.format(facts=_FACTS[connection.vendor]), values
