"""The cards of support and of meetings with parents on a pupil's page."""

from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.support.presenters.meetings import meeting_state, time_words
from rollbook.apps.support.presenters.words import days_words, state_of
from rollbook.apps.support.queries.meetings import meetings_of_pupil
from rollbook.apps.support.queries.supports import supports_of_pupil
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.meetings import About
from rollbook.ui.cards import Card, CardLine

_MOST_LINES = 6


def pupil_card(viewer: Viewer, now: datetime, pupil_id: int) -> Card | None:
    """What is and was done for a pupil, and where more is begun; None for those who may not see it. One query."""
    if not viewer.may(Permission.SUPPORT_RECORD):
        return None
    found = supports_of_pupil(viewer, pupil_id)
    lines = []
    for each in found[:_MOST_LINES]:
        state, look = state_of(each, now.date())
        lines.append(
            CardLine(
                words=each.title,
                href=reverse("support:support", args=[each.pk]),
                more=f"{each.get_kind_display()}, {days_words(each, now.date())}",
                urgent=state if look == "warn" else "",
            )
        )
    return Card(
        id="support",
        title="Support",
        lines=lines,
        summary="" if found else "Nothing is recorded.",
        href=f"{reverse('support:start')}?{urlencode({'pupil': pupil_id})}",
        href_words="Start support",
    )


def meetings_card(viewer: Viewer, now: datetime, pupil_id: int) -> Card | None:
    """The meetings with a pupil's parents, and where another is called; None for those who may not see them.

    One query.
    """
    if not viewer.may(Permission.SUPPORT_RECORD):
        return None
    found = meetings_of_pupil(viewer, pupil_id)
    lines = []
    for each in found[:_MOST_LINES]:
        state, look = meeting_state(each, now)
        lines.append(
            CardLine(
                words=About(each.about).words,
                href=reverse("support:meeting", args=[each.pk]),
                more=time_words(each) if look == "warn" else f"{time_words(each)}, {state.lower()}",
                urgent=state if look == "warn" else "",
            )
        )
    return Card(
        id="meetings",
        title="Meetings with parents",
        lines=lines,
        summary="" if found else "None so far.",
        href=reverse("support:call", args=[pupil_id]),
        href_words="Call parents to a meeting",
    )
