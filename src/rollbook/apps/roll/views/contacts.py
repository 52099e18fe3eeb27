"""Parents and contacts of a pupil: added, changed, moved up and down, removed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.roll.actions.contacts import add_contact, change_contact, move_contact, remove_contact
from rollbook.apps.roll.forms.pupils import ContactForm
from rollbook.apps.roll.models import Contact, Pupil
from rollbook.apps.roll.queries import pupil_of
from rollbook.apps.roll.queries.details import contact_of, other_children
from rollbook.apps.roll.views.lacking import after_saving
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires


def _pupil(viewer: Viewer, pupil_id: int) -> Pupil:
    pupil = pupil_of(viewer, pupil_id)
    if pupil is None:
        raise Http404("no such pupil")
    return pupil


def _contact(viewer: Viewer, pupil_id: int, contact_id: int) -> Contact:
    contact = contact_of(viewer, pupil_id, contact_id)
    if contact is None:
        raise Http404("no such contact")
    return contact


def _back(pupil_id: int) -> str:
    return f"{reverse('roll:details', args=[pupil_id])}#contacts"


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Adds a parent or another contact after those that are there."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    pupil = _pupil(viewer, pupil_id)
    initial = {"address": pupil.address, "postcode": pupil.postcode, "is_emergency_contact": True}
    form = ContactForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            add_contact(
                viewer=viewer, pupil_id=pupil_id, values=form.cleaned_data, by=viewer.actor, at=clock.now()
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "The contact is added, last in the order.")
            return after_saving(request, pupil_id, _back(pupil_id))
    context = {"form": form, "pupil": pupil, "title": "Add a parent or contact", "act": "Add contact"}
    return render(request, "roll/contact.html", context, status=422 if form.errors else 200)


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pupil_id: int, contact_id: int) -> HttpResponse:
    """Changes an adult's details and what they are to the pupil."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    contact = _contact(viewer, pupil_id, contact_id)
    form = ContactForm(
        request.POST if request.method == "POST" else None, initial=ContactForm.initial_of(contact)
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_contact(
                viewer=viewer,
                pupil_id=pupil_id,
                contact_id=contact_id,
                values=form.cleaned_data,
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "The changes are saved.")
            return after_saving(request, pupil_id, _back(pupil_id))
    context = {
        "form": form,
        "pupil": contact.pupil,
        "contact": contact,
        "title": f"Change {contact.parent}",
        "act": "Save changes",
        "others": other_children(contact),
    }
    return render(request, "roll/contact.html", context, status=422 if form.errors else 200)


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["POST"])
def move(request: HttpRequest, pupil_id: int, contact_id: int) -> HttpResponse:
    """Puts a contact one place up or down."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    _contact(viewer, pupil_id, contact_id)
    try:
        move_contact(
            viewer=viewer,
            pupil_id=pupil_id,
            contact_id=contact_id,
            is_up=request.POST.get("to") == "up",
            by=viewer.actor,
            at=clock.now(),
        )
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(_back(pupil_id))


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pupil_id: int, contact_id: int) -> HttpResponse:
    """Asks once, then ends an adult's link with the pupil."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    contact = _contact(viewer, pupil_id, contact_id)
    if request.method == "POST":
        try:
            remove_contact(
                viewer=viewer, pupil_id=pupil_id, contact_id=contact_id, by=viewer.actor, at=clock.now()
            )
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"{contact.parent} is no longer a contact of {contact.pupil.forename}.")
        return redirect(_back(pupil_id))
    context = {"contact": contact, "pupil": contact.pupil, "others": other_children(contact)}
    return render(request, "roll/contact_remove.html", context)
