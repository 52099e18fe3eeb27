"""Any figure by any group over any period: one page, asked by its address, and the same as a file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.insight.actions.exporting import note_list
from rollbook.apps.insight.forms.explore import ExploreForm
from rollbook.apps.insight.forms.keepable import asking
from rollbook.apps.insight.presenters.explore import explore_context
from rollbook.apps.insight.presenters.exporting import notes_of, svg_of, table_of
from rollbook.apps.insight.queries.exploring import explore as answer_to
from rollbook.apps.insight.views.keeping import keeping_context
from rollbook.domain.access import Permission, Viewer
from rollbook.formats.spreadsheet import csv_file
from rollbook.formats.workbook import Sheet, workbook
from rollbook.ui.answers import csv_answer, file_name, png_answer, svg_answer, xlsx_answer
from rollbook.ui.pdf import render_png
from rollbook.ui.permissions import requires

KINDS = ("csv", "xlsx", "svg", "png")


@requires(Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS)
@require_GET
def explore(request: HttpRequest) -> HttpResponse:
    """The question above, the answer as a picture and a table below."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = _form(request, viewer)
    if not form.calendar.years:
        return render(request, "insight/no_year.html")
    if not form.is_valid():
        return render(request, "insight/explore.html", {"form": form, "found": None}, status=422)
    found = answer_to(viewer, form.question, now)
    form.offer_filters(found.filters)
    context = explore_context(found, form.query, names=viewer.may(Permission.MEASURES_VIEW)) | {
        "form": form,
        "kinds": [kind.upper() for kind in KINDS],
    }
    context |= keeping_context(request, viewer, form, "explore")
    return render(request, "insight/explore.html", context)


@requires(Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """What the page shows, as a table or a picture; what was taken out is in the audit log."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = _form(request, viewer)
    kind = request.GET.get("format", "").lower()
    if kind not in KINDS or not form.is_valid():
        raise Http404
    question = form.question
    found = answer_to(viewer, question, now)
    what = f"{question.measure.words} by {question.dimension.words.lower()}"
    note_list(
        viewer=viewer,
        what=f"the figures of {what}",
        kind=kind.upper(),
        first_day=question.period.first_day,
        last_day=question.period.last_day,
        by=viewer.actor,
        at=now,
    )
    name = file_name(what, question.period.first_day, question.period.last_day)
    if kind == "svg":
        return svg_answer(svg_of(found, viewer.school_name, now).encode(), name)
    if kind == "png":
        return png_answer(render_png(svg_of(found, viewer.school_name, now)), name)
    headings, rows = table_of(found)
    notes = notes_of(found, viewer.school_name, now)
    if kind == "xlsx":
        sheets = [Sheet("Figures", headings, rows, fixed=1), Sheet("About", ["What", "Words"], notes)]
        return xlsx_answer(workbook(sheets, now), name)
    return csv_answer(csv_file(headings, [*rows, [""], *notes]), name)


def _form(request: HttpRequest, viewer: Viewer) -> ExploreForm:
    return ExploreForm(request.GET, **asking(viewer, "explore", clock.today()))
