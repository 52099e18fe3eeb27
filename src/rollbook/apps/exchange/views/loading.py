"""What a file would do, loading it, what it did, undoing it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from rollbook import clock
from rollbook.apps.accounts import letters
from rollbook.apps.accounts.actions.people import note_link
from rollbook.apps.accounts.queries import person_of, person_with_address
from rollbook.apps.exchange.actions.loading import (
    LoadedBefore,
    load_import,
    opened,
    refused_file,
    undo_import,
    undo_steps,
)
from rollbook.apps.exchange.forms import UndoForm
from rollbook.apps.exchange.models import FileImport
from rollbook.apps.exchange.presenters import dry_run_context, result_context, undo_context
from rollbook.apps.exchange.queries.imports import may_be_undone, rows_of
from rollbook.apps.exchange.views.staging import MAY_IMPORT, as_file, own_import, viewer_in
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.formats.tables import Unreadable
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires


@requires(*MAY_IMPORT)
@require_http_methods(["GET"])
def show(request: HttpRequest, import_id: int) -> HttpResponse:
    """What loading a file would do; once it is loaded, what it did."""
    viewer = viewer_in(request)
    kept = own_import(viewer, import_id)
    if kept.loaded_at is not None:
        context = result_context(kept, rows_of(viewer, import_id), clock.now())
        return render(request, "exchange/result.html", context)
    return _dry_run(request, viewer, kept)


def _dry_run(
    request: HttpRequest, viewer: Viewer, kept: FileImport, refused: Refused | None = None
) -> HttpResponse:
    if kept.columns is None:
        return redirect("exchange:columns", kept.pk)
    try:
        file = opened(viewer, kept.pk, clock.now())
        plan = file.plan(viewer)
    except LoadedBefore:
        return redirect("exchange:import", kept.pk)
    except (Refused, Unreadable) as problem:
        messages.error(request, str(problem))
        return redirect("exchange:columns", kept.pk)
    context = dry_run_context(file, plan, request.GET.get("show", ""), request.GET.get("page", ""))
    context["refused"] = refused.refusals if refused else ()
    return render(request, "exchange/dry_run.html", context, status=409 if refused else 200)


@requires(*MAY_IMPORT)
@require_POST
def load(request: HttpRequest, import_id: int) -> HttpResponse:
    """Loads a file; sent a second time it says that it was loaded."""
    viewer = viewer_in(request)
    kept = own_import(viewer, import_id)
    try:
        load_import(
            viewer=viewer,
            import_id=import_id,
            good_rows_only="good_rows_only" in request.POST,
            seen=request.POST.get("seen", ""),
            by=viewer.actor,
            at=clock.now(),
        )
    except LoadedBefore as refused:
        messages.info(request, str(refused))
    except Unreadable as problem:
        messages.error(request, str(problem))
    except Refused as refused:
        return _dry_run(request, viewer, kept, refused)
    return redirect("exchange:import", import_id)


@requires(*MAY_IMPORT)
@require_http_methods(["GET"])
def refused(request: HttpRequest, import_id: int) -> HttpResponse:
    """The rows that can't be loaded, or were left out, as a file with what is wrong beside each."""
    viewer = viewer_in(request)
    kept = own_import(viewer, import_id)
    if kept.loaded_at is not None:
        if kept.content is None:
            raise Http404("nothing was left out, or it is no longer kept")
        content = bytes(kept.content)
    else:
        try:
            file = opened(viewer, import_id, clock.now())
            content = refused_file(file.sheet, file.plan(viewer))
        except (Refused, Unreadable):
            return redirect("exchange:columns", import_id)
    return as_file(content, f"to-put-right-{import_id}.csv")


@requires(*MAY_IMPORT)
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, import_id: int) -> HttpResponse:
    """Shows what undoing an import would put back, and does it with a reason."""
    viewer, now = viewer_in(request), clock.now()
    kept = own_import(viewer, import_id)
    if not may_be_undone(kept, rows_of(viewer, import_id), now):
        return redirect("exchange:import", import_id)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = undo_import(
                viewer=viewer,
                import_id=import_id,
                reason=form.cleaned_data["reason"],
                seen=request.POST.get("seen", ""),
                by=viewer.actor,
                at=now,
            )
        except Refused as problem:
            add_refusals(form, problem)
        else:
            records = "1 record was" if done.count == 1 else f"{done.count:,} records were"
            messages.success(request, f"{records} put back.")
            return redirect("exchange:import", import_id)
    context = undo_context(kept, undo_steps(viewer, kept, now.date()), request.GET.get("page", "")) | {
        "form": form
    }
    return render(request, "exchange/undo.html", context, status=422 if form.errors else 200)


@requires(Permission.STAFF_MANAGE)
@require_POST
def invite(request: HttpRequest, import_id: int) -> HttpResponse:
    """Sends everyone whom an import added, and who has no password yet, the link to choose one."""
    viewer = viewer_in(request)
    own_import(viewer, import_id)
    sent, unsent = [], []
    for row in rows_of(viewer, import_id):
        found = person_of(viewer, row.after.get("invite") or 0)
        if found is None or row.undone or found.has_password or not found.is_active:
            continue
        person = person_with_address(found.email)
        if person is not None and letters.send_invitation(request, person, viewer.school_name, viewer.name):
            note_link(viewer=viewer, person_id=found.id, is_sent=True, by=viewer.actor, at=clock.now())
            sent.append(found.name)
        else:
            unsent.append(found.name)
    if sent:
        people = "1 person was" if len(sent) == 1 else f"{len(sent)} people were"
        messages.success(request, f"{people} sent a link with which they choose a password.")
    if unsent:
        words = f"No letter reached {', '.join(unsent)}. Open their pages to show them a link instead."
        messages.error(request, words)
    if not sent and not unsent:
        messages.info(request, "Everyone of this import has chosen a password already.")
    return redirect("exchange:import", import_id)
