"""Activities: the list, a new one, its page, its pupils, and the confirmation of each session."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.absence.actions.activities import (
    ActivityDraft,
    change_activity,
    check_draft,
    check_pupils,
    record_activity,
)
from rollbook.apps.absence.forms.activities import (
    ActivityForm,
    ChangedActivityForm,
    ChosenPupilsForm,
    NewActivityForm,
)
from rollbook.apps.absence.forms.parts import ReasonForm
from rollbook.apps.absence.models import OffSiteActivity
from rollbook.apps.absence.presenters.activities import (
    answers,
    chooser,
    list_row,
    pupil_rows,
    resolve,
    state_row,
    weekday_list,
)
from rollbook.apps.absence.presenters.clashes import suspended_pupils
from rollbook.apps.absence.presenters.words import history_lines, standing_of
from rollbook.apps.absence.queries.activities import (
    activity_of,
    activity_rows,
    begun_slots_of,
    own_staff,
    places_of,
    session_states,
    slots_of,
)
from rollbook.apps.absence.queries.history import history_of
from rollbook.apps.absence.queries.people import on_roll_then
from rollbook.apps.absence.queries.previews import other_plans, preview_of
from rollbook.apps.absence.queries.week import slots_between
from rollbook.apps.absence.views.flow import (
    Done,
    found_or_404,
    page_of,
    put_pupils,
    status_of,
    through_check,
    viewer_of,
)
from rollbook.apps.roll.queries import RollPupil, pupils_on_roll
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.off_site import ActivityKind
from rollbook.ui.permissions import requires

_SESSIONS_SHOWN = 10
_NAMES = {"staff_id": "staff"}


@requires(Permission.ACTIVITIES_RECORD)
@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    """The school's activities: those of today and to come, what waits for confirmation first; the others folded."""
    viewer, now = viewer_of(request), clock.now()
    today = now.date()
    rows = [list_row(row, today) for row in activity_rows(viewer, now, past=False)]
    context = {
        "running": [row for row in rows if row["activity"].first_day <= today],
        "soon": [row for row in rows if row["activity"].first_day > today],
        "past": [list_row(row, today) for row in activity_rows(viewer, now, past=True)],
    }
    return render(request, "absence/activities.html", context)


@requires(Permission.ACTIVITIES_RECORD)
@require_http_methods(["GET", "POST"])
def new_activity(request: HttpRequest) -> HttpResponse:
    """Records an activity for many pupils at once, after a look at what it would do."""
    viewer, now = viewer_of(request), clock.now()
    today = now.date()
    initial = {"key": uuid4(), "first_day": today, "last_day": today}
    form = NewActivityForm(request.POST or None, staff=own_staff(viewer, today), initial=initial)
    on_roll = on_roll_then(viewer, today, today)

    def page() -> HttpResponse:
        context = {"form": form, "chooser": chooser_of(form, on_roll, today)}
        return render(request, "absence/activity_new.html", context, status=status_of(form))

    def check() -> dict[str, Any]:
        draft = check_draft(viewer, _draft(form))
        pupils = check_pupils(viewer, chosen_in(form, on_roll, today), today, draft.first_day)
        put_pupils(form, pupils)
        return _check_context(viewer, draft, pupils, today)

    def act() -> Done:
        activity = record_activity(
            viewer=viewer,
            draft=_draft(form),
            pupil_ids=chosen_in(form, on_roll, today),
            key=form.cleaned_data["key"],
            by=viewer.actor,
            at=now,
        )
        words = f"{activity.title} is recorded. It is filled in on the registers still to be taken."
        return words, page_of(activity)

    return through_check(request, form, page=page, check=check, act=act, names=_NAMES)


@requires(Permission.ACTIVITIES_RECORD)
@require_safe
def activity(request: HttpRequest, activity_id: int) -> HttpResponse:
    """One activity: its sessions and their confirmation, its pupils, what happened to it."""
    context = activity_context(viewer_of(request), activity_id, clock.now(), ReasonForm())
    return render(request, "absence/activity.html", context)


