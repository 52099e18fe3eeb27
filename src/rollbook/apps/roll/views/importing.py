"""Importing pupils: upload, look at what it would do, load it, see what it did."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.roll.actions.files import LoadedBefore, keep_file, load_file, options_of, throw_away_file
from rollbook.apps.roll.forms.pupils import UploadForm
from rollbook.apps.roll.models import PupilFile
from rollbook.apps.roll.presenters.importing import report_context, result_context
from rollbook.apps.roll.queries.file_plan import LoadOptions, LoadPlan, plan_load
from rollbook.apps.roll.queries.files import problem_rows, pupil_file, pupil_files
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.formats.pupil_csv import TEMPLATE, read_pupils
from rollbook.formats.spreadsheet import csv_file
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

_PROBLEM_HEADINGS = ("Line", "Pupil", "Column", "Value", "What is wrong", "Kind")


@requires(Permission.ROLL_IMPORT)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Takes a pupil file in; it is looked through before anything is loaded."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    may_make_groups = viewer.may(Permission.GROUPS_MANAGE)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, may_make_groups=may_make_groups)
        if form.is_valid():
            file: UploadedFile[Any] = form.cleaned_data["file"]
            options = LoadOptions(
                form.cleaned_data["takes_effect_on"],
                makes_groups=form.cleaned_data.get("makes_groups", False),
            )
            try:
                kept = keep_file(
                    viewer=viewer,
                    name=file.name or "pupils.csv",
                    content=file.read(),
                    options=options,
                    by=viewer.actor,
                    at=now,
                )
            except Refused as refused:
                add_refusals(form, refused)
            else:
                return redirect("roll:import_report", kept.pk)
    else:
        form = UploadForm(may_make_groups=may_make_groups, initial={"takes_effect_on": now.date()})
    context = {"form": form, "files": pupil_files(viewer)}
    return render(request, "roll/import.html", context, status=422 if form.errors else 200)


@requires(Permission.ROLL_IMPORT)
@require_http_methods(["GET"])
def template(_request: HttpRequest) -> HttpResponse:
    """A file with the headings to fill in."""
    return _file(csv_file(TEMPLATE, ()), "pupils-to-fill-in.csv")


@requires(Permission.ROLL_IMPORT)
@require_http_methods(["GET"])
def report(request: HttpRequest, file_id: int) -> HttpResponse:
    """What loading a file would do; once it is loaded, what it did."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    kept = _kept(viewer, file_id)
    if kept.loaded_at is not None:
        return render(request, "roll/import_result.html", result_context(kept))
    return render(request, "roll/import_report.html", report_context(kept, _plan(viewer, kept)))


@requires(Permission.ROLL_IMPORT)
@require_http_methods(["POST"])
def load(request: HttpRequest, file_id: int) -> HttpResponse:
    """Loads a file; sent a second time it says that it was loaded."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    kept = _kept(viewer, file_id)
    try:
        load_file(
            viewer=viewer,
            file_id=kept.pk,
            good_rows_only="good_rows_only" in request.POST,
            seen=request.POST.get("seen", ""),
            by=viewer.actor,
            at=clock.now(),
        )
    except LoadedBefore as refused:
        messages.info(request, str(refused))
    except Refused as refused:
        context = report_context(kept, _plan(viewer, kept)) | {"refused": refused.refusals}
        return render(request, "roll/import_report.html", context, status=409)
    return redirect("roll:import_report", file_id)


@requires(Permission.ROLL_IMPORT)
@require_http_methods(["POST"])
def throw_away(request: HttpRequest, file_id: int) -> HttpResponse:
    """Removes a file that was not loaded."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    name = _kept(viewer, file_id).name
    try:
        throw_away_file(viewer=viewer, file_id=file_id, by=viewer.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("roll:import_report", file_id)
    messages.success(request, f"{name} is thrown away. Nothing of it was loaded.")
    return redirect("roll:import")


@requires(Permission.ROLL_IMPORT)
@require_http_methods(["GET"])
def problems(request: HttpRequest, file_id: int) -> HttpResponse:
    """Every problem of a file as a file, to mend the export by."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    kept = _kept(viewer, file_id)
    if kept.loaded_at is not None:
        rows = list(kept.result.get("left_out", ()))
    else:
        rows = list(problem_rows(_plan(viewer, kept).problems))
    return _file(csv_file(_PROBLEM_HEADINGS, rows), f"problems-{file_id}.csv")


def _kept(viewer: Viewer, file_id: int) -> PupilFile:
    kept = pupil_file(viewer, file_id)
    if kept is None:
        raise Http404("no such file")
    return kept


def _plan(viewer: Viewer, kept: PupilFile) -> LoadPlan:
    return plan_load(viewer, read_pupils(bytes(kept.content), clock.today()), options_of(kept))


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
