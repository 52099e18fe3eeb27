"""The register on paper and in files, with every amendment under its mark."""

import csv
from collections.abc import Iterator
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.audit.actions import record
from rollbook.apps.registers.forms import ExportForm
from rollbook.apps.registers.presenters.files import HEADINGS, as_row, sheet_context
from rollbook.apps.registers.queries.export import export_lines
from rollbook.apps.registers.queries.register import register_sheet
from rollbook.apps.registers.views.pages import no_register
from rollbook.apps.schools.queries import groups_on
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.marks import SchoolSession
from rollbook.ui.permissions import requires


@requires(Permission.REGISTER_TAKE_OWN, Permission.REGISTER_TAKE_ANY, Permission.PUPIL_VIEW_ANY)
def sheet(request: HttpRequest, group_id: int, on: date) -> HttpResponse:
    """A group's day to read or print: both sessions, amendments under the mark, a place for what is missing."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    sheets = [register_sheet(viewer, group_id, on, school_session, now) for school_session in SchoolSession]
    found = [each for each in sheets if each is not None]
    if len(found) != len(sheets):
        return no_register(request, viewer, group_id, on)
    return render(request, "registers/sheet.html", sheet_context(viewer, found, now))


class _Echo:
    """A file that hands back what is written to it, so that a long export streams."""

    def write(self, value: str) -> str:
        """The line as it is."""
        return value


@requires(Permission.REGISTERS_EXPORT)
@require_http_methods(["GET"])
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Marks of a span of days as CSV: the form, and with `first_day` in the address the file."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    groups = [(group.id, group.name) for group in groups_on(viewer, now.date())]
    first = now.date().replace(day=1)
    form = ExportForm(
        request.GET if "first_day" in request.GET else None,
        groups=groups,
        initial={"first_day": first, "last_day": now.date()},
    )
    if not form.is_bound or not form.is_valid():
        return render(request, "registers/export.html", {"form": form}, status=422 if form.is_bound else 200)
    values = form.cleaned_data
    if values["group"] is not None and values["group"] not in dict(groups):
        raise Http404("no such group")
    record(
        type="register.exported",
        by=viewer.actor,
        at=now,
        school_id=viewer.school_id,
        facts={"from": str(values["first_day"]), "to": str(values["last_day"]), "group": values["group"]},
    )
    lines = export_lines(viewer, values["first_day"], values["last_day"], values["group"])

    def rows() -> Iterator[str]:
        writer = csv.writer(_Echo())
        # Excel takes a file for UTF-8 only with this mark at its start.
        yield "\ufeff"
        yield writer.writerow(HEADINGS)
        for line in lines:
            yield writer.writerow(as_row(line))

    response = StreamingHttpResponse(rows(), content_type="text/csv; charset=utf-8")
    name = f"marks-{values['first_day']}-to-{values['last_day']}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
