"""What a page shows of a kept view, and the form that keeps its question."""

from typing import Any

from django.http import HttpRequest

from rollbook.apps.insight.forms.periods import GroupedForm
from rollbook.apps.insight.forms.saved_views import KeepForm
from rollbook.apps.insight.models import SavedView
from rollbook.apps.insight.queries.saved_views import may_change, view_of
from rollbook.domain.access import Permission, Viewer


def keeping_context(request: HttpRequest, viewer: Viewer, form: GroupedForm, page: str) -> dict[str, Any]:
    """What `insight/view_name.html` and `insight/keep_view.html` need. One query where a view is opened."""
    kept = request.GET.get("view", "")
    view = view_of(viewer, int(kept)) if kept.isdecimal() and len(kept) < 10 else None
    if view is not None and view.page != page:
        view = None
    return {
        "view": view,
        "may_change": view is not None and may_change(viewer, view),
        "keeping": KeepForm(initial={"query": form.address, "page": SavedView.Page(page)}, auto_id="keep_%s")
        if viewer.may(Permission.FIGURES_KEEP)
        else None,
        "shares": viewer.may(Permission.MEASURES_VIEW),
    }
