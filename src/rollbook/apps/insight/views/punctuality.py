"""Who comes late: the page, and the pastoral lead's list as a file."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.insight.forms.habits import PunctualityForm
from rollbook.apps.insight.forms.keepable import asking
from rollbook.apps.insight.presenters.habit_files import punctuality_table
from rollbook.apps.insight.presenters.punctuality import (
    FILE_HEADINGS,
    ON_A_PAGE,
    file_rows,
    punctuality_context,
)
from rollbook.apps.insight.queries.punctuality import punctuality as lateness_of
from rollbook.apps.insight.views.habit_files import file_kind, habit_file
from rollbook.apps.insight.views.keeping import keeping_context
from rollbook.apps.support.queries.meetings import meeting_standings
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.meetings import About
from rollbook.ui.permissions import requires


@requires(Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS)
@require_GET
def punctuality(request: HttpRequest) -> HttpResponse:
    """Lateness of a period, this week's unless another is asked for: the school, its groups, and the pupils."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = _form(request, viewer)
    if not form.calendar.years:
        return render(request, "insight/no_year.html")
    if not form.is_valid():
        return render(request, "insight/punctuality.html", {"form": form, "found": None}, status=422)
    now = clock.now()
    found = lateness_of(viewer, form.asked, now)
    form.offer_filters(found.filters)
    page = Paginator(found.rows, ON_A_PAGE).get_page(request.GET.get("page", ""))
    late = [row.member.id for row in page]
    meetings = meeting_standings(viewer, late, now, [About.LATENESS]) if late else {}
    context = punctuality_context(viewer, found, form.asked, page, meetings) | {
        "form": form,
        "query": form.address,
    }
    context |= keeping_context(request, viewer, form, "punctuality")
    return render(request, "insight/punctuality.html", context)


@requires(Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS)
@require_GET
def punctuality_file(request: HttpRequest) -> HttpResponse:
    """The same as a file: the list of pupils for the staff team, the groups for everybody."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    kind = file_kind(request)
    form = _form(request, viewer)
    if not form.calendar.years or not form.is_valid():
        raise Http404("no such list")
    found = lateness_of(viewer, form.asked, now)
    groups = punctuality_table(found, form.asked, viewer.school_name, now)
    pupils = (FILE_HEADINGS, file_rows(found)) if viewer.may(Permission.MEASURES_VIEW) else None
    return habit_file(viewer, "late", kind, groups, pupils, now)


def _form(request: HttpRequest, viewer: Viewer) -> PunctualityForm:
    return PunctualityForm(request.GET, **asking(viewer, "punctuality", clock.today()))
