"""The steps of a meeting with parents: invited, moved, missed, cancelled, held; and the letters of an invitation."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.absence.queries.activities import own_staff
from rollbook.apps.schools.queries import school_of
from rollbook.apps.support.actions.meetings import cancel, hold, invite, miss, move, note_letter
from rollbook.apps.support.forms.meetings import (
    CancelForm,
    HoldForm,
    InviteForm,
    MissForm,
    MoveForm,
    StepForm,
)
from rollbook.apps.support.models import Meeting
from rollbook.apps.support.presenters.letters import letters
from rollbook.apps.support.presenters.meetings import time_words
from rollbook.apps.support.queries.meetings import step_of
from rollbook.apps.support.views.meetings import contact_choices, found_meeting, meeting_page, viewer_of
from rollbook.domain.access import Permission
from rollbook.domain.meetings import (
    HEADINGS,
    About,
    How,
    MeetingEvent,
    MeetingState,
    Outcome,
    state_after,
    why_not,
)
from rollbook.domain.refusals import Refused
from rollbook.ui.answers import file_name, pdf_answer
from rollbook.ui.forms import add_refusals
from rollbook.ui.pdf import render_pdf
from rollbook.ui.permissions import requires


@requires(Permission.SUPPORT_RECORD)
@require_POST
def invited(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Records an invitation; a letter is printed from it."""
    form = InviteForm(request.POST)

    def act(values: dict[str, Any], who: dict[str, Any]) -> None:
        invite(
            sent=form.sent(meeting_id),
            how=values["how"],
            given_on=values["given_on"],
            text=values["text"],
            **who,
        )

    return _taken(request, meeting_id, form, act, "The invitation is recorded.")


@requires(Permission.SUPPORT_RECORD)
@require_POST
def moved(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Sets another time, place or circle."""
    found, viewer = found_meeting(request, meeting_id), viewer_of(request)
    form = MoveForm(
        request.POST, contacts=contact_choices(found.pupil), staff=own_staff(viewer, clock.today())
    )

    def act(values: dict[str, Any], who: dict[str, Any]) -> None:
        move(sent=form.sent(meeting_id), plan=form.plan, because=values["because"], **who)

    return _taken(request, meeting_id, form, act, "It is moved. Now invite the parents to the new time.")


@requires(Permission.SUPPORT_RECORD)
@require_POST
def missed(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Records that nobody came."""
    form = MissForm(request.POST)

    def act(values: dict[str, Any], who: dict[str, Any]) -> None:
        miss(sent=form.sent(meeting_id), because=values["because"], **who)

    return _taken(request, meeting_id, form, act, "Recorded. Set a new time and invite the parents again.")


@requires(Permission.SUPPORT_RECORD)
@require_POST
def cancelled(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Calls it off."""
    form = CancelForm(request.POST)

    def act(values: dict[str, Any], who: dict[str, Any]) -> None:
        cancel(sent=form.sent(meeting_id), because=values["because"], **who)

    return _taken(request, meeting_id, form, act, "The meeting is cancelled. The record stays.")


def _taken(
    request: HttpRequest,
    meeting_id: int,
    form: StepForm,
    act: Callable[[dict[str, Any], dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    """Takes a step and says so; or the page again, with what was typed and why not."""
    found, viewer = found_meeting(request, meeting_id), viewer_of(request)
    if form.is_valid():
        try:
            act(form.cleaned_data, {"viewer": viewer, "by": viewer.actor, "at": clock.now()})
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, done)
            return redirect("support:meeting", found.pk)
    return meeting_page(request, found, form)


@requires(Permission.SUPPORT_RECORD)
@require_http_methods(["GET", "POST"])
def held(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Who came, what was said under which heading, what was agreed, and what is next."""
    found, viewer = found_meeting(request, meeting_id), viewer_of(request)
    if request.method == "GET" and state_after(MeetingState(found.state), MeetingEvent.HOLD) is None:
        messages.error(request, why_not(MeetingState(found.state)))
        return redirect("support:meeting", found.pk)
    about = About(found.about)
    form = HoldForm(
        request.POST or None,
        about=about,
        parents=[
            (each.pk, f"{each.name} ({each.relationship})") for each in found.parents.all() if each.is_asked
        ],
        initial=None if request.POST else {"seen_version": found.version, "key": uuid4()},
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        names = (*HEADINGS, "agreed", "next_step", "next_on")
        try:
            hold(
                viewer=viewer,
                sent=form.sent(found.pk),
                came_ids=values["came"],
                others_came=values["others_came"],
                outcome=Outcome(**{name: values[name] for name in names}),
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "What came of it is recorded.")
            return redirect("support:meeting", found.pk)
    context = {"form": form, "meeting": found, "when": time_words(found), "about": about.words}
    return render(request, "support/held.html", context, status=422 if form.errors else 200)


@requires(Permission.SUPPORT_RECORD)
@require_safe
def letter(request: HttpRequest, meeting_id: int, step_id: int) -> HttpResponse:
    """The letters of an invitation, a page for each parent, in the words that were recorded."""
    viewer, now = viewer_of(request), clock.now()
    step = step_of(viewer, meeting_id, step_id)
    if step is None or step.how != How.LETTER:
        raise Http404("no such letter")
    data = letters(step, parents_with_homes(step.meeting), school_of(viewer), now)
    if not data["letters"]:
        raise Http404("nobody to write to")
    pdf = render_pdf("support/invitation.typ", data, made_at=now)
    note_letter(viewer=viewer, step=step, by=viewer.actor, at=now)
    pupil = step.meeting.pupil
    return pdf_answer(pdf, file_name("invitation", pupil.surname, pupil.forename, step.was_on))


def parents_with_homes(meeting: Meeting) -> list[Any]:
    """Those asked to come, with their names and addresses as they are now. One query."""
    return list(meeting.parents.select_related("contact__parent"))
