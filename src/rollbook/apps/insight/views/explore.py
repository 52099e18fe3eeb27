"""Any figure by any group over any period: one page, asked by its address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.insight.forms import ExploreForm
from rollbook.apps.insight.presenters.explore import explore_context
from rollbook.apps.insight.queries.exploring import explore as answer_to
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.periods import PeriodKind
from rollbook.ui.permissions import requires


@requires(Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS)
@require_GET
def explore(request: HttpRequest) -> HttpResponse:
    """The question above, the answer as a picture and a table below."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    calendar = timetable(viewer).calendar
    if not calendar.years:
        return render(request, "insight/no_year.html")
    names = viewer.may(Permission.MEASURES_VIEW)
    form = ExploreForm(request.GET, names=names, calendar=calendar, today=now.date(), usual=PeriodKind.YEAR)
    if not form.is_valid():
        return render(request, "insight/explore.html", {"form": form, "found": None}, status=422)
    found = answer_to(viewer, form.question, now)
    form.offer_filters(found.filters)
    return render(
        request, "insight/explore.html", {"form": form} | explore_context(found, form.query, names=names)
    )
