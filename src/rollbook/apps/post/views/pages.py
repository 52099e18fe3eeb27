"""Messages sent: what failed first, the list, one message with all that became of it, and what to do about it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from rollbook import clock
from rollbook.apps.post.actions.looking import note_look
from rollbook.apps.post.actions.sending import send_again, settle
from rollbook.apps.post.forms import AgainForm, SettleForm, WantedForm
from rollbook.apps.post.presenters import MAYBE_TWICE, advice, attempt_look, line_of, lines_of
from rollbook.apps.post.queries.messages import (
    Sent,
    Wanted,
    attempts_of,
    counts_of,
    failed_messages,
    may_read,
    message_of,
    messages_of,
    replacement_of,
)
from rollbook.apps.post.queries.purposes import purpose_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

_ON_A_PAGE = 50
_MOST_FAILED = 50


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


@requires(Permission.POST_VIEW)
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """What did not get through, and every message, narrowed by state, purpose and day."""
    viewer, today = _viewer(request), clock.today()
    form = WantedForm(request.GET)
    wanted = Wanted(**form.cleaned_data) if form.is_valid() else Wanted()
    is_narrowed = wanted != Wanted()
    page = Paginator(messages_of(viewer, wanted), _ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "counts": counts_of(viewer, today),
        "today": today,
        "failed": [] if is_narrowed else lines_of(failed_messages(viewer)[:_MOST_FAILED]),
        "page": page,
        "lines": lines_of(page),
        "is_narrowed": is_narrowed,
    }
    return render(request, "post/messages.html", context, status=422 if form.errors else 200)


@requires(Permission.POST_VIEW)
@require_safe
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message. Errors: Http404 for another school's."""
    viewer = _viewer(request)
    found = _found(viewer, message_id)
    if purpose_of(found.purpose).is_restricted and may_read(viewer, found):
        note_look(message=found, by=viewer.actor, at=clock.now())
    return _shown(request, found)


@requires(Permission.POST_VIEW)
@require_POST
def again(request: HttpRequest, message_id: int) -> HttpResponse:
    """Sends one that failed once more, to the same address or another."""
    viewer = _viewer(request)
    found = _found(viewer, message_id)
    form = AgainForm(request.POST, message=found)
    if form.is_valid():
        address = form.cleaned_data["to_address"]
        try:
            sent = send_again(
                viewer=viewer, message_id=found.pk, to_address=address, by=viewer.actor, at=clock.now()
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "It is sent again as soon as its turn comes.")
            return redirect("post:message", sent.pk)
    return _shown(request, found, again_form=form)


@requires(Permission.POST_VIEW)
@require_POST
def settle_by_hand(request: HttpRequest, message_id: int) -> HttpResponse:
    """Writes down what was done in place of a message that failed."""
    viewer = _viewer(request)
    found = _found(viewer, message_id)
    form = SettleForm(request.POST)
    if form.is_valid():
        try:
            settle(viewer=viewer, message_id=found.pk, by=viewer.actor, at=clock.now(), **form.cleaned_data)
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "Written down. It has left the list of what did not get through.")
            return redirect("post:messages")
    return _shown(request, found, settle_form=form)


def _found(viewer: Viewer, message_id: int) -> Sent:
    found = message_of(viewer, message_id)
    if found is None:
        raise Http404("no such message")
    return found


def _shown(
    request: HttpRequest,
    found: Sent,
    again_form: AgainForm | None = None,
    settle_form: SettleForm | None = None,
) -> HttpResponse:
    line = line_of(found)
    is_open = bool(advice(found))
    context: dict[str, Any] = {
        "line": line,
        "message": found,
        "may_read": may_read(_viewer(request), found),
        "is_restricted": purpose_of(found.purpose).is_restricted,
        "attempts": [(attempt, attempt_look(attempt)) for attempt in attempts_of(found)],
        "replacement": replacement_of(found),
        "maybe_twice": MAYBE_TWICE if found.maybe_twice else "",
        "is_open": is_open,
        "again_form": again_form or AgainForm(message=found),
        "settle_form": settle_form or SettleForm(),
        "form": again_form or settle_form,
    }
    return render(request, "post/message.html", context, status=422 if again_form or settle_form else 200)
