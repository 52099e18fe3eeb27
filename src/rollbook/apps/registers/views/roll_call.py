"""The roll call: who is on site, ticked off by several people at once, timed and kept."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.registers.actions.roll_calls import begin_roll_call, end_roll_call, may_end, tick
from rollbook.apps.registers.models import RollCall
from rollbook.apps.registers.presenters.roll_call import (
    call_context,
    news_of,
    now_context,
    past_rows,
    print_context,
    report_context,
)
from rollbook.apps.registers.queries.roll_calls import (
    Call,
    call_of,
    history_of_call,
    past_calls,
)
from rollbook.apps.registers.queries.whereabouts import everyone_placed
from rollbook.apps.schools.queries import groups_on, timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refused
from rollbook.ui.permissions import requires

_PAST_SHOWN = 20
_LONGEST_ID = 18


@requires(Permission.ROLLCALL_TAKE)
@require_safe
def roll_call(request: HttpRequest) -> HttpResponse:
    """Who is on site now. While a roll call is running this leads straight to it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    past = past_calls(viewer, _PAST_SHOWN)
    running = next((call for call in past if not hasattr(call, "end") and _is_today(call, now)), None)
    if running is not None:
        return HttpResponseRedirect(reverse("registers:call", args=[running.pk]))
    context = now_context(viewer, everyone_placed(viewer, now), _own_groups(viewer, now.date())) | {
        "now": now,
        "past": past_rows(past),
        "warning": _warning(viewer, now),
        "kinds": RollCall.Kind,
    }
    return render(request, "registers/roll_call.html", context)


def _is_today(call: RollCall, now: datetime) -> bool:
    return call.at.astimezone(now.tzinfo).date() == now.date()


def _own_groups(viewer: Viewer, on: date) -> set[str]:
    return {group.name for group in groups_on(viewer, on) if viewer.user_id in group.teacher_ids}


def _warning(viewer: Viewer, now: datetime) -> str:
    """Why the list may not be who is on site at this moment; "" while the school day runs."""
    calendar = timetable(viewer).calendar
    if not calendar.is_school_day(now.date()):
        return (
            f"No register is taken today: {calendar.day(now.date()).because} Nobody is known to be on site."
        )
    morning = calendar.times(now.date(), SchoolSession.AM)
    afternoon = calendar.times(now.date(), SchoolSession.PM)
    if morning and now.time() < morning.opens_at:
        return f"The first register opens at {morning.opens_at:%H:%M}. Until then only pupils signed in are known."
    if afternoon and now.time() >= afternoon.session_ends_at:
        ended = f"{afternoon.session_ends_at:%H:%M}"
        return f"The school day ended at {ended}. The list shows who was on site then, less those signed out."
    return ""


@requires(Permission.ROLLCALL_TAKE)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begins a roll call, or joins the one that is running."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        call = begin_roll_call(
            viewer=viewer, kind=request.POST.get("kind", ""), by=viewer.actor, at=clock.now()
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("registers:roll_call"))
    return HttpResponseRedirect(reverse("registers:call", args=[call.pk]))


@requires(Permission.ROLLCALL_TAKE)
@require_safe
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    """A roll call: to tick while it runs, its report once it is over."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now, found = clock.now(), _call(viewer, call_id)
    sees_why = viewer.may(Permission.PUPIL_VIEW_ANY)
    if found.end is not None:
        context = report_context(found, now, sees_why=sees_why) | {"history": history_of_call(call_id)}
        return render(request, "registers/roll_call_report.html", context)
    group = _group(request, found)
    context = call_context(found, now, group, _own_groups(viewer, now.date()), sees_why=sees_why)
    context["may_end"] = may_end(viewer, found.roll_call)
    return render(request, "registers/roll_call_running.html", context)


def _group(request: HttpRequest, found: Call) -> str | None:
    """The group the page is narrowed to; None for all, also where there is no such group on the list."""
    wanted = request.GET.get("group")
    return wanted if wanted in {line.group_name for line in found.lines} else None


def _call(viewer: Viewer, call_id: int) -> Call:
    found = call_of(viewer, call_id) if len(str(call_id)) <= _LONGEST_ID else None
    if found is None:
        raise Http404("no such roll call")
    return found


@requires(Permission.ROLLCALL_TAKE)
@require_POST
def tick_pupil(request: HttpRequest, call_id: int) -> HttpResponse:
    """Says of a pupil that they are here, missing, or not found yet; a script gets the news back."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _call(viewer, call_id)
    state, _, pupil = request.POST.get("tick", "").partition(":")
    is_script = "X-Requested-With" in request.headers
    try:
        tick(
            viewer=viewer,
            call_id=call_id,
            pupil_id=_number(pupil),
            state=state,
            note="",
            by=viewer.actor,
            at=clock.now(),
        )
    except Refused as refused:
        if is_script:
            return JsonResponse({"refused": str(refused)}, status=422)
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("registers:call", args=[call_id]))
    if is_script:
        return JsonResponse(news_of(_call(viewer, call_id), _after(request.POST.get("after")), clock.now()))
    group = _group(request, found)
    address = reverse("registers:call", args=[call_id], query=None if group is None else {"group": group})
    return HttpResponseRedirect(f"{address}#p{_number(pupil)}")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID else 0


