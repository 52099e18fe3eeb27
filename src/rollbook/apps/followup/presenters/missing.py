"""The list of who is missing, as its page shows it."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from rollbook.apps.followup.models import ContactStep
from rollbook.apps.followup.presenters.words import (
    call_words,
    claim_words,
    missing_since,
    next_words,
    why_first,
)
from rollbook.apps.followup.queries.missing import Missing, MissingNow, Placed
from rollbook.apps.schools.queries import natural, timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.contacting import Do
from rollbook.ui.words import clock_time, local

_NEXT_LOOK = {
    Do.SETTLE: "info",
    Do.HAND_OVER: "alarm",
    Do.POLICE: "alarm",
    Do.VISIT: "warn",
    Do.TELL_PARTNER: "warn",
}


def missing_context(viewer: Viewer, found: MissingNow, concerns: list[ContactStep]) -> dict[str, Any]:
    """Everything the page shows."""
    rows = [_row(viewer, each) for each in found.missing]
    return {
        "found": found,
        "rows": rows,
        "counts": _counts(rows),
        "due_by": due_by(viewer, found),
        "is_overdue": bool(_late(viewer, found)),
        "look_here": [_placed(each) for each in found.look_here],
        "explained": [_placed(each) for each in found.explained],
        "untaken": sorted(found.untaken.items(), key=lambda each: natural(each[0])),
        "settled": [
            {
                "name": f"{pupil.forename} {pupil.surname}",
                "url": reverse("followup:sheet", args=[pupil.pk]),
                "last": call_words(step),
            }
            for pupil, step in found.settled
        ],
        "concerns": [
            {
                "name": f"{each.pupil.forename} {each.pupil.surname}",
                "url": f"{reverse('followup:sheet', args=[each.pupil_id])}#step-{each.pk}",
                "by": each.by_name,
                "at": clock_time(local(each.at)),
            }
            for each in concerns
        ],
        "registers_url": reverse("registers:mine"),
        "may_amend": viewer.may(Permission.REGISTER_AMEND),
    }


def due_by(viewer: Viewer, found: MissingNow) -> str:
    """By when a parent of everybody on the list is to have been rung: "10:30"."""
    minutes: int = timetable(viewer).setting("call_within_minutes", found.on)
    closes = datetime.combine(found.on, found.closes_at)
    return clock_time((closes + timedelta(minutes=minutes)).time())


def _late(viewer: Viewer, found: MissingNow) -> list[Missing]:
    is_due = clock_time(local(found.at)) > due_by(viewer, found)
    return [each for each in found.missing if is_due and not each.calls_today]


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    states = Counter(row["state"] for row in rows)
    return {
        "all": len(rows),
        "to_ring": states["to_ring"],
        "ringing": states["ringing"],
        "reached": states["reached"],
        "tried": states["tried"],
    }


def _row(viewer: Viewer, missing: Missing) -> dict[str, Any]:
    pupil, do = missing.placed.pupil, missing.next.answer.do
    claim = missing.claim
    state = "to_ring"
    if do is Do.SETTLE:
        state = "reached"
    elif do is not Do.CALL:
        state = "tried"
    elif claim is not None:
        state = "ringing"
    return {
        "id": pupil.id,
        "pupil": pupil,
        "url": reverse("followup:sheet", args=[pupil.id]),
        "why": why_first(viewer, missing),
        "since": missing_since(missing.absence, missing.urgency.answer.since.date()),
        "is_unmarked": missing.placed.known.code == "",
        "tried": [call_words(each) for each in missing.calls_today],
        "next": next_words(viewer, missing),
        "look": _NEXT_LOOK.get(do, ""),
        "state": state,
        "do": do.value,
        "claim": claim_words(claim, viewer, pupil.id) if claim else "",
        "is_mine": claim is not None and claim.by_id == viewer.user_id,
        "numbers": [(person.name, person.relationship, person.numbers) for person in missing.people],
    }


def _placed(placed: Placed) -> dict[str, Any]:
    return {
        "name": placed.pupil.name,
        "group": placed.pupil.group_name,
        "url": reverse("registers:pupil", args=[placed.pupil.id]),
        "because": placed.standing.because,
        "code": placed.known.code,
    }
