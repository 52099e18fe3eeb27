"""A pupil's entry in the admission register: to see, to change section by section, to add."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.roll.actions import note_look
from rollbook.apps.roll.actions.pupils import Start, add_pupil, change_pupil
from rollbook.apps.roll.forms.pupils import AddPupilForm, PupilForm, section_form
from rollbook.apps.roll.presenters.details import details_context
from rollbook.apps.roll.queries import pupil_of
from rollbook.apps.roll.queries.details import details_of, sees_private
from rollbook.apps.roll.queries.sections import SECTIONS
from rollbook.apps.roll.views.lacking import after_saving
from rollbook.apps.schools.queries import groups_on
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires


@requires(Permission.PUPIL_VIEW_ANY, Permission.PUPIL_VIEW_OWN)
@require_http_methods(["GET"])
def details(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """What the admission register says of a pupil, as far as the viewer may see it; the look is noted."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    found = details_of(viewer, pupil_id, now.date())
    if found is None:
        raise Http404("no such pupil")
    note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    return render(request, "roll/details.html", details_context(found, viewer, now.date()))


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pupil_id: int, section: str) -> HttpResponse:
    """Changes one section of a pupil's entry."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    wanted, pupil = SECTIONS.get(section), pupil_of(viewer, pupil_id)
    if wanted is None or pupil is None or (wanted.is_private and not sees_private(viewer)):
        raise Http404("no such section")
    name = f"{pupil.forename} {pupil.surname}"
    form_class = section_form(wanted)
    if request.method == "POST":
        form = form_class(request.POST, instance=pupil)
        if form.is_valid() and _change(request, viewer, pupil_id, form):
            return after_saving(request, pupil_id, reverse("roll:details", args=[pupil_id]))
        # The next save is compared with what stands now, which the error has just told.
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data["seen"] = form_class(instance=pupil_of(viewer, pupil_id)).initial["seen"]  # type: ignore[index]
    else:
        form = form_class(instance=pupil)
    context = {"form": form, "section": wanted, "pupil_id": pupil_id, "name": name}
    return render(request, "roll/change.html", context, status=422 if form.errors else 200)


def _change(request: HttpRequest, viewer: Viewer, pupil_id: int, form: PupilForm) -> bool:
    try:
        changed = change_pupil(
            viewer=viewer,
            pupil_id=pupil_id,
            values=form.values(),
            seen=form.seen_values(),
            by=viewer.actor,
            at=clock.now(),
        )
    except Refused as refused:
        add_refusals(form, refused)
        return False
    if changed:
        messages.success(request, "The changes are saved.")
    return True


@requires(Permission.PUPIL_EDIT)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Adds a pupil by hand; the details page then says what is still missing."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    groups = groups_on(viewer, now.date())
    form = AddPupilForm(
        request.POST if request.method == "POST" else None, groups=groups, initial={"first_day": now.date()}
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            pupil = add_pupil(
                viewer=viewer,
                values=form.values(),
                start=Start(
                    first_day=chosen["first_day"],
                    group_id=chosen["group"],
                    agreed_on=chosen["agreed_on"],
                    agreed_with=chosen["agreed_with"],
                    is_boarder=chosen["is_boarder"],
                ),
                is_somebody_else=chosen["is_somebody_else"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"{pupil.forename} {pupil.surname} is in the admission register.")
            return redirect("roll:details", pupil.pk)
    context = {"form": form, "has_groups": bool(groups)}
    return render(request, "roll/add.html", context, status=422 if form.errors else 200)
