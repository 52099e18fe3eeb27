"""The desk: pupils who come late, leave during the day and come back, one after the other."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.registers.actions.arrivals import sign_in
from rollbook.apps.registers.actions.departures import DeskAct, put_right, write_down
from rollbook.apps.registers.forms import DeskForm, PutRightForm
from rollbook.apps.registers.models import Movement
from rollbook.apps.registers.presenters.board import desk_context
from rollbook.apps.registers.presenters.desk import Offer, done_words, found_rows, log_rows, offers_for
from rollbook.apps.registers.queries.board import board_of, session_now
from rollbook.apps.registers.queries.desk import find_pupils, late_on, pupil_placed
from rollbook.apps.registers.queries.whereabouts import Placed, movement_of, movements_on
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

_FIELDS = {
    "arrived_at": "moved_at",
    "why_late": "other_reason",
    "reason": "other_reason",
}


@requires(Permission.ARRIVALS_SIGN_IN)
@require_http_methods(["GET", "POST"])
def arrivals(request: HttpRequest) -> HttpResponse:
    """Finds a pupil by a part of the name, and signs them in, out or back in with one press."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    if request.method == "POST":
        form = DeskForm(request.POST)
        if form.is_valid() and _done(request, viewer, form, now):
            return HttpResponseRedirect(reverse("registers:arrivals"))
        return _page(request, viewer, now, form)
    return _page(request, viewer, now)


def _done(request: HttpRequest, viewer: Viewer, form: DeskForm, now: datetime) -> bool:
    """Does what was asked and says so; False with the reasons on the form where it was refused."""
    values = form.cleaned_data
    act, at = DeskAct(values["act"]), values["moved_at"]
    common: dict[str, Any] = {
        "viewer": viewer,
        "pupil_id": values["pupil"],
        "on": now.date(),
        "key": values["key"],
        "by": viewer.actor,
        "at": now,
    }
    extra = ""
    try:
        if act.movement is None:
            signed = sign_in(arrived_at=at, why_late=form.why(), **common)
            extra = f"with code {signed.code}. {signed.because}"
        else:
            said = {"reason": form.why(), "collected_by": values["collected_by"]}
            write_down(kind=act.movement, moved_at=at, **said, **common)
    except Refused as refused:
        add_refusals(form, refused, _FIELDS)
        return False
    placed = pupil_placed(viewer, now, values["pupil"])
    name = f"{placed.pupil.forename} {placed.pupil.surname}" if placed else "The pupil"
    messages.success(request, done_words(name, act, f"{at:%H:%M}", extra))
    return True


def _page(request: HttpRequest, viewer: Viewer, now: datetime, form: DeskForm | None = None) -> HttpResponse:
    calendar = timetable(viewer).calendar
    on, school_session = session_now(viewer, now)
    board = board_of(viewer, on, school_session, now) if on == now.date() else None
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    placed = _chosen(request, viewer, now, form)
    search = find_pupils(viewer, now, wanted) if wanted and placed is None else None
    if search is not None and search.count == 1 and "X-Rollbook-Find" not in request.headers:
        placed, search = search.found[0], None
    log = log_rows(late_on(viewer, now.date()), movements_on(viewer, now.date()))
    context = desk_context(board, on, school_session, now) | {
        "now": now,
        "wanted": wanted,
        "search": search,
        "found": found_rows(search, calendar, now) if search else [],
        "placed": placed,
        "offers": _forms(placed, form, now, offers_for(placed, calendar, now)) if placed else [],
        "form": form,
        "log": log,
        "closed_because": "" if calendar.is_school_day(now.date()) else calendar.day(now.date()).because,
    }
    return render(request, "registers/arrivals.html", context, status=422 if form and form.errors else 200)


def _chosen(request: HttpRequest, viewer: Viewer, now: datetime, form: DeskForm | None) -> Placed | None:
    """The pupil the page is about: of the form that was sent, else of the address; None for one not on roll."""
    text = str(form.data.get("pupil", "")) if form is not None else request.GET.get("pupil", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    placed = pupil_placed(viewer, now, int(text))
    if placed is None and form is not None and not form.errors.get("pupil"):
        form.add_error("pupil", "Choose a pupil who is on the roll today.")
    return placed


def _forms(placed: Placed, sent: DeskForm | None, now: datetime, offers: list[Offer]) -> list[dict[str, Any]]:
    """Each offer with its form; the one that was sent keeps what was typed."""
    found = []
    for number, offer in enumerate(offers):
        if sent is not None and sent.data.get("act") == offer.act:
            found.append({"offer": offer, "form": _asking(sent, offer)})
            continue
        initial = {
            "pupil": placed.pupil.id,
            "act": offer.act.value,
            "moved_at": now.time().replace(second=0, microsecond=0),
            "key": uuid4(),
        }
        form = DeskForm(initial=initial, auto_id=f"id_{offer.act.value}_%s")
        if number:
            form.fields["other_reason"].widget.attrs.pop("autofocus", None)
        found.append({"offer": offer, "form": _asking(form, offer)})
    return found


def _asking(form: DeskForm, offer: Offer) -> DeskForm:
    """The form as it is shown: only who comes late need not say why. A button's reason will do, so not before."""
    form.fields["other_reason"].required = offer.act is DeskAct.LEAVE
    return form


@requires(Permission.ARRIVALS_SIGN_IN)
@require_http_methods(["GET", "POST"])
def put_movement_right(request: HttpRequest, movement_id: int) -> HttpResponse:
    """Takes an entry of the log out of account, with the reason. Errors: Http404 for another school's."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    movement = movement_of(viewer, movement_id) if movement_id < 2**63 else None
    if movement is None:
        raise Http404("no such entry")
    form = PutRightForm(request.POST or None, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            put_right(
                viewer=viewer,
                movement_id=movement_id,
                because=form.cleaned_data["because"],
                key=form.cleaned_data["key"],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"Put right. {movement.pupil} is where they were before this entry.")
            return HttpResponseRedirect(reverse("registers:arrivals"))
    context = {"movement": movement, "kind": Movement.Kind(movement.kind).label, "form": form}
    return render(request, "registers/put_right.html", context, status=422 if form.errors else 200)
