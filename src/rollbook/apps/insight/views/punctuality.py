"""Who comes late: the page, and the pastoral lead's list as a file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.insight.actions.exporting import note_list
from rollbook.apps.insight.forms.habits import PunctualityForm
from rollbook.apps.insight.presenters.punctuality import FILE_HEADINGS, file_rows, punctuality_context
from rollbook.apps.insight.queries.punctuality import punctuality as lateness_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.periods import PeriodKind
from rollbook.formats.spreadsheet import csv_file
from rollbook.ui.answers import csv_answer, file_name
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
    found = lateness_of(viewer, form.asked, clock.now())
    form.offer_filters(found.filters)
    context = punctuality_context(viewer, found, form.asked, request.GET.get("page", "")) | {
        "form": form,
        "query": request.GET.urlencode(),
    }
    return render(request, "insight/punctuality.html", context)


@requires(Permission.MEASURES_VIEW)
@require_GET
def punctuality_file(request: HttpRequest) -> HttpResponse:
    """The same list as a file; that it was taken out is in the audit log."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = _form(request, viewer)
    if not form.calendar.years or not form.is_valid():
        raise Http404("no such list")
    period = form.period
    found = lateness_of(viewer, form.asked, now)
    note_list(
        viewer=viewer,
        what="the list of late pupils",
        first_day=period.first_day,
        last_day=period.last_day,
        by=viewer.actor,
        at=now,
    )
    name = file_name("punctuality", period.first_day, period.last_day)
    return csv_answer(csv_file(FILE_HEADINGS, file_rows(found)), name)


def _form(request: HttpRequest, viewer: Viewer) -> PunctualityForm:
    return PunctualityForm(
        request.GET,
        names=viewer.may(Permission.MEASURES_VIEW),
        calendar=timetable(viewer).calendar,
        today=clock.today(),
        usual=PeriodKind.WEEK,
    )