def activity_context(viewer: Viewer, activity_id: int, now: datetime, form: ReasonForm) -> dict[str, Any]:
    today = now.date()
    found: OffSiteActivity = found_or_404(activity_of(viewer, activity_id))
    slots = begun_slots_of(viewer, found, found.first_day, now)[::-1]
    states = session_states(viewer, found, slots)
    waiting = [state for state in states if state.confirmation is None]
    groups = {pupil.id: pupil.group_name for pupil in pupils_on_roll(viewer, today)}
    rows = pupil_rows(found, places_of(found), groups)
    code = ActivityKind(found.kind).code
    to_come = [] if found.ended_at is not None else slots_of(viewer, found, today, found.last_day)
    going = {row["pupil"].pk: f"{row['pupil'].forename} {row['pupil'].surname}" for row in rows["going"]}
    return {
        "activity": found,
        "code": code,
        "standing": standing_of(found, today),
        "answers": answers(found, today),
        "today_states": [state_row(found, state) for state in states if state.on == today],
        "states": [state_row(found, state) for state in states if state.on < today],
        "waiting_count": len(waiting),
        "next_slot": next(iter(to_come), None),
        "in_the_way": suspended_pupils(other_plans(viewer, going, to_come, code, found.source), code),
        "shown": _SESSIONS_SHOWN,
        **rows,
        "history": history_lines(history_of(viewer, found)),
        "form": form,
        "today": today,
    }


@requires(Permission.ACTIVITIES_RECORD)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Changes an activity, with a reason, after a look at what it would do."""
    viewer, now = viewer_of(request), clock.now()
    found: OffSiteActivity = found_or_404(activity_of(viewer, activity_id))
    initial = {name: getattr(found, name) for name in ChangedActivityForm.base_fields if hasattr(found, name)}
    initial |= {
        "staff": found.staff_id,
        "weekdays": weekday_list(found.weekdays),
        "seen_version": found.version,
    }
    if found.kind == ActivityKind.TRIP.value:
        initial["supervisor"] = ""
    staff = own_staff(viewer, max(found.first_day, now.date()))
    form = ChangedActivityForm(request.POST or None, staff=staff, initial=initial)

    def page() -> HttpResponse:
        context = {"form": form, "activity": found}
        return render(request, "absence/activity_change.html", context, status=status_of(form))

    def check() -> dict[str, Any]:
        draft = check_draft(viewer, _draft(form))
        going = {place.pupil_id for place in places_of(found) if place.off_from is None}
        pupils = [pupil for pupil in on_roll_then(viewer, now.date(), draft.first_day) if pupil.id in going]
        return _check_context(viewer, draft, pupils, now.date(), found) | {
            "because": form.cleaned_data["because"]
        }

    def act() -> Done:
        change_activity(
            viewer=viewer,
            activity_id=activity_id,
            draft=_draft(form),
            because=form.cleaned_data["because"],
            seen_version=form.cleaned_data["seen_version"],
            by=viewer.actor,
            at=now,
        )
        return "Changed. Marks already made stay as they are.", page_of(found)

    return through_check(request, form, page=page, check=check, act=act, names=_NAMES)


def _draft(form: ActivityForm) -> ActivityDraft:
    data = form.cleaned_data
    texts = ("title", "nature", "place", "provider", "supervisor", "la_contact", "reference")
    return ActivityDraft(
        kind=ActivityKind(data["kind"]),
        staff_id=data["staff"],
        confirmed_how=data["confirmed_how"],
        first_day=data["first_day"],
        last_day=data["last_day"],
        weekdays=form.weekday_bits,
        sessions=data["sessions"],
        **{name: data[name] for name in texts},
    )


def _check_context(
    viewer: Viewer,
    draft: ActivityDraft,
    pupils: list[RollPupil],
    today: date,
    activity: OffSiteActivity | None = None,
) -> dict[str, Any]:
    slots = slots_between(viewer, draft.first_day, draft.last_day, draft.weekdays, draft.sessions)
    back = page_of(activity) if activity else reverse("absence:activities")
    code = draft.kind.code
    preview = preview_of(viewer, pupils, slots, code, without=activity.source if activity else "")
    return {
        "answers": answers(draft, today),
        "code": code,
        "per_pupil": len(slots),
        "preview": preview,
        "in_the_way": suspended_pupils(preview.clashes, code),
        "save_words": "Save the change" if activity else "Record the activity",
        "back_url": back,
    }


def chooser_of(form: ChosenPupilsForm, pupils: list[RollPupil], today: date) -> dict[str, Any]:
    """What there is to tick, with what was ticked before."""
    names = ("pupils", "groups", "years")
    return chooser(pupils, today, *(ids_from(form[name].value() or []) for name in names))


def chosen_in(form: ChosenPupilsForm, pupils: list[RollPupil], today: date) -> list[int]:
    """Everybody ticked by name, by group or by year group."""
    data = form.cleaned_data
    return resolve(pupils, today, data["pupils"], data["groups"], data["years"])


def ids_from(values: Any) -> list[int]:
    return [int(value) for value in values if str(value).isdecimal() and len(str(value)) < 19]
