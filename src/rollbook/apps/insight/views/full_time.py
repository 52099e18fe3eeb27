"""The report of pupils who don't get full-time education: the page and the files."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.insight.actions.exporting import note_list
from rollbook.apps.insight.forms.full_time import FullTimeForm
from rollbook.apps.insight.presenters.full_time import FILE_HEADINGS, file_rows, full_time_context
from rollbook.apps.insight.queries.full_time import not_full_time
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.periods import PeriodKind
from rollbook.formats.spreadsheet import csv_file
from rollbook.formats.workbook import Sheet, workbook
from rollbook.ui.answers import csv_answer, file_name, xlsx_answer
from rollbook.ui.permissions import requires

KINDS = ("csv", "xlsx")


@requires(Permission.MEASURES_VIEW)
@require_GET
def full_time(request: HttpRequest) -> HttpResponse:
    """Who is not at school full-time in a period, this half term's unless another is asked for, and what they get."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = _form(request, viewer)
    if not form.calendar.years:
        return render(request, "insight/no_year.html")
    if not form.is_valid():
        return render(request, "insight/full_time.html", {"form": form, "found": None}, status=422)
    found = not_full_time(viewer, form.period, form.cause, clock.now())
    context = full_time_context(found, clock.today()) | {
        "form": form,
        "files": [(kind.upper(), _file_url(request, kind)) for kind in KINDS],
    }
    return render(request, "insight/full_time.html", context)


@requires(Permission.MEASURES_VIEW)
@require_GET
def full_time_file(request: HttpRequest) -> HttpResponse:
    """The same list as a file; that it was taken out is in the audit log."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = _form(request, viewer)
    kind = request.GET.get("format", "csv").lower()
    if kind not in KINDS or not form.calendar.years or not form.is_valid():
        raise Http404("no such list")
    period = form.period
    found = not_full_time(viewer, period, form.cause, now)
    note_list(
        viewer=viewer,
        what="the list of pupils without full-time education",
        kind=kind.upper(),
        first_day=period.first_day,
        last_day=period.last_day,
        by=viewer.actor,
        at=now,
    )
    name = file_name("full-time education", period.first_day, period.last_day)
    rows = list(file_rows(found))
    if kind == "xlsx":
        return xlsx_answer(workbook([Sheet("Full-time education", FILE_HEADINGS, rows, fixed=2)], now), name)
    return csv_answer(csv_file(FILE_HEADINGS, rows), name)


def _file_url(request: HttpRequest, kind: str) -> str:
    query = request.GET.copy()
    query["format"] = kind
    return f"{reverse('insight:full_time_file')}?{query.urlencode()}"


def _form(request: HttpRequest, viewer: Viewer) -> FullTimeForm:
    return FullTimeForm(
        request.GET,
        calendar=timetable(viewer).calendar,
        today=clock.today(),
        usual=PeriodKind.HALF_TERM,
    )
