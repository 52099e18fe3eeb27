"""The views that people keep: the list, keeping one, its name, who sees it, to whom it is sent, its end."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from rollbook import clock
from rollbook.apps.insight.actions.saved_views import change_view, remove_view, save_view, send_weekly
from rollbook.apps.insight.forms.keepable import KEEPABLE, question_form
from rollbook.apps.insight.forms.saved_views import KeepForm, NameForm, SendForm
from rollbook.apps.insight.models import SavedView
from rollbook.apps.insight.presenters.saved_views import list_context, view_url
from rollbook.apps.insight.queries.saved_views import may_change, readers_of, recipient_ids, view_of, views_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires


@requires(Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS)
@require_GET
def views(request: HttpRequest) -> HttpResponse:
    """One's own views and those of the staff."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return render(request, "insight/views.html", list_context(viewer, views_of(viewer)))


@requires(Permission.FIGURES_KEEP)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keeps the question that is shown."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = KeepForm(request.POST)
    asked = request.POST.get("page", "")
    page = asked if asked in KEEPABLE else SavedView.Page.EXPLORE.value
    question = question_form(viewer, page, QueryDict(request.POST.get("query", "")), now.date())
    if form.is_valid() and question.is_valid():
        try:
            view = save_view(
                viewer=viewer,
                name=form.cleaned_data["name"],
                page=page,
                query=question.address,
                is_shared=form.cleaned_data["is_shared"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"The view '{view.name}' is kept.")
            return redirect(view_url(view))
    if not question.is_valid():
        form.add_error(None, "This question can't be kept. Go back, choose again and press Show.")
    context = {
        "form": form,
        "names": viewer.may(Permission.MEASURES_VIEW),
        "page_url": reverse(f"insight:{page}"),
        "page_name": SavedView.Page(page).label,
    }
    return render(request, "insight/keep.html", context, status=422)


@requires(Permission.FIGURES_KEEP)
def view(request: HttpRequest, view_id: int) -> HttpResponse:
    """One view's name and readers; what is pressed says what is done."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = view_of(viewer, view_id)
    if found is None or not may_change(viewer, found):
        raise Http404
    if request.method == "POST":
        return _act(request, viewer, found)
    return _page(request, viewer, found)


def _act(request: HttpRequest, viewer: Viewer, found: SavedView) -> HttpResponse:
    now = clock.now()
    pressed = request.POST.get("act")
    naming = NameForm(request.POST if pressed == "name" else None, initial=_named(found))
    sending = _send_form(viewer, found, request.POST if pressed == "send" else None)
    form = {"name": naming, "send": sending}.get(pressed or "")
    said: dict[str, Any] = {"viewer": viewer, "view_id": found.pk, "by": viewer.actor, "at": now}
    try:
        if pressed == "remove":
            remove_view(**said)
            messages.success(request, f"The view '{found.name}' is removed.")
            return redirect("insight:views")
        if pressed == "name" and naming.is_valid():
            change_view(**said, **naming.cleaned_data)
        elif pressed == "send" and sending.is_valid():
            send_weekly(**said, weekday=sending.chosen_day, people=sending.chosen_people)
        else:
            return _page(request, viewer, found, naming=naming, sending=sending, status=422)
    except Refused as refused:
        if form is None:
            raise Http404 from refused
        add_refusals(form, refused)
        return _page(request, viewer, found, naming=naming, sending=sending, status=422)
    messages.success(request, "The view is changed.")
    return redirect(reverse("insight:view", args=[found.pk]))


def _page(
    request: HttpRequest,
    viewer: Viewer,
    found: SavedView,
    *,
    naming: NameForm | None = None,
    sending: SendForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "view": found,
        "open_url": view_url(found),
        "naming": naming or NameForm(initial=_named(found)),
        "sending": sending or _send_form(viewer, found, None),
        "names": viewer.may(Permission.MEASURES_VIEW),
    }
    return render(request, "insight/view.html", context, status=status)


def _named(found: SavedView) -> dict[str, object]:
    return {"name": found.name, "is_shared": found.is_shared}


def _send_form(viewer: Viewer, found: SavedView, data: QueryDict | None) -> SendForm:
    return SendForm(
        data,
        readers=readers_of(viewer, clock.today()),
        initial={"weekday": found.weekday, "people": recipient_ids(found)},
    )
