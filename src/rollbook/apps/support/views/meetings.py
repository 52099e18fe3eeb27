"""Meetings with parents: the list, calling one, and its page."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.absence.queries.activities import own_staff
from rollbook.apps.absence.queries.people import on_roll_then
from rollbook.apps.roll.actions import note_look
from rollbook.apps.roll.queries import Pupil, pupil_of
from rollbook.apps.roll.queries.details import contacts_of
from rollbook.apps.schools.queries import school_of
from rollbook.apps.support.actions.meeting_plans import MeetingDraft
from rollbook.apps.support.actions.meetings import set_meeting
from rollbook.apps.support.forms.meetings import (
    CallForm,
    CancelForm,
    ChooseForm,
    InviteForm,
    MissForm,
    MoveForm,
    StepForm,
)
from rollbook.apps.support.models import Meeting
from rollbook.apps.support.presenters.letters import invitation_text
from rollbook.apps.support.presenters.meetings import (
    meeting_row,
    meeting_state,
    origin_words,
    outcome_lines,
    step_lines,
    time_words,
)
from rollbook.apps.support.queries.meetings import (
    is_due,
    meeting_of,
    meeting_words,
    past_meetings,
    unsettled_meetings,
)
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.meetings import UNSETTLED, About, MeetingEvent, MeetingState, Origin, state_after
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

_ON_A_PAGE = 50


@requires(Permission.SUPPORT_RECORD)
@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    """What waits for its outcome, what is to come, and what was held or called off."""
    viewer, now = viewer_of(request), clock.now()
    found = unsettled_meetings(viewer, now)
    page = Paginator(past_meetings(viewer), _ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "due": [meeting_row(each, now) for each in found.due],
        "rows": [meeting_row(each, now) for each in found.coming],
        "page": page,
        "past": [meeting_row(each, now) for each in page],
    }
    return render(request, "support/meetings.html", context)


@requires(Permission.SUPPORT_RECORD)
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Whose parents are called? Leads on to the form."""
    viewer, today = viewer_of(request), clock.today()
    pupils = [
        (pupil.id, f"{pupil.surname}, {pupil.forename} ({pupil.group_name})")
        for pupil in on_roll_then(viewer, today)
    ]
    form = ChooseForm(request.GET if "pupil" in request.GET else None, pupils=pupils)
    if form.is_valid():
        return redirect("support:call", form.cleaned_data["pupil"])
    return render(request, "support/choose.html", {"form": form}, status=422 if form.errors else 200)


@requires(Permission.SUPPORT_RECORD)
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Sets a meeting with a pupil's parents, the reasons filled in by where it is called from."""
    viewer, now = viewer_of(request), clock.now()
    pupil = pupil_of(viewer, pupil_id)
    if pupil is None:
        raise Http404("no such pupil")
    note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    form = CallForm(
        request.POST or None,
        contacts=contact_choices(pupil),
        staff=own_staff(viewer, now.date()),
        initial=None if request.POST else _initial(request, viewer, pupil, now),
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = set_meeting(
                viewer=viewer,
                pupil_id=pupil_id,
                draft=MeetingDraft(values["about"], values["origin"], values["why"], form.plan),
                key=values["key"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "The meeting is set. Now invite the parents.")
            return redirect("support:meeting", made.pk)
    context = {"form": form, "pupil": pupil}
    return render(request, "support/call.html", context, status=422 if form.errors else 200)


def _initial(request: HttpRequest, viewer: Viewer, pupil: Pupil, now: datetime) -> dict[str, Any]:
    asked = request.GET.get("from", "")
    origin = Origin(asked) if asked in set(Origin) else Origin.PUPIL
    about = request.GET.get("about", "")
    usual = About.LATENESS if origin is Origin.PUNCTUALITY else About.ABSENCE
    living = contacts_of(pupil)
    chosen = [each.pk for each in living if each.is_worked_with or each.lives_with]
    return {
        "about": about if about in set(About) else usual,
        "origin": origin,
        "why": "\n".join(meeting_words(viewer, pupil.pk, origin, now)),
        "contacts": chosen or [each.pk for each in living if each.is_parent],
        "leader": viewer.user_id,
        "key": uuid4(),
    }


def contact_choices(pupil: Pupil) -> list[tuple[int, str]]:
    """The pupil's contacts as they are now, in the order in which they are rung. One query."""
    return [(each.pk, f"{each.parent} ({each.relationship})") for each in contacts_of(pupil)]


@requires(Permission.SUPPORT_RECORD)
@require_safe
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One meeting: why, when, with whom, what happened with it and what came of it; and what can be done next."""
    return meeting_page(request, found_meeting(request, meeting_id))


def meeting_page(request: HttpRequest, found: Meeting, bound: StepForm | None = None) -> HttpResponse:
    """The page, with the form that was sent and can't be taken as it is, where there is one."""
    viewer, now = viewer_of(request), clock.now()
    note_look(viewer=viewer, pupil_id=found.pupil_id, by=viewer.actor, at=now)
    state, look = meeting_state(found, now)
    forms = _forms(viewer, found, now)
    if bound is not None:
        forms = {name: bound if type(each) is type(bound) else each for name, each in forms.items()}
    context = {
        "meeting": found,
        "state": state,
        "look": look,
        "when": time_words(found),
        "about": About(found.about).words,
        "origin": origin_words(found),
        "parents": list(found.parents.all()),
        "steps": step_lines(found.steps.all()),
        "outcome": outcome_lines(found),
        "is_held": found.state == MeetingState.HELD,
        "is_unsettled": found.state in {each.value for each in UNSETTLED},
        "may_hold": found.state == MeetingState.INVITED and found.on <= now.date(),
        "form": bound,
        "forms": forms,
        "pupil_url": reverse("registers:pupil", args=[found.pupil_id]),
    }
    return render(request, "support/meeting.html", context, status=200 if bound is None else 422)


def _forms(viewer: Viewer, found: Meeting, now: datetime) -> dict[str, StepForm]:
    """The forms of the steps that can be taken now."""
    state = MeetingState(found.state)

    def fresh() -> dict[str, Any]:
        return {"seen_version": found.version, "key": uuid4()}

    forms: dict[str, StepForm] = {}
    if state_after(state, MeetingEvent.INVITE):
        text = invitation_text(found, school_of(viewer))
        forms["invite"] = InviteForm(initial=fresh() | {"given_on": min(now.date(), found.on), "text": text})
    if state_after(state, MeetingEvent.MOVE):
        forms["move"] = MoveForm(
            contacts=contact_choices(found.pupil),
            staff=own_staff(viewer, now.date()),
            initial=fresh()
            | {
                "on": found.on,
                "starts_at": found.starts_at,
                "place": found.place,
                "contacts": [each.contact_id for each in found.parents.all() if each.is_asked],
                "leader": found.leader_id,
                "others": found.others,
            },
        )
    if state_after(state, MeetingEvent.MISS) and is_due(found, now):
        forms["miss"] = MissForm(initial=fresh())
    if state_after(state, MeetingEvent.CANCEL):
        forms["cancel"] = CancelForm(initial=fresh())
    return forms


def viewer_of(request: HttpRequest) -> Viewer:
    """Who looks."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def found_meeting(request: HttpRequest, meeting_id: int) -> Meeting:
    """Errors: Http404 where there is none in the viewer's school."""
    found = meeting_of(viewer_of(request), meeting_id)
    if found is None:
        raise Http404("no such meeting")
    return found
