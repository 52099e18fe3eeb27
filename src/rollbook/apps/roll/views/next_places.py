"""What parents notify about a pupil: a change of address, and where the pupil goes next."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.roll.actions.next_places import (
    NewAddress,
    NextPlace,
    record_address_change,
    record_destination,
)
from rollbook.apps.roll.forms.removals import AddressChangeForm, NextPlaceForm
from rollbook.apps.roll.models import Pupil
from rollbook.apps.roll.queries import pupil_of
from rollbook.apps.roll.queries.details import contacts_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import Form, add_refusals
from rollbook.ui.permissions import requires


def _pupil(viewer: Viewer, pupil_id: int) -> Pupil:
    pupil = pupil_of(viewer, pupil_id)
    if pupil is None:
        raise Http404("no such pupil")
    return pupil


def _page(request: HttpRequest, pupil: Pupil, form: Form, title: str, intro: str) -> HttpResponse:
    context = {"form": form, "pupil": pupil, "title": title, "act": "Record it", "intro": intro}
    return render(request, "roll/roll_time.html", context, status=422 if form.errors else 200)


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def address_change(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Records with which parent, where and from when the pupil will live."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    pupil, today = _pupil(viewer, pupil_id), clock.today()
    parents = [each for each in contacts_of(pupil) if each.is_parent]
    form = AddressChangeForm(
        request.POST if request.method == "POST" else None,
        contacts=parents,
        initial={"notified_on": today, "contact": parents[0].pk if len(parents) == 1 else None},
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        new = NewAddress(contact_id=given.pop("contact"), **given)
        try:
            record_address_change(viewer=viewer, pupil_id=pupil_id, new=new, by=viewer.actor, at=clock.now())
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "The change of address is recorded.")
            return redirect("roll:details", pupil_id)
    intro = "What a parent has told the school. The present address stays until you change it on the day."
    return _page(request, pupil, form, "Change of address to come", intro)


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def destination(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Records where the pupil goes next."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    pupil = _pupil(viewer, pupil_id)
    form = NextPlaceForm(
        request.POST if request.method == "POST" else None, initial={"notified_on": clock.today()}
    )
    if request.method == "POST" and form.is_valid():
        place = NextPlace(**form.cleaned_data)
        try:
            record_destination(viewer=viewer, pupil_id=pupil_id, place=place, by=viewer.actor, at=clock.now())
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "Recorded where the pupil goes next.")
            return redirect("roll:details", pupil_id)
    return _page(request, pupil, form, "Where the pupil goes next", "What a parent has told the school.")
