"""Time on roll and time in a group: moves, starting days, coming back, places withdrawn."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.roll.actions.enrolments import (
    Spell,
    change_enrolment,
    move_to_group,
    take_back,
    withdraw_place,
)
from rollbook.apps.roll.forms.pupils import EnrolmentForm, MoveForm, StartForm
from rollbook.apps.roll.forms.removals import ReasonForm
from rollbook.apps.roll.queries.details import Details, details_of
from rollbook.apps.roll.queries.lists import Standing
from rollbook.apps.roll.views.lacking import after_saving
from rollbook.apps.schools.queries import groups_on
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import Form, add_refusals
from rollbook.ui.permissions import requires
from rollbook.ui.words import plain_day


def _details(viewer: Viewer, pupil_id: int) -> Details:
    found = details_of(viewer, pupil_id, clock.today())
    if found is None:
        raise Http404("no such pupil")
    return found


def _page(
    request: HttpRequest, found: Details, form: Form, title: str, act: str, intro: str = ""
) -> HttpResponse:
    context = {"form": form, "pupil": found.pupil, "title": title, "act": act, "intro": intro}
    return render(request, "roll/roll_time.html", context, status=422 if form.errors else 200)


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Moves a pupil to another teaching group from a day on."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found, today = _details(viewer, pupil_id), clock.today()
    first_day = found.enrolment.first_day if found.enrolment else today
    on = max(today, first_day)
    form = MoveForm(
        request.POST if request.method == "POST" else None, groups=groups_on(viewer, on), initial={"on": on}
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            move_to_group(
                viewer=viewer,
                pupil_id=pupil_id,
                group_id=chosen["group"],
                on=chosen["on"],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"Moved from {plain_day(chosen['on'])}.")
            return after_saving(request, pupil_id, reverse("roll:details", args=[pupil_id]))
    intro = f"Now in {found.group_name}." if found.group_name else "In no teaching group now."
    return _page(request, found, form, "Move to another group", "Move pupil", intro)


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def enrolment(request: HttpRequest, pupil_id: int, enrolment_id: int) -> HttpResponse:
    """Changes a time on roll."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _details(viewer, pupil_id)
    row = next((each for each in found.enrolments if each.pk == enrolment_id), None)
    if row is None:
        raise Http404("no such time on roll")
    initial = {name: getattr(row, name) for name in Spell.__dataclass_fields__}
    form = EnrolmentForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_enrolment(
                viewer=viewer,
                pupil_id=pupil_id,
                enrolment_id=enrolment_id,
                spell=Spell(**form.cleaned_data),
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "The changes are saved.")
            return redirect("roll:details", pupil_id)
    intro = "A last day is set only by removing the name on a ground."
    return _page(request, found, form, "Change time on roll", "Save changes", intro)


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pupil_id: int, enrolment_id: int) -> HttpResponse:
    """Takes back a place that is not taken up, or an entry made in error."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _details(viewer, pupil_id)
    row = next((each for each in found.enrolments if each.pk == enrolment_id), None)
    if row is None:
        raise Http404("no such time on roll")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_place(
                viewer=viewer,
                pupil_id=pupil_id,
                enrolment_id=enrolment_id,
                because=form.cleaned_data["reason"],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused, {"because": "reason"})
        else:
            messages.success(request, "The place is withdrawn. What was entered stays on record.")
            return redirect("roll:details", pupil_id)
    intro = f"The place from {plain_day(row.first_day)} is taken back. The pupil is then on no register from that day."
    return _page(request, found, form, "Withdraw the place", "Withdraw the place", intro)


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def start_again(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Takes a pupil back who has left."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found, today = _details(viewer, pupil_id), clock.today()
    if found.standing is not Standing.LEFT:
        raise Http404("the pupil is on roll")
    form = StartForm(
        request.POST if request.method == "POST" else None,
        groups=groups_on(viewer, today),
        initial={"first_day": today},
    )
    if request.method == "POST" and form.is_valid():
        chosen = dict(form.cleaned_data)
        group_id = chosen.pop("group")
        try:
            take_back(
                viewer=viewer,
                pupil_id=pupil_id,
                spell=Spell(**chosen),
                group_id=group_id,
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"{found.pupil.forename} {found.pupil.surname} is on roll again.")
            return redirect("roll:details", pupil_id)
    return _page(request, found, form, "On roll again", "Take pupil back")