def _after(text: str | None) -> int:
    return _number(text or "")


@requires(Permission.ROLLCALL_TAKE)
@require_safe
def news(request: HttpRequest, call_id: int) -> JsonResponse:
    """What others have ticked since, for the page that keeps itself fresh."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return JsonResponse(news_of(_call(viewer, call_id), _after(request.GET.get("after")), clock.now()))


@requires(Permission.ROLLCALL_TAKE)
@require_http_methods(["GET", "POST"])
def elsewhere(request: HttpRequest, call_id: int, pupil_id: int) -> HttpResponse:
    """Says where a pupil is who is safe but not at the assembly point."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = _call(viewer, call_id)
    line = next((line for line in found.lines if line.pupil_id == pupil_id), None)
    if line is None:
        raise Http404("not on this list")
    note, problem = request.POST.get("note", ""), ""
    if request.method == "POST":
        try:
            tick(
                viewer=viewer,
                call_id=call_id,
                pupil_id=pupil_id,
                state="elsewhere",
                note=note,
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            problem = str(refused)
        else:
            return HttpResponseRedirect(f"{reverse('registers:call', args=[call_id])}#p{pupil_id}")
    context: dict[str, Any] = {"call": found, "line": line, "note": note[:200], "problem": problem}
    return render(request, "registers/roll_call_elsewhere.html", context, status=422 if problem else 200)


@requires(Permission.ROLLCALL_TAKE)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, call_id: int) -> HttpResponse:
    """Ends a roll call, after a look at who is not accounted for."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found, problem = _call(viewer, call_id), ""
    note = request.POST.get("note", "")
    if request.method == "POST":
        try:
            end_roll_call(viewer=viewer, call_id=call_id, note=note, by=viewer.actor, at=clock.now())
        except Refused as refused:
            problem = str(refused)
        else:
            messages.success(request, "The roll call is over. Its report is kept.")
            return HttpResponseRedirect(reverse("registers:call", args=[call_id]))
    elif found.end is not None:
        return HttpResponseRedirect(reverse("registers:call", args=[call_id]))
    context = call_context(found, clock.now(), None, (), sees_why=False) | {
        "note": note,
        "problem": problem,
        "left": len(found.to_find) - found.accounted_count,
        "not_ticked": len(found.open_lines),
    }
    return render(request, "registers/roll_call_end.html", context, status=422 if problem else 200)


@requires(Permission.ROLLCALL_TAKE)
@require_safe
def on_paper(request: HttpRequest) -> HttpResponse:
    """The list on paper: a page a group with boxes, or the whole school in one list."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    context = print_context(everyone_placed(viewer, now), whole_school=request.GET.get("whole") == "1")
    return render(request, "registers/roll_call_paper.html", context | {"now": now})


roll_call_urls = [
    path("roll-call/", roll_call, name="roll_call"),
    path("roll-call/begin/", begin, name="roll_call_begin"),
    path("roll-call/paper/", on_paper, name="roll_call_paper"),
    path("roll-call/<int:call_id>/", call, name="call"),
    path("roll-call/<int:call_id>/tick/", tick_pupil, name="call_tick"),
    path("roll-call/<int:call_id>/news/", news, name="call_news"),
    path("roll-call/<int:call_id>/elsewhere/<int:pupil_id>/", elsewhere, name="call_elsewhere"),
    path("roll-call/<int:call_id>/end/", end, name="call_end"),
]
