"""Taking a file in, saying which column holds what, throwing it away."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from rollbook import clock
from rollbook.apps.exchange.actions import staging
from rollbook.apps.exchange.actions.kinds import KINDS, ImportKind
from rollbook.apps.exchange.forms import ColumnsForm, UploadForm
from rollbook.apps.exchange.models import FileImport
from rollbook.apps.exchange.presenters import columns_context, list_context, may_make_groups
from rollbook.apps.exchange.queries.imports import KEPT_FOR, import_of, imports_of, kinds_for
from rollbook.apps.exchange.queries.plans import Options
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.formats.spreadsheet import csv_file
from rollbook.formats.tables import Unreadable
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

MAY_IMPORT = (Permission.ROLL_IMPORT, Permission.STAFF_MANAGE, Permission.MARKS_IMPORT)


def viewer_in(request: HttpRequest) -> Viewer:
    """Who is looking."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def own_import(viewer: Viewer, import_id: int) -> FileImport:
    """An import the viewer may see. Errors: Http404."""
    kept = import_of(viewer, import_id) if import_id < 2**63 else None
    if kept is None:
        raise Http404("no such import")
    return kept


def _kind(viewer: Viewer, name: str) -> ImportKind:
    if name not in kinds_for(viewer):
        raise Http404("no such kind of file")
    return KINDS[name]


@requires(*MAY_IMPORT)
@require_http_methods(["GET"])
def imports(request: HttpRequest) -> HttpResponse:
    """What can be imported, and what was."""
    viewer = viewer_in(request)
    return render(request, "exchange/imports.html", list_context(viewer, imports_of(viewer)))


@requires(*MAY_IMPORT)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, kind: str) -> HttpResponse:
    """Takes a file in; it is looked through before anything is loaded."""
    viewer, now = viewer_in(request), clock.now()
    found = _kind(viewer, kind)
    settings: dict[str, Any] = {"kind": found, "may_make_groups": may_make_groups(viewer)}
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, **settings)
        if form.is_valid():
            file: UploadedFile[Any] = form.cleaned_data["file"]
            day = form.cleaned_data.get("takes_effect_on") or now.date()
            options = Options(day, now.date(), makes_groups=form.cleaned_data.get("makes_groups", False))
            try:
                kept = staging.stage(
                    viewer=viewer,
                    kind=kind,
                    name=file.name or "file",
                    content=file.read(),
                    options=options,
                    by=viewer.actor,
                    at=now,
                )
            except Refused as refused:
                add_refusals(form, refused)
            else:
                return redirect("exchange:columns", kept.pk)
    else:
        form = UploadForm(**settings, initial={"takes_effect_on": now.date()})
    context = {"form": form, "kind": found, "kept_days": KEPT_FOR.days}
    return render(request, "exchange/upload.html", context, status=422 if form.errors else 200)


@requires(*MAY_IMPORT)
@require_http_methods(["GET"])
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """A file with the headings to fill in."""
    found = _kind(viewer_in(request), kind)
    return as_file(csv_file(found.headings_to_fill_in, ()), f"{found.name}-to-fill-in.csv")


@requires(*MAY_IMPORT)
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, import_id: int) -> HttpResponse:
    """Says which column holds what; remembered for the next file with the same headings."""
    viewer = viewer_in(request)
    kept = own_import(viewer, import_id)
    if kept.loaded_at is not None or kept.content is None:
        return redirect("exchange:import", import_id)
    kind = KINDS[kept.kind]
    try:
        sheet = staging.sheet_in(bytes(kept.content), kind, kept.sheet)
    except Unreadable as problem:
        messages.error(request, str(problem))
        return redirect("exchange:imports")
    known = {int(place): name for place, name in (kept.columns or {}).items()}
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        kind=kind,
        sheet=sheet,
        chosen=known or kind.proposed(sheet.headings),
    )
    if request.method == "POST" and form.is_valid():
        try:
            staging.agree_columns(
                viewer=viewer, import_id=import_id, columns=form.columns(), by=viewer.actor, at=clock.now()
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            return redirect("exchange:import", import_id)
    context = columns_context(kept, kind, sheet, form)
    return render(request, "exchange/columns.html", context, status=422 if form.errors else 200)


@requires(*MAY_IMPORT)
@require_POST
def choose_sheet(request: HttpRequest, import_id: int) -> HttpResponse:
    """Reads another sheet of a workbook."""
    viewer = viewer_in(request)
    own_import(viewer, import_id)
    try:
        staging.choose_sheet(
            viewer=viewer,
            import_id=import_id,
            sheet=request.POST.get("sheet", ""),
            by=viewer.actor,
            at=clock.now(),
        )
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("exchange:columns", import_id)


@requires(*MAY_IMPORT)
@require_POST
def throw_away(request: HttpRequest, import_id: int) -> HttpResponse:
    """Removes a file that was not loaded."""
    viewer = viewer_in(request)
    name = own_import(viewer, import_id).name
    try:
        staging.throw_away(viewer=viewer, import_id=import_id, by=viewer.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("exchange:import", import_id)
    messages.success(request, f"{name} is thrown away. Nothing of it was loaded.")
    return redirect("exchange:imports")


def as_file(content: bytes, name: str) -> HttpResponse:
    """A CSV file to download."""
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
