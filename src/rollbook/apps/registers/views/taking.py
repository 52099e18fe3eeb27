"""The register screen: one group, one half-day, one form."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.accounts.queries import person_of
from rollbook.apps.registers.actions.taking import Conflicts, SubmittedMark, Taken, take_register
from rollbook.apps.registers.presenters.register import Typed, register_context
from rollbook.apps.registers.queries.register import RegisterSheet, register_sheet
from rollbook.apps.registers.queries.whereabouts import is_out
from rollbook.apps.registers.views.pages import no_register
from rollbook.apps.registers.views.paper import paper_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import present_symbol
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refused
from rollbook.ui.mark_form import key_in, marks_in, reason_in
from rollbook.ui.permissions import requires
from rollbook.ui.words import clock_time


@requires(Permission.REGISTER_TAKE_OWN, Permission.REGISTER_TAKE_ANY, Permission.PUPIL_VIEW_ANY)
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, group_id: int, on: date, session: str) -> HttpResponse:
    """Shows a group's register and saves it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    asked = _Asked(viewer, group_id, on, SchoolSession(session))
    if request.method == "GET":
        return _page(request, asked, Typed())
    marks, refusals, raw_minutes = marks_in(request.POST, present_symbol(asked.session))
    reason = reason_in(request.POST, refusals)
    typed = Typed(marks, reason, refusals, raw_minutes=raw_minutes)
    if request.POST.get("act") == "rest":
        return _page(request, asked, typed, rest_present=True)
    if refusals:
        return _page(request, asked, typed, 422)
    now = clock.now()
    try:
        # What the page shows is read only where the form comes back: saving needs none of it.
        taken = take_register(
            viewer=viewer,
            group_id=group_id,
            on=on,
            school_session=asked.session,
            marks=list(marks.values()),
            reason=typed.reason,
            key=key_in(request.POST),
            by=viewer.actor,
            at=now,
            paper=paper_of(request.GET, on, now),
        )
    except Refused as refused:
        return _page(request, asked, replace(typed, refusals=refused.refusals), 422)
    except Conflicts as conflicts:
        return _page(request, asked, replace(typed, conflicts=conflicts.conflicts), 409)
    messages.success(request, _saved(taken))
    return HttpResponseRedirect(request.path)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which register the address names, and who asks for it."""

    viewer: Viewer
    group_id: int
    on: date
    session: SchoolSession


def _with_rest_present(sheet: RegisterSheet, typed: Typed) -> Typed:
    """The form with every pupil not yet marked filled in as present, to be looked at and saved by a person.

    Not those whom the desk has signed out: they are marked one by one.
    """
    present = present_symbol(sheet.session)
    marks = dict(typed.marks)
    for pupil in sheet.pupils:
        mine = marks.get(pupil.id) or SubmittedMark(
            pupil.id, "", None, "", len(sheet.versions.get(pupil.id, []))
        )
        if not mine.code and not is_out(sheet.moved.get(pupil.id, [])):
            marks[pupil.id] = SubmittedMark(pupil.id, present, None, "", mine.seen_version, mine.choice)
    return Typed(marks, typed.reason, typed.refusals, raw_minutes=typed.raw_minutes)


def _page(
    request: HttpRequest, asked: _Asked, typed: Typed, status: int = 200, *, rest_present: bool = False
) -> HttpResponse:
    """The register as it is now with everything that was typed, or why there is none."""
    now = clock.now()
    sheet = register_sheet(asked.viewer, asked.group_id, asked.on, asked.session, now)
    if sheet is None:
        return no_register(request, asked.viewer, asked.group_id, asked.on)
    if rest_present:
        typed = _with_rest_present(sheet, typed)
    context: dict[str, Any] = register_context(asked.viewer, sheet, now, typed)
    context["paper"] = _paper(request, asked, now)
    return render(request, "registers/take.html", context, status=status)


def _paper(request: HttpRequest, asked: _Asked, now: datetime) -> dict[str, str] | None:
    """When and by whom the register was taken that is keyed in here; None where it is taken on the screen."""
    try:
        paper = paper_of(request.GET, asked.on, now)
    except Refused:
        return {"words": ""}
    if paper is None:
        return None
    person = person_of(asked.viewer, paper.person_id)
    return {"words": f"Taken at {clock_time(paper.at)} by {person.name}." if person else ""}


def _saved(taken: Taken) -> str:
    """What a person is told after saving."""
    if taken.saved_count == 0:
        saved = "Nothing had changed; everything is saved."
    elif taken.amended_count == taken.saved_count:
        saved = f"{_marks(taken.amended_count)} amended."
    elif taken.amended_count:
        saved = f"{_marks(taken.saved_count)} saved, {taken.amended_count} of them amended."
    else:
        saved = f"{_marks(taken.saved_count)} saved."
    if taken.unmarked_count == 0:
        return f"Register submitted. {saved}"
    still = "1 pupil still has" if taken.unmarked_count == 1 else f"{taken.unmarked_count} pupils still have"
    return f"{saved} {still} no mark."


def _marks(count: int) -> str:
    return "1 mark" if count == 1 else f"{count} marks"
