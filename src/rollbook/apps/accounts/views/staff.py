"""The people of the school: the list, one person, their appointments and their account."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rollbook import clock
from rollbook.apps.accounts import letters
from rollbook.apps.accounts.actions import appointments, people
from rollbook.apps.accounts.forms.people import (
    AddPersonForm,
    AppointmentForm,
    EndForm,
    FilterForm,
    PersonForm,
    PositionForm,
)
from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.presenters import person_page, role_table, staff_row
from rollbook.apps.accounts.queries import (
    Person,
    Post,
    has_second_step,
    people_of,
    person_of,
    works_elsewhere,
)
from rollbook.domain.access import Permission, Role, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import Form, add_refusals
from rollbook.ui.permissions import requires


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def _person(request: HttpRequest, person_id: int) -> Person:
    person = person_of(_viewer(request), person_id)
    if person is None:
        raise Http404("nobody of this school")
    return person


def _post(person: Person, post_id: int) -> Post:
    post = next((each for each in person.posts if each.id == post_id), None)
    if post is None:
        raise Http404("no such appointment")
    return post


@requires(Permission.STAFF_MANAGE)
@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    """Everyone at the school with roles, dates and last sign-in."""
    viewer, today = _viewer(request), clock.today()
    form = FilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {"name": "", "role": "", "show": ""}
    found = people_of(
        viewer,
        today,
        name=wanted["name"],
        role=Role(wanted["role"]) if wanted["role"] else None,
        past=wanted["show"] == "past",
    )
    context = {
        "filters": form,
        "is_filtered": any(wanted.values()),
        "past": wanted["show"] == "past",
        "rows": [staff_row(person, today) for person in found],
    }
    return render(request, "accounts/staff.html", context)


@requires(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Adds somebody and sends them the link to choose a password."""
    viewer, now = _viewer(request), clock.now()
    initial = {"first_day": now.date(), "role": request.GET.get("role", "")}
    form = AddPersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            added = people.add_person(viewer=viewer, by=viewer.actor, at=now, **form.cleaned_data)
        except Refused as refused:
            add_refusals(form, refused)
        else:
            if added.is_new:
                return _invite(request, added.person)
            letters.send_welcome(request, added.person, viewer.school_name, viewer.name)
            messages.success(request, f"{added.person.name} was added, with the account they have already.")
            return redirect("accounts:person", added.person.pk)
    context = {"form": form, "roles": role_table()}
    return render(request, "accounts/add_person.html", context, status=422 if form.errors else 200)


