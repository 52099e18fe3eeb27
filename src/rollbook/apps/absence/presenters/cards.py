"""The card of what parents told, on a pupil's page."""

from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.absence.presenters.line import away_words, how_told
from rollbook.apps.absence.queries.line import told_of_pupil
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.told import Told
from rollbook.ui.cards import Card, CardLine

_MOST_LINES = 6


def pupil_card(viewer: Viewer, now: datetime, pupil_id: int) -> Card | None:
    """What was told of a pupil last, and where more is recorded; None for those who may not see it. One query."""
    if not viewer.may(Permission.ABSENCE_RECORD):
        return None
    found = told_of_pupil(viewer, pupil_id, _MOST_LINES)
    lines = [
        CardLine(
            words=Told(each.told).said.words if each.is_believed else "Told by somebody else",
            href=reverse("absence:report", args=[each.pk]),
            more=f"{away_words(each, now.date())}. {how_told(each.call)}",
        )
        for each in found
    ]
    return Card(
        id="told",
        title="What parents told",
        lines=lines,
        summary="" if found else "Nobody has told of an absence.",
        href=f"{reverse('absence:new_report')}?{urlencode({'pupil': pupil_id})}",
        href_words="Record an absence",
    )
