"""Persistent and severe absence over the half terms and years."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.insight.forms.history import HistoryForm
from rollbook.apps.insight.presenters.history import history_context
from rollbook.apps.insight.queries.history import history as history_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.permissions import requires


@requires(Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS)
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """The line of half terms for the school, and each group by half term and by year."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    names = viewer.may(Permission.MEASURES_VIEW)
    form = HistoryForm(request.GET, names=names, calendar=timetable(viewer).calendar, today=now.date())
    if not form.years:
        return render(request, "insight/no_year.html")
    if not form.is_valid():
        return render(request, "insight/history.html", {"form": form, "found": None}, status=422)
    asked = form.asked
    found = history_of(viewer, asked, now)
    form.offer_filters(found.filters)
    return render(
        request, "insight/history.html", history_context(found, asked, names=names) | {"form": form}
    )
