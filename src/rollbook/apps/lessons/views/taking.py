"""The register of one lesson: the screen of the attendance register, with three marks and no codes."""

from dataclasses import replace
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.lessons.actions.taking import LessonConflicts, LessonTaken, take_lesson
from rollbook.apps.lessons.presenters.sheet import LessonTyped, sheet_context
from rollbook.apps.lessons.queries.sheet import Held, LessonSheet, held_to_see, sheet_of
from rollbook.apps.lessons.views.pages import viewer_of, while_on
from rollbook.domain.access import Permission
from rollbook.domain.lessons import LessonCode
from rollbook.domain.refusals import Refused
from rollbook.ui.mark_form import key_in, marks_in, reason_in
from rollbook.ui.permissions import requires
from rollbook.ui.words import sentence_list


@requires(Permission.REGISTER_TAKE_OWN, Permission.REGISTER_TAKE_ANY)
@while_on
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, lesson_id: int, on: date) -> HttpResponse:
    """Shows the register of a lesson and saves it. Errors: Http404 for a lesson that isn't the viewer's."""
    viewer = viewer_of(request)
    held = held_to_see(viewer, lesson_id, on)
    if held is None:
        raise Http404("no such lesson")
    if request.method == "GET":
        return _page(request, held, LessonTyped())
    marks, refusals, raw_minutes = marks_in(request.POST, LessonCode.PRESENT)
    reason = reason_in(request.POST, refusals)
    typed = LessonTyped(marks, reason, refusals, raw_minutes=raw_minutes)
    if request.POST.get("act") == "rest":
        return _page(request, held, typed, rest_present=True)
    if refusals:
        return _page(request, held, typed, 422)
    try:
        taken = take_lesson(
            viewer=viewer,
            held=held,
            marks=list(marks.values()),
            reason=reason,
            key=key_in(request.POST),
            by=viewer.actor,
            at=clock.now(),
        )
    except Refused as refused:
        return _page(request, held, replace(typed, refusals=refused.refusals), 422)
    except LessonConflicts as conflicts:
        return _page(request, held, replace(typed, conflicts=conflicts.conflicts), 409)
    _say(request, taken)
    return HttpResponseRedirect(request.path)


def _page(
    request: HttpRequest, held: Held, typed: LessonTyped, status: int = 200, *, rest_present: bool = False
) -> HttpResponse:
    """The register as it is now with everything that was typed."""
    viewer = viewer_of(request)
    sheet = sheet_of(viewer, held)
    if rest_present:
        typed = _with_rest_present(sheet, typed)
    context = sheet_context(viewer, sheet, clock.now(), typed)
    return render(request, "lessons/take.html", context, status=status)


def _with_rest_present(sheet: LessonSheet, typed: LessonTyped) -> LessonTyped:
    """The form with every pupil not yet marked filled in as present, to be looked at and saved by a person."""
    marks = {
        pupil_id: replace(mark, code=LessonCode.PRESENT.value)
        if not mark.code and pupil_id not in sheet.versions
        else mark
        for pupil_id, mark in typed.marks.items()
    }
    return replace(typed, marks=marks)


def _say(request: HttpRequest, taken: LessonTaken) -> None:
    """What a person is told after saving, and who else is told."""
    if not taken.saved_count:
        messages.success(request, "Nothing had changed; everything is saved.")
        return
    marks = "1 mark" if taken.saved_count == 1 else f"{taken.saved_count} marks"
    if taken.amended_count == taken.saved_count:
        words = f"{marks} amended."
    elif taken.amended_count:
        words = f"{marks} saved, {taken.amended_count} of them amended."
    else:
        words = f"{marks} saved."
    if taken.unmarked_count:
        still = (
            "1 pupil still has" if taken.unmarked_count == 1 else f"{taken.unmarked_count} pupils still have"
        )
        messages.success(request, f"{words} {still} no mark.")
    else:
        messages.success(request, f"Lesson register taken. {words}")
    if taken.raised:
        messages.warning(request, f"The school office is told of {sentence_list(list(taken.raised))}.")
