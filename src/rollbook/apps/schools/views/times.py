"""The week's register times: those that hold, those to come, those that were."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.schools.actions.times import remove_day_times, set_day_times
from rollbook.apps.schools.forms import TimesForm
from rollbook.apps.schools.queries.times import TimesHistory, TimesSet, times_history
from rollbook.apps.schools.views.asking import may_manage, viewer_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires
from rollbook.ui.words import plain_day


@requires(Permission.SCHOOL_VIEW)
@require_safe
def times(request: HttpRequest) -> HttpResponse:
    """The times of each weekday today, with what was before and what comes."""
    history = times_history(viewer_of(request), clock.today())
    context = {"history": history, "may_manage": may_manage(request)}
    return render(request, "schools/times.html", context)


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def new_times(request: HttpRequest) -> HttpResponse:
    """Sets times from a day on; the form starts from those that hold last."""
    today = clock.today()
    history = times_history(viewer_of(request), today)
    newest = history.now or next(iter(history.coming), None)
    # Times are changed for a later day; a school's first times may begin at once.
    start = TimesForm.initial_from(newest, _next_monday(today) if newest else today)
    return _set(request, history, None, start)


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def change_times(request: HttpRequest, effective_from: date) -> HttpResponse:
    """Changes a set that has not begun. Errors: Http404 where there is no such set to come."""
    history = times_history(viewer_of(request), clock.today())
    coming = _coming(history, effective_from)
    return _set(request, history, coming, TimesForm.initial_from(coming, effective_from))


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def remove_times(request: HttpRequest, effective_from: date) -> HttpResponse:
    """Takes back a set that has not begun. Errors: Http404 where there is no such set to come."""
    viewer = viewer_of(request)
    history = times_history(viewer, clock.today())
    coming = _coming(history, effective_from)
    if request.method == "POST":
        try:
            remove_day_times(viewer=viewer, effective_from=effective_from, by=viewer.actor, at=clock.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"The times from {plain_day(effective_from)} are taken back.")
        return redirect(reverse("schools:times"))
    context = {"coming": coming, "now": history.now}
    return render(request, "schools/times_remove.html", context)


def _set(
    request: HttpRequest, history: TimesHistory, replaces: TimesSet | None, start: dict[str, Any]
) -> HttpResponse:
    viewer: Viewer = viewer_of(request)
    form = TimesForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_bound and form.is_valid():
        try:
            set_day_times(
                viewer=viewer,
                effective_from=form.cleaned_data["effective_from"],
                rows=form.rows(),
                replaces=replaces.first_day if replaces else None,
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            day = plain_day(form.cleaned_data["effective_from"])
            messages.success(request, f"The times from {day} are set.")
            return redirect(reverse("schools:times"))
    context = {"form": form, "replaces": replaces, "is_first": not history.sets}
    return render(request, "schools/times_edit.html", context, status=422 if form.errors else 200)


def _coming(history: TimesHistory, effective_from: date) -> TimesSet:
    for each in history.coming:
        if each.first_day == effective_from:
            return each
    raise Http404("no such times")


def _next_monday(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())
