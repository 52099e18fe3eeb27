"""The lessons of a day, and who covers one."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.lessons.actions.timetable import arrange_cover
from rollbook.apps.lessons.forms import CoverForm
from rollbook.apps.lessons.presenters.day import day_context
from rollbook.apps.lessons.queries.day import lessons_of_day
from rollbook.apps.lessons.queries.sheet import held_on
from rollbook.apps.lessons.queries.timetable import who_of
from rollbook.apps.lessons.views.pages import viewer_of, while_on
from rollbook.apps.lessons.views.staff import staff_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires
from rollbook.ui.words import short_day


@requires(Permission.REGISTER_TAKE_OWN, Permission.REGISTER_TAKE_ANY)
@while_on
@require_safe
def day(request: HttpRequest, on: date | None = None) -> HttpResponse:
    """The lessons of a day: a teacher's own, or all of them for those who may take any."""
    viewer, now = viewer_of(request), clock.now()
    shown = on or timetable(viewer).calendar.last_school_day(now.date()) or now.date()
    lessons = lessons_of_day(viewer, shown)
    return render(request, "lessons/day.html", day_context(viewer, lessons, shown, now))


@requires(Permission.GROUPS_MANAGE)
@while_on
@require_http_methods(["GET", "POST"])
def cover(request: HttpRequest, lesson_id: int, on: date) -> HttpResponse:
    """Says who takes a lesson on one day. Errors: Http404 for a lesson that there isn't on that day."""
    viewer = viewer_of(request)
    held = held_on(viewer, lesson_id, on)
    if held is None:
        raise Http404("no such lesson")
    own, staff = held.lesson.teacher, staff_of(viewer, on)
    form = CoverForm(
        request.POST or None,
        staff=staff,
        own=own.name,
        initial={"teacher": held.cover.teacher_id if held.cover else CoverForm.AS_ALWAYS},
    )
    back = reverse("lessons:day", args=[on])
    if form.is_bound and form.is_valid():
        try:
            arrange_cover(
                viewer=viewer,
                lesson_id=lesson_id,
                on=on,
                teacher_id=form.cleaned_data["teacher"],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            name = dict(staff).get(form.cleaned_data["teacher"], own.name)
            messages.success(request, f"{name} takes {held.lesson.subject} on {short_day(on)}.")
            return redirect(back)
    context = {
        "form": form,
        "form_title": f"Who takes {held.lesson.subject}, {who_of(held.lesson)}?",
        "hint": f"On {short_day(on)} only. It is {own.name}'s lesson.",
        "act": "Save",
        "back": back,
        "section": "registers",
    }
    return render(request, "lessons/form.html", context, status=422 if form.errors else 200)
