"""Returns to the local authority: what is due, what each one says, that it was sent."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.roll.actions.looking import note_look
from rollbook.apps.roll.actions.returns import require_return, send_return
from rollbook.apps.roll.forms.removals import SentForm
from rollbook.apps.roll.models import ReturnDue
from rollbook.apps.roll.presenters.removals import return_context, return_row
from rollbook.apps.roll.queries.returns import lines_of, return_of, returns_settled, returns_to_send
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires


def _own(viewer: Viewer, return_id: int) -> ReturnDue:
    due = return_of(viewer, return_id)
    if due is None:
        raise Http404("no such return")
    return due


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET"])
def returns(request: HttpRequest) -> HttpResponse:
    """Every return to send, the first due first, and the latest that are settled."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today = clock.today()
    context = {
        "waiting": [return_row(due, today) for due in returns_to_send(viewer)],
        "settled": [return_row(due, today) for due in returns_settled(viewer)],
    }
    return render(request, "roll/returns.html", context)


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def one_return(request: HttpRequest, return_id: int) -> HttpResponse:
    """What one return says, to print or copy; and that it was sent."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    due = _own(viewer, return_id)
    form = SentForm(request.POST if request.method == "POST" else None, initial={"sent_on": now.date()})
    if request.method == "POST" and form.is_valid():
        try:
            send_return(
                viewer=viewer,
                return_id=return_id,
                sent_on=form.cleaned_data["sent_on"],
                how=form.cleaned_data["how"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "Recorded: the return is sent.")
            return redirect("roll:return", return_id)
    note_look(viewer=viewer, pupil_id=due.pupil_id, by=viewer.actor, at=now)
    context = return_context(due, lines_of(viewer, due), now.date()) | {"form": form}
    return render(request, "roll/return.html", context, status=422 if form.errors else 200)


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["POST"])
def ask_for(request: HttpRequest, return_id: int) -> HttpResponse:
    """The local authority asks for a return that was not due."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    _own(viewer, return_id)
    try:
        require_return(viewer=viewer, return_id=return_id, by=viewer.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The return is due today.")
    return redirect("roll:return", return_id)
