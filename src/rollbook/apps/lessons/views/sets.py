"""Sets and the pupils in them, chosen a teaching group at a time."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.lessons.actions.sets import add_set, choose_pupils, end_set
from rollbook.apps.lessons.forms import LastDayForm, SetForm, SetPupilsForm
from rollbook.apps.lessons.models import LessonSet
from rollbook.apps.lessons.queries.timetable import members_of_sets, set_of, week_from
from rollbook.apps.lessons.views.pages import viewer_of, while_on_or_coming
from rollbook.apps.roll.queries import everyone_on_roll
from rollbook.apps.schools.queries import groups_on
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires
from rollbook.ui.words import short_day


@requires(Permission.GROUPS_MANAGE)
@while_on_or_coming
@require_http_methods(["GET", "POST"])
def new_set(request: HttpRequest) -> HttpResponse:
    """Adds a set; its pupils are chosen next."""
    viewer = viewer_of(request)
    form = SetForm(request.POST or None, initial={"first_day": clock.today()})
    if form.is_bound and form.is_valid():
        try:
            made = add_set(viewer=viewer, **form.cleaned_data, by=viewer.actor, at=clock.now())
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"{made.name} is added. Now choose its pupils, a group at a time.")
            return redirect("lessons:set", made.pk)
    return _form_page(request, form, "New set", "Add the set", reverse("lessons:timetable"))


@requires(Permission.GROUPS_MANAGE)
@while_on_or_coming
@require_safe
def one_set(request: HttpRequest, set_id: int) -> HttpResponse:
    """A set with its pupils today and its lessons. Errors: Http404 for another school's."""
    viewer, today = viewer_of(request), clock.today()
    found = _set_or_404(viewer, set_id)
    chosen = members_of_sets([found.pk], max(today, found.first_day)).get(found.pk, frozenset())
    context = {
        "set": found,
        "pupils": [pupil for pupil in everyone_on_roll(viewer, today) if pupil.id in chosen],
        "may_choose": viewer.may(Permission.PUPIL_EDIT),
        "groups": groups_on(viewer, today),
        "lessons": [each for each in week_from(viewer, today) if each.lesson_set_id == found.pk],
        "has_ended": found.last_day is not None and found.last_day < today,
        "today": today,
    }
    return render(request, "lessons/set.html", context)


@requires(Permission.PUPIL_EDIT)
@while_on_or_coming
@require_http_methods(["GET", "POST"])
def pupils(request: HttpRequest, set_id: int, group_id: int) -> HttpResponse:
    """Says who of a teaching group is in a set from a day on. Errors: Http404 for another school's."""
    viewer, today = viewer_of(request), clock.today()
    found = _set_or_404(viewer, set_id)
    group = next((each for each in groups_on(viewer, today) if each.id == group_id), None)
    if group is None:
        raise Http404("no such teaching group")
    day = max(today, found.first_day)
    of_group = [pupil for pupil in everyone_on_roll(viewer, today) if pupil.group_id == group_id]
    chosen = members_of_sets([found.pk], day).get(found.pk, frozenset())
    form = SetPupilsForm(
        request.POST or None,
        pupils=[(pupil.id, f"{pupil.surname}, {pupil.forename}") for pupil in of_group],
        initial={"pupils": [pupil.id for pupil in of_group if pupil.id in chosen], "first_day": day},
    )
    back = reverse("lessons:set", args=[set_id])
    if form.is_bound and form.is_valid():
        try:
            put_in, taken_out = choose_pupils(
                viewer=viewer,
                set_id=set_id,
                shown=[pupil.id for pupil in of_group],
                chosen=form.cleaned_data["pupils"],
                first_day=form.cleaned_data["first_day"],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            said = f"{put_in} put in, {taken_out} taken out" if put_in or taken_out else "nothing changed"
            messages.success(request, f"{group.name}: {said}.")
            return redirect(back)
    hint = "Ticked pupils are in the set from that day; the others of this group are not."
    return _form_page(request, form, f"{group.name} in {found.name}", "Save", back, hint)


@requires(Permission.GROUPS_MANAGE)
@while_on_or_coming
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, set_id: int) -> HttpResponse:
    """Gives a set its last day. Errors: Http404 for another school's."""
    viewer, today = viewer_of(request), clock.today()
    found = _set_or_404(viewer, set_id)
    form = LastDayForm(request.POST or None, initial={"last_day": found.last_day or today})
    back = reverse("lessons:set", args=[set_id])
    if form.is_bound and form.is_valid():
        try:
            end_set(viewer=viewer, set_id=set_id, **form.cleaned_data, by=viewer.actor, at=clock.now())
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"{found.name} ends on {short_day(form.cleaned_data['last_day'])}.")
            return redirect(back)
    return _form_page(
        request, form, f"End {found.name}", "End the set", back, "Registers of its lessons stay."
    )


def _set_or_404(viewer: Viewer, set_id: int) -> LessonSet:
    found = set_of(viewer, set_id)
    if found is None:
        raise Http404("no such set")
    return found


def _form_page(
    request: HttpRequest, form: Any, title: str, act: str, back: str, hint: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "form_title": title,
        "act": act,
        "back": back,
        "hint": hint,
        "section": "school",
    }
    return render(request, "lessons/form.html", context, status=422 if form.errors else 200)
