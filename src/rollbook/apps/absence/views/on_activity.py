"""What happens to an activity: pupils put on and taken off, a session confirmed, the whole cancelled."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from rollbook import clock
from rollbook.apps.absence.actions.activities import (
    add_pupils,
    cancel_activity,
    check_pupils,
    take_off_pupils,
)
from rollbook.apps.absence.actions.confirming import confirm_session
from rollbook.apps.absence.forms.activities import AddPupilsForm, ConfirmForm, TakeOffForm
from rollbook.apps.absence.forms.parts import ReasonForm
from rollbook.apps.absence.models import AttendanceConfirmation, OffSiteActivity
from rollbook.apps.absence.presenters.activities import answers
from rollbook.apps.absence.presenters.clashes import suspended_pupils
from rollbook.apps.absence.queries.activities import (
    activity_of,
    goes_on,
    places_of,
    session_states,
    slots_of,
)
from rollbook.apps.absence.queries.people import on_roll_then
from rollbook.apps.absence.queries.previews import preview_of
from rollbook.apps.absence.queries.week import has_begun
from rollbook.apps.absence.views.activities import (
    activity_context,
    chooser_of,
    chosen_in,
    ids_from,
)
from rollbook.apps.absence.views.flow import (
    Done,
    found_or_404,
    one_act,
    page_of,
    put_pupils,
    status_of,
    through_check,
    viewer_of,
)
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.off_site import ActivityKind
from rollbook.domain.sessions import SchoolSession
from rollbook.ui.permissions import requires
from rollbook.ui.words import sentence_list


@requires(Permission.ACTIVITIES_RECORD)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Puts more pupils on an activity, after a look at who and what stands in the way."""
    viewer, now = viewer_of(request), clock.now()
    found: OffSiteActivity = found_or_404(activity_of(viewer, activity_id))
    going = {place.pupil_id for place in places_of(found) if place.off_from is None}
    free = [pupil for pupil in on_roll_then(viewer, now.date(), found.first_day) if pupil.id not in going]
    form = AddPupilsForm(request.POST or None)

    def page() -> HttpResponse:
        context = {"form": form, "activity": found, "chooser": chooser_of(form, free, now.date())}
        return render(request, "absence/activity_add.html", context, status=status_of(form))

    def check() -> dict[str, Any]:
        return _check_adding(viewer, found, form, chosen_in(form, free, now.date()), now.date())

    def act() -> Done:
        count = add_pupils(
            viewer=viewer,
            activity_id=activity_id,
            pupil_ids=chosen_in(form, free, now.date()),
            because=form.cleaned_data["because"],
            by=viewer.actor,
            at=now,
        )
        return "1 pupil was added." if count == 1 else f"{count} pupils were added.", page_of(found)

    return through_check(request, form, page=page, check=check, act=act)


def _check_adding(
    viewer: Viewer, found: OffSiteActivity, form: AddPupilsForm, pupil_ids: list[int], today: date
) -> dict[str, Any]:
    pupils = check_pupils(viewer, pupil_ids, today, found.first_day)
    put_pupils(form, pupils)
    code = ActivityKind(found.kind).code
    slots = slots_of(viewer, found, max(found.first_day, today), found.last_day)
    preview = preview_of(viewer, pupils, slots, code, without=found.source)
    return {
        "answers": answers(found, today),
        "because": form.cleaned_data["because"],
        "code": code,
        "per_pupil": len(slots),
        "preview": preview,
        "in_the_way": suspended_pupils(preview.clashes, code),
        "save_words": "Add these pupils",
        "back_url": page_of(found),
    }


@requires(Permission.ACTIVITIES_RECORD)
@require_http_methods(["GET", "POST"])
def take_off(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Takes pupils off an activity, with a reason."""
    viewer, now = viewer_of(request), clock.now()
    found: OffSiteActivity = found_or_404(activity_of(viewer, activity_id))
    form = TakeOffForm(request.POST or None)

    def page() -> HttpResponse:
        ticked = set(ids_from(form["pupils"].value() or []))
        going = [place.pupil for place in places_of(found) if place.off_from is None]
        context = {
            "form": form,
            "activity": found,
            "going": [(pupil, pupil.pk in ticked) for pupil in going],
        }
        return render(request, "absence/activity_take_off.html", context, status=status_of(form))

    def act() -> Done:
        count = take_off_pupils(
            viewer=viewer,
            activity_id=activity_id,
            pupil_ids=form.cleaned_data["pupils"],
            because=form.cleaned_data["because"],
            by=viewer.actor,
            at=now,
        )
        words = "1 pupil was taken off." if count == 1 else f"{count} pupils were taken off."
        return f"{words} Marks already made stay as they are.", page_of(found)

    return one_act(request, form, page=page, act=act)


@requires(Permission.ACTIVITIES_RECORD)
@require_POST
def cancel(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Cancels an activity, with a reason."""
    viewer, now = viewer_of(request), clock.now()
    found: OffSiteActivity = found_or_404(activity_of(viewer, activity_id))
    form = ReasonForm(request.POST)

    def page() -> HttpResponse:
        context = activity_context(viewer, activity_id, now, form)
        return render(request, "absence/activity.html", context, status=422)

    def act() -> Done:
        cancel_activity(viewer=viewer, activity_id=activity_id, by=viewer.actor, at=now, **form.cleaned_data)
        return "The activity is cancelled. Marks already made stay as they are.", page_of(found)

    return one_act(request, form, page=page, act=act)


@requires(Permission.ACTIVITIES_RECORD)
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, activity_id: int, on: date, session: str) -> HttpResponse:
    """Confirms who was there in one session; those who were not are shown with the way to their marks."""
    viewer, now, school_session = viewer_of(request), clock.now(), SchoolSession(session)
    found: OffSiteActivity = found_or_404(activity_of(viewer, activity_id))
    states = session_states(viewer, found, [(on, school_session)])
    if (on, school_session) not in slots_of(viewer, found, on, on):
        raise Http404("no such session of this activity")
    before = states[0].confirmation
    pupils = [
        (place.pupil_id, f"{place.pupil.surname}, {place.pupil.forename}")
        for place in places_of(found)
        if goes_on(place, on)
    ]
    initial: dict[str, Any] = {"how": found.confirmed_how, "told_by": found.supervisor}
    if before is not None:
        initial["not_there"] = [pupil.pk for pupil in before.not_there.all()]
    form = ConfirmForm(request.POST or None, pupils=pupils, initial=initial)

    def page() -> HttpResponse:
        context = {
            "form": form,
            "activity": found,
            "on": on,
            "session_words": school_session.words,
            "before": before,
            "is_to_come": not has_begun(viewer, (on, school_session), now),
        }
        return render(request, "absence/confirm.html", context, status=status_of(form))

    def act() -> Done:
        made = confirm_session(
            viewer=viewer,
            activity_id=activity_id,
            on=on,
            school_session=school_session,
            how=form.cleaned_data["how"],
            told_by=form.cleaned_data["told_by"],
            not_there=form.cleaned_data["not_there"],
            by=viewer.actor,
            at=now,
        )
        _warn_of_the_absent(request, made)
        return f"Attendance of the {school_session.words} is confirmed.", page_of(found)

    return one_act(request, form, page=page, act=act)


def _warn_of_the_absent(request: HttpRequest, made: AttendanceConfirmation) -> None:
    away = [f"{pupil.forename} {pupil.surname}" for pupil in made.not_there.all()]
    if away:
        marks = "their mark" if len(away) == 1 else "their marks"
        messages.warning(
            request, f"{sentence_list(away)} did not attend. Find out why, and see to {marks} below."
        )