def _invite(request: HttpRequest, person: User) -> HttpResponse:
    """Sends the link to choose a password; where no letter gets out, shows it this once."""
    viewer = _viewer(request)
    is_sent = letters.send_invitation(request, person, viewer.school_name, viewer.name)
    try:
        people.note_link(viewer=viewer, person_id=person.pk, is_sent=is_sent, by=viewer.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:person", person.pk)
    if is_sent:
        messages.success(
            request, f"A letter went to {person.email}. With its link {person.name} chooses a password."
        )
        return redirect("accounts:person", person.pk)
    context = {
        "person": person,
        "link": letters.password_link(request, person),
        "is_configured": letters.reaches_people(),
    }
    response = render(request, "accounts/link.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@requires(Permission.STAFF_MANAGE)
@require_GET
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: appointments past and present, and what can be done about their account."""
    viewer, today = _viewer(request), clock.today()
    found = _person(request, person_id)
    context = person_page(found, today) | {
        "is_self": found.id == viewer.user_id,
        "works_elsewhere": works_elsewhere(viewer, found.id, today),
        "has_second_step": has_second_step(found.id),
    }
    return render(request, "accounts/person.html", context)


@requires(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def details(request: HttpRequest, person_id: int) -> HttpResponse:
    """Puts somebody's name, address or telephone right."""
    found = _person(request, person_id)
    form = PersonForm(
        request.POST or None,
        initial={"name": found.name, "email": found.email, "telephone": found.telephone},
    )
    page = {"title": f"Details of {found.name}", "act": "Save details", "person": found}
    return _carry_out(request, form, page, people.change_person, {"person_id": person_id})


@requires(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, person_id: int) -> HttpResponse:
    """Gives somebody one more role."""
    found = _person(request, person_id)
    form = AppointmentForm(request.POST or None, initial={"first_day": clock.today()})
    page = {
        "title": f"A role for {found.name}",
        "act": "Give the role",
        "person": found,
        "roles": role_table(),
    }
    return _carry_out(request, form, page, appointments.begin_appointment, {"person_id": person_id})


@requires(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, person_id: int, post_id: int) -> HttpResponse:
    """Ends an appointment."""
    found = _person(request, person_id)
    post = _post(found, post_id)
    form = EndForm(request.POST or None, initial={"last_day": post.last_day or clock.today()})
    page = {
        "title": f"End {found.name}’s role",
        "act": "End the role",
        "person": found,
        "post": post,
        "note": "What they wrote in this position stays under it.",
    }
    return _carry_out(request, form, page, appointments.end_appointment, {"appointment_id": post_id})


@requires(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def position(request: HttpRequest, person_id: int, post_id: int) -> HttpResponse:
    """Gives somebody a new title in the same role."""
    found = _person(request, person_id)
    post = _post(found, post_id)
    form = PositionForm(request.POST or None, initial={"first_day": clock.today()})
    page = {
        "title": f"A new position for {found.name}",
        "act": "Save the new position",
        "person": found,
        "post": post,
        "note": "The position held so far is kept: the old appointment ends and a new one begins.",
    }
    return _carry_out(request, form, page, appointments.change_position, {"appointment_id": post_id})


def _carry_out(
    request: HttpRequest, form: Form, page: dict[str, Any], action: Any, which: dict[str, int]
) -> HttpResponse:
    """Shows a form of one page and, when it is sent, carries out its action."""
    viewer = _viewer(request)
    if request.method == "POST" and form.is_valid():
        try:
            action(viewer=viewer, by=viewer.actor, at=clock.now(), **which, **form.cleaned_data)
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "Saved.")
            return redirect("accounts:person", page["person"].id)
    return render(
        request, "accounts/person_form.html", page | {"form": form}, status=422 if form.errors else 200
    )


def _press(request: HttpRequest, person_id: int, action: Any, words: str, **which: int) -> HttpResponse:
    """Carries out what one button does, and goes back to the person's page."""
    viewer = _viewer(request)
    found = _person(request, person_id)
    try:
        action(viewer=viewer, by=viewer.actor, at=clock.now(), **(which or {"person_id": person_id}))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words.format(name=found.name))
    return redirect(reverse("accounts:person", args=[person_id]))


@requires(Permission.STAFF_MANAGE)
@require_POST
def withdraw(request: HttpRequest, person_id: int, post_id: int) -> HttpResponse:
    """Takes back an appointment that has not begun."""
    _post(_person(request, person_id), post_id)
    return _press(
        request,
        person_id,
        appointments.withdraw_appointment,
        "The role was taken back.",
        appointment_id=post_id,
    )


@requires(Permission.STAFF_MANAGE)
@require_POST
def send_link(request: HttpRequest, person_id: int) -> HttpResponse:
    """Sends somebody a new link to choose a password."""
    found = _person(request, person_id)
    if not found.is_active:
        messages.error(request, "The account is closed. Open it first.")
        return redirect("accounts:person", person_id)
    return _invite(request, User.objects.get(pk=person_id))


@requires(Permission.STAFF_MANAGE)
@require_POST
def close(request: HttpRequest, person_id: int) -> HttpResponse:
    """Closes somebody's account."""
    return _press(request, person_id, people.close_account, "{name} can sign in no more.")


@requires(Permission.STAFF_MANAGE)
@require_POST
def reopen(request: HttpRequest, person_id: int) -> HttpResponse:
    """Opens a closed account again."""
    return _press(request, person_id, people.reopen_account, "{name} can sign in again.")


@requires(Permission.STAFF_MANAGE)
@require_POST
def remove_second_step(request: HttpRequest, person_id: int) -> HttpResponse:
    """Takes away the second step of somebody who lost their telephone."""
    return _press(
        request, person_id, people.remove_second_step, "{name} can sign in with the password alone now."
    )
