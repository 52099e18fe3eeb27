"""The lessons of the week: added, changed, ended; what can't both be is warned of."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.lessons.actions.timetable import Wanted, add_lessons, change_lesson, end_lesson
from rollbook.apps.lessons.forms import ChangeLessonForm, LastDayForm, LessonForm
from rollbook.apps.lessons.models import Lesson
from rollbook.apps.lessons.presenters.timetable import clash_lines, shown_part, week_context
from rollbook.apps.lessons.queries.timetable import clashes_among, lesson_of, sets_from, week_from, who_of
from rollbook.apps.lessons.views.pages import viewer_of, while_on_or_coming
from rollbook.apps.lessons.views.staff import staff_of
from rollbook.apps.schools.queries import groups_on
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires
from rollbook.ui.words import short_day


@requires(Permission.GROUPS_MANAGE)
@while_on_or_coming
@require_safe
def timetable(request: HttpRequest) -> HttpResponse:
    """The week's lessons by weekday, with what clashes, and the sets."""
    viewer, today = viewer_of(request), clock.today()
    lessons = week_from(viewer, today)
    found, sets = clashes_among(viewer, lessons, today), sets_from(viewer, today)
    context = week_context(lessons, found, sets, today, shown_part(request.GET.dict(), today))
    return render(request, "lessons/timetable.html", context)


@requires(Permission.GROUPS_MANAGE)
@while_on_or_coming
@require_http_methods(["GET", "POST"])
def new_lesson(request: HttpRequest) -> HttpResponse:
    """Adds a lesson on one or more weekdays."""
    viewer, today = viewer_of(request), clock.today()
    form = LessonForm(request.POST or None, initial={"first_day": today}, **_choices(viewer, today))
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            added = add_lessons(
                viewer=viewer,
                wanted=_wanted(data, data["weekdays"][0]),
                weekdays=data["weekdays"],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            count = "1 lesson is" if len(added) == 1 else f"{len(added)} lessons are"
            messages.success(request, f"{count} added.")
            _warn(request, viewer, added)
            return redirect("lessons:timetable")
    return _form_page(request, form, "New lesson", "Add the lesson")


@requires(Permission.GROUPS_MANAGE)
@while_on_or_coming
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Has a lesson be another from a day on. Errors: Http404 for another school's."""
    viewer, today = viewer_of(request), clock.today()
    lesson = _lesson_or_404(viewer, lesson_id)
    form = ChangeLessonForm(
        request.POST or None, initial=_as_it_is(lesson, today), **_choices(viewer, today, lesson)
    )
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            changed = change_lesson(
                viewer=viewer,
                lesson_id=lesson_id,
                wanted=_wanted(data, data["weekday"]),
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"{changed.subject} is changed from {short_day(changed.first_day)}.")
            _warn(request, viewer, [changed])
            return redirect("lessons:timetable")
    return _form_page(request, form, f"Change {_name(lesson)}", "Save the change")


@requires(Permission.GROUPS_MANAGE)
@while_on_or_coming
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Gives a lesson its last day; one that has not begun is taken out. Errors: Http404 for another school's."""
    viewer, today = viewer_of(request), clock.today()
    lesson = _lesson_or_404(viewer, lesson_id)
    form = LastDayForm(request.POST or None, initial={"last_day": lesson.last_day or today})
    is_taken_out = request.POST.get("act") == "take_back"
    if is_taken_out or (form.is_bound and form.is_valid()):
        last_day = lesson.first_day - timedelta(days=1) if is_taken_out else form.cleaned_data["last_day"]
        try:
            end_lesson(viewer=viewer, lesson_id=lesson_id, last_day=last_day, by=viewer.actor, at=clock.now())
        except Refused as refused:
            add_refusals(form, refused)
        else:
            gone = last_day < lesson.first_day
            words = "is taken out of the timetable" if gone else f"ends on {short_day(last_day)}"
            messages.success(request, f"{_name(lesson)} {words}.")
            return redirect("lessons:timetable")
    context = {"may_take_back": lesson.first_day >= today}
    hint = "Its registers stay with it."
    return _form_page(request, form, f"End {_name(lesson)}", "End the lesson", hint, context)


def _lesson_or_404(viewer: Viewer, lesson_id: int) -> Lesson:
    lesson = lesson_of(viewer, lesson_id)
    if lesson is None:
        raise Http404("no such lesson")
    return lesson


def _name(lesson: Lesson) -> str:
    return f"{lesson.subject}, {who_of(lesson)}, {lesson.get_weekday_display()} {lesson.starts_at:%H:%M}"


def _choices(viewer: Viewer, today: date, lesson: Lesson | None = None) -> dict[str, list[tuple[int, str]]]:
    """What a form offers: groups, sets and staff of the viewer's school, and what the lesson has already."""
    found = {
        "groups": [(group.id, group.name) for group in groups_on(viewer, today)],
        "sets": [(row.lesson_set.pk, row.lesson_set.name) for row in sets_from(viewer, today)],
        "staff": staff_of(viewer, today),
    }
    if lesson is not None and lesson.teacher_id not in dict(found["staff"]):
        found["staff"].append((lesson.teacher_id, lesson.teacher.name))
    return found


def _wanted(data: dict[str, Any], weekday: int) -> Wanted:
    kind, _, number = data["taught"].partition("-")
    return Wanted(
        subject=data["subject"],
        group_id=int(number) if kind == "group" else None,
        set_id=int(number) if kind == "set" else None,
        room=data["room"],
        teacher_id=data["teacher"],
        weekday=weekday,
        starts_at=data["starts_at"],
        ends_at=data["ends_at"],
        first_day=data["first_day"],
        last_day=data["last_day"],
    )


def _as_it_is(lesson: Lesson, today: date) -> dict[str, Any]:
    names = ("subject", "room", "weekday", "starts_at", "ends_at", "last_day")
    return {name: getattr(lesson, name) for name in names} | {
        "taught": f"group-{lesson.group_id}" if lesson.group_id else f"set-{lesson.lesson_set_id}",
        "teacher": lesson.teacher_id,
        "first_day": max(lesson.first_day, today),
    }


def _warn(request: HttpRequest, viewer: Viewer, lessons: list[Lesson]) -> None:
    """Says what of these lessons can't both be; they are saved all the same."""
    today, ids = clock.today(), {lesson.pk for lesson in lessons}
    week = week_from(viewer, today)
    found = [each for each in clashes_among(viewer, week, today) if {each.first, each.second} & ids]
    for lesson_id, lines in clash_lines(week, found).items():
        if lesson_id in ids:
            for line in lines:
                messages.warning(request, f"Saved, but it {line}.")


def _form_page(
    request: HttpRequest, form: Any, title: str, act: str, hint: str = "", more: dict[str, Any] | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "form_title": title,
        "act": act,
        "hint": hint,
        "back": reverse("lessons:timetable"),
        "section": "school",
    }
    return render(request, "lessons/form.html", context | (more or {}), status=422 if form.errors else 200)
