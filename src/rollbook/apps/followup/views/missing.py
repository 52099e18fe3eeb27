"""Who is missing now, and who takes a call on."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from rollbook import clock
from rollbook.apps.followup.actions.claiming import NotHere, claim, let_go
from rollbook.apps.followup.actions.recording import may_take_over
from rollbook.apps.followup.presenters.missing import missing_context
from rollbook.apps.followup.queries.missing import missing_now
from rollbook.apps.followup.queries.steps import open_concerns
from rollbook.apps.followup.views.pages import viewer_of
from rollbook.domain.access import Permission
from rollbook.domain.refusals import Refused
from rollbook.ui.permissions import requires


@requires(Permission.CONTACT_RECORD)
@require_safe
def missing(request: HttpRequest) -> HttpResponse:
    """Everybody who is missing without a reason at this moment, in the order of ringing."""
    viewer, now = viewer_of(request), clock.now()
    concerns = open_concerns(viewer) if may_take_over(viewer) else []
    context = missing_context(viewer, missing_now(viewer, now), concerns)
    return render(request, "followup/missing.html", context)


@requires(Permission.CONTACT_RECORD)
@require_POST
def take(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Takes a call on, takes it over or lets it go."""
    viewer, now, act = viewer_of(request), clock.now(), request.POST.get("act")
    try:
        if act == "let_go":
            let_go(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
            return redirect("followup:missing")
        claim(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now, takes_over=act == "take_over")
    except NotHere:
        raise Http404("no such pupil") from None
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("followup:sheet", pupil_id)
