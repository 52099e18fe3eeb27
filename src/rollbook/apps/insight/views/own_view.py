"""A pupil's own attendance, to be shown to the pupil and printed for them. Pupils themselves have no sign-in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from rollbook import clock
from rollbook.apps.insight.actions.exporting import note_list
from rollbook.apps.insight.presenters.own_view import heading, own_context, own_paper
from rollbook.apps.insight.queries.own_view import own_view as own_of
from rollbook.apps.roll.actions import note_look
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.answers import file_name, pdf_answer
from rollbook.ui.pdf import render_pdf
from rollbook.ui.permissions import requires

_MAY_SEE = (Permission.PUPIL_VIEW_OWN, Permission.PUPIL_VIEW_ANY)


@requires(*_MAY_SEE)
@require_safe
def own_view(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """What the pupil sees: plain words and shapes, nothing of anybody else."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    found = own_of(viewer, pupil_id, now)
    if found is None:
        raise Http404("no such pupil")
    note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    context = own_context(found) | {
        "heading": heading(found),
        "pupil_url": reverse("registers:pupil", args=[pupil_id]),
        "pdf_url": reverse("insight:own_view_pdf", args=[pupil_id]),
    }
    return render(request, "insight/own_view.html", context)


@requires(*_MAY_SEE)
@require_safe
def own_view_pdf(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """The same on one page of paper; that it was printed is in the audit log."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    found = own_of(viewer, pupil_id, now)
    if found is None:
        raise Http404("no such pupil")
    pdf = render_pdf("insight/own_view.typ", own_paper(found, viewer.school_name, now), made_at=now)
    first_day = min((each.period.first_day for each in found.stretches), default=now.date())
    note_list(
        viewer=viewer,
        what="the pupil's own view of attendance",
        kind="PDF",
        first_day=first_day,
        last_day=now.date(),
        pupil_id=pupil_id,
        by=viewer.actor,
        at=now,
    )
    pupil = found.pupil
    return pdf_answer(pdf, file_name("time at school", pupil.surname, pupil.forename, now.date()))
