"""Which returns on absence were owed to the local authority, by when, and when each was decided and sent."""

from datetime import date, datetime, time

from django.urls import reverse

from rollbook.apps.followup.queries.la_returns import LaReturn, returns_arisen
from rollbook.domain.access import Viewer
from rollbook.domain.duties import Owed
from rollbook.domain.la_returns import ReturnKind


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Each return that arose on these days. Five queries for each academic year among them."""
    return [_owed(each, now) for each in returns_arisen(viewer, first_day, last_day, now)]


def _owed(found: LaReturn, now: datetime) -> Owed:
    arose_on, due_on = found.reached_on or found.first_day, found.due_on or found.last_day
    is_illness = found.kind is ReturnKind.ILLNESS
    sent_on = found.sent.sent_on if found.sent else None
    done_at = datetime.combine(sent_on, time.min, tzinfo=now.tzinfo) if sent_on else None
    if found.is_declined and found.decision is not None:
        done_at = found.decision.at
    return Owed(
        "illness.return" if is_illness else "return.unauthorised",
        f"{found.forename} {found.surname}, {found.group_name}",
        _what(found),
        datetime.combine(arose_on, time.min, tzinfo=now.tzinfo),
        datetime.combine(due_on, time.max, tzinfo=now.tzinfo),
        reverse("followup:la_return", args=[found.kind, found.pupil_id, found.first_day]),
        pupil_id=found.pupil_id,
        done_at=done_at,
    )


def _what(found: LaReturn) -> str:
    if found.kind is ReturnKind.UNAUTHORISED:
        return "Send the return on ten days without authorisation"
    return "Send the sickness return" if found.decision else "Decide whether a sickness return is due"
