"""The card of leave on a pupil's page."""

from datetime import datetime

from django.urls import reverse

from rollbook.apps.absence.presenters.leave import asked_words, ground_words, leave_standing
from rollbook.apps.absence.queries.leave import SEE, decision_of, leaves_of_pupil
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.leave import LeaveState
from rollbook.ui.cards import Card, CardLine

_MOST_LINES = 5


def pupil_card(viewer: Viewer, now: datetime, pupil_id: int) -> Card | None:
    """The requests for leave of a pupil; None for those who neither record nor decide them. Three queries."""
    if not viewer.permissions & set(SEE):
        return None
    found = leaves_of_pupil(viewer, pupil_id)
    lines = [
        CardLine(
            words=asked_words(leave, now.date()),
            href=reverse("absence:leave", args=[leave.pk]),
            more=f"{ground_words(leave)}: {leave_standing(leave, decision_of(leave)).words.lower()}",
            urgent="Waits" if leave.state == LeaveState.ASKED else "",
        )
        for leave in found[:_MOST_LINES]
    ]
    may_record = viewer.may(Permission.LEAVE_RECORD)
    return Card(
        id="leave",
        title="Leave of absence",
        lines=lines,
        summary="" if found else "None was asked for.",
        href=reverse("absence:record_leave", args=[pupil_id]) if may_record else "",
        href_words="Record a request" if may_record else "",
    )
