"""Teaching groups, and who takes each one's registers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.accounts.queries import people_of
from rollbook.apps.schools.actions.groups import add_group, change_group, end_group
from rollbook.apps.schools.actions.teachers import end_teaching, give_group, take_back_teaching
from rollbook.apps.schools.forms import GroupForm, LastDayForm, NewGroupForm, TeachingForm
from rollbook.apps.schools.models import GroupTeacher
from rollbook.apps.schools.queries.groups import GroupRow, group_row, group_rows, past_groups, teaching_of
from rollbook.apps.schools.views.asking import may_manage, pupil_counts, viewer_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires
from rollbook.ui.words import short_day


@requires(Permission.SCHOOL_VIEW)
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """Every group with its room, its pupils and who takes it today."""
    viewer, today = viewer_of(request), clock.today()
    counts = pupil_counts(viewer, today)
    rows = [(row, counts[row.group.pk]) for row in group_rows(viewer, today)]
    context = {
        "today": today,
        "rows": rows,
        "pupils": sum(count for _, count in rows),
        "nobody": sum(not row.today and row.group.first_day <= today for row, _ in rows),
        "past": past_groups(viewer, today),
        "may_manage": may_manage(request, Permission.GROUPS_MANAGE),
    }
    return render(request, "schools/groups.html", context)


@requires(Permission.SCHOOL_VIEW)
@require_safe
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    """One group with everybody who takes, took or will take it. Errors: Http404 for another school's."""
    viewer, today = viewer_of(request), clock.today()
    row = _group_or_404(viewer, group_id)
    context = {
        "row": row,
        "group": row.group,
        "today": today,
        "pupils": pupil_counts(viewer, today)[group_id],
        "has_ended": row.group.last_day is not None and row.group.last_day < today,
        "may_manage": may_manage(request, Permission.GROUPS_MANAGE),
    }
    return render(request, "schools/group.html", context)


@requires(Permission.GROUPS_MANAGE)
@require_http_methods(["GET", "POST"])
def new_group(request: HttpRequest) -> HttpResponse:
    """Adds a group."""
    viewer = viewer_of(request)
    form = NewGroupForm(
        request.POST if request.method == "POST" else None, initial={"first_day": clock.today()}
    )
    if form.is_bound and form.is_valid():
        try:
            added = add_group(viewer=viewer, **form.cleaned_data, by=viewer.actor, at=clock.now())
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"{added.name} is added. Now say who takes it.")
            return redirect(reverse("schools:group", args=[added.pk]))
    return _form_page(request, form, "New teaching group", "Add the group", reverse("schools:groups"))


@requires(Permission.GROUPS_MANAGE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, group_id: int) -> HttpResponse:
    """Renames a group or gives it another room. Errors: Http404 for another school's."""
    viewer = viewer_of(request)
    row = _group_or_404(viewer, group_id)
    form = GroupForm(
        request.POST if request.method == "POST" else None,
        initial={"name": row.group.name, "room": row.group.room},
    )
    back = reverse("schools:group", args=[group_id])
    if form.is_bound and form.is_valid():
        try:
            change_group(
                viewer=viewer, group_id=group_id, **form.cleaned_data, by=viewer.actor, at=clock.now()
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"{form.cleaned_data['name']} is changed.")
            return redirect(back)
    return _form_page(request, form, f"Name and room of {row.group.name}", "Save", back)


@requires(Permission.GROUPS_MANAGE)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, group_id: int) -> HttpResponse:
    """Ends a group. Errors: Http404 for another school's."""
    viewer = viewer_of(request)
    row = _group_or_404(viewer, group_id)
    form = LastDayForm(
        request.POST if request.method == "POST" else None, initial={"last_day": row.group.last_day}
    )
    back = reverse("schools:group", args=[group_id])
    if form.is_bound and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        try:
            end_group(
                viewer=viewer,
                group_id=group_id,
                last_day=last_day,
                pupil_count=pupil_counts(viewer, last_day.fromordinal(last_day.toordinal() + 1))[group_id],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"{row.group.name} ends on {short_day(last_day)}.")
            return redirect(back)
    hint = "Registers taken before stay with the group. Its pupils need another group first."
    return _form_page(request, form, f"End {row.group.name}", "End the group", back, hint)


