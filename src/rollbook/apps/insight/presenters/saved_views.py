"""The views that people keep, as their templates take them."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict
from django.urls import reverse

from rollbook.apps.insight.models import SavedView
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.measures import MEASURES
from rollbook.apps.insight.queries.saved_views import may_change
from rollbook.domain.access import Permission, Viewer


def view_url(view: SavedView) -> str:
    """Where a view is opened: the question with today's answer."""
    return f"{reverse(f'insight:{view.page}')}?{urlencode([*parse_qsl(view.query), ('view', view.pk)])}"


def list_context(viewer: Viewer, views: Iterable[SavedView]) -> dict[str, Any]:
    """Everything `insight/views.html` needs."""
    return {
        "rows": [_row(viewer, view) for view in views],
        "may_keep": viewer.may(Permission.FIGURES_KEEP),
    }


def _row(viewer: Viewer, view: SavedView) -> dict[str, Any]:
    question = QueryDict(view.query)
    measure = MEASURES.get(question.get("measure", ""))
    dimension = DIMENSIONS.get(question.get("by", "year-group"))
    what = view.get_page_display()
    if view.page == SavedView.Page.EXPLORE:
        what = measure.words if measure else ""
    count = len(view.recipients.all())
    sent = f"{view.get_weekday_display()}s to {count}" if view.weekday is not None else ""
    return {
        "name": view.name,
        "url": view_url(view),
        "question": f"{what} by {dimension.words.lower()}" if what and dimension else what,
        "owner": "you" if view.owner_id == viewer.user_id else view.owner.name,
        "is_shared": view.is_shared,
        "sent": sent,
        "change_url": reverse("insight:view", args=[view.pk]) if may_change(viewer, view) else "",
    }
