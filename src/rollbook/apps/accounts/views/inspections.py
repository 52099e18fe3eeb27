"""Inspections: who was let in until when, what they opened and took out, and the end of their access."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from rollbook import clock
from rollbook.apps.accounts.actions.inspections import end_inspection
from rollbook.apps.accounts.inspections import Inspection, inspections_of, looks_of
from rollbook.apps.accounts.presenters import look_line
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.permissions import requires

_LONGEST_NUMBER = 18


@requires(Permission.STAFF_MANAGE)
@require_safe
def inspections(request: HttpRequest) -> HttpResponse:
    """Inspections now, to come and past."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today, found = clock.today(), inspections_of(viewer)
    context = {
        "now": [each for each in found if each.is_open(today)],
        "to_come": [each for each in found if each.is_to_come(today)],
        "past": [each for each in found if not each.is_open(today) and not each.is_to_come(today)],
        "school_name": viewer.school_name,
    }
    return render(request, "accounts/inspections.html", context)


@requires(Permission.STAFF_MANAGE)
@require_safe
def inspection(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """One inspection: every page and file, the newest first, or the files alone."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _inspection(viewer, inspection_id)
    files_only = request.GET.get("show") == "files"
    page, known = looks_of(
        viewer,
        found,
        before=_number(request, "before"),
        after=_number(request, "after"),
        files_only=files_only,
    )
    may_see_pupils = viewer.may(Permission.PUPIL_VIEW_ANY)
    context: dict[str, Any] = {
        "inspection": found,
        "is_open": found.is_open(clock.today()),
        "files_only": files_only,
        "lines": [look_line(event, known, may_see_pupils=may_see_pupils) for event in page.events],
        "newer_than": page.newer_than,
        "older_than": page.older_than,
    }
    return render(request, "accounts/inspection.html", context)


@requires(Permission.STAFF_MANAGE)
@require_POST
def end(request: HttpRequest, inspection_id: int) -> HttpResponse:
    """Ends an inspector's access now."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _inspection(viewer, inspection_id)
    try:
        is_over = end_inspection(viewer=viewer, appointment_id=inspection_id, by=viewer.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        at_midnight = (
            f"{found.name}’s access began today and the account has other work too: it ends at midnight."
        )
        messages.success(request, f"{found.name}’s access has ended." if is_over else at_midnight)
    return redirect("accounts:inspections")


def _inspection(viewer: Viewer, inspection_id: int) -> Inspection:
    found = next((each for each in inspections_of(viewer) if each.id == inspection_id), None)
    if found is None:
        raise Http404("no such inspection")
    return found


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None