@requires(Permission.GROUPS_MANAGE)
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, group_id: int) -> HttpResponse:
    """Says who takes a group, for good or as cover. Errors: Http404 for another school's."""
    viewer, today = viewer_of(request), clock.today()
    row = _group_or_404(viewer, group_id)
    is_cover = request.GET.get("cover") == "1"
    start = {"first_day": today, "last_day": today if is_cover else None}
    staff = [
        (person.id, person.name, min(person.posts, key=lambda post: not post.is_held(today)).position)
        for person in people_of(viewer, today)
    ]
    form = TeachingForm(request.POST if request.method == "POST" else None, initial=start, staff=staff)
    back = reverse("schools:group", args=[group_id])
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            given = give_group(
                viewer=viewer,
                group_id=group_id,
                user_id=data["user"],
                first_day=data["first_day"],
                last_day=data["last_day"],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"{given.user.name} takes {row.group.name} {days_words(given)}.")
            return redirect(back)
    hint = "Whoever takes the group now keeps it: cover comes on top."
    return _form_page(request, form, f"Who takes {row.group.name}?", "Save", back, hint)


@requires(Permission.GROUPS_MANAGE)
@require_http_methods(["GET", "POST"])
def end_teacher(request: HttpRequest, teaching_id: int) -> HttpResponse:
    """Gives somebody a last day with a group, or takes back what has not begun. Errors: Http404."""
    viewer, today = viewer_of(request), clock.today()
    row = teaching_of(viewer, teaching_id)
    if row is None:
        raise Http404("no such teacher of a group")
    back = reverse("schools:group", args=[row.group_id])
    form = LastDayForm(
        request.POST if request.method == "POST" else None, initial={"last_day": row.last_day or today}
    )
    title = f"{row.user.name} and {row.group.name}"
    if request.method == "POST" and request.POST.get("act") == "take_back":
        try:
            take_back_teaching(viewer=viewer, teaching_id=teaching_id, by=viewer.actor, at=clock.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"{row.user.name} will not take {row.group.name} {days_words(row)}.")
        return redirect(back)
    if form.is_bound and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        try:
            end_teaching(
                viewer=viewer, teaching_id=teaching_id, last_day=last_day, by=viewer.actor, at=clock.now()
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            words = f"{row.user.name} takes {row.group.name} up to {short_day(last_day)}."
            messages.success(request, words)
            return redirect(back)
    may_take_back = row.first_day > today
    return _form_page(request, form, title, "Save the last day", back, may_take_back=may_take_back)


def days_words(row: GroupTeacher) -> str:
    """ "on Tue 14 Oct", "from Tue 14 Oct" or "from Tue 14 Oct to Fri 17 Oct"."""
    first = short_day(row.first_day)
    if row.last_day is None:
        return f"from {first}"
    return f"on {first}" if row.last_day == row.first_day else f"from {first} to {short_day(row.last_day)}"


def _group_or_404(viewer: Viewer, group_id: int) -> GroupRow:
    row = group_row(viewer, group_id, clock.today())
    if row is None:
        raise Http404("no such teaching group")
    return row


def _form_page(
    request: HttpRequest,
    form: Any,
    title: str,
    act: str,
    back: str,
    hint: str = "",
    *,
    may_take_back: bool = False,
) -> HttpResponse:
    context = {
        "form": form,
        "form_title": title,
        "act": act,
        "back": back,
        "hint": hint,
        "may_take_back": may_take_back,
    }
    return render(request, "schools/form.html", context, status=422 if form.errors else 200)
