"""Today: who is where right now, and which registers are still to come."""

from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from rollbook import clock
from rollbook.apps.accounts.queries import trust_viewers
from rollbook.apps.registers.presenters.board import board_context, registers_context
from rollbook.apps.registers.queries.board import board_of, boards_of, session_now
from rollbook.apps.registers.queries.register import groups_taken
from rollbook.apps.schools.queries import timetable
from rollbook.apps.schools.queries.notices import notices
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.marks import SchoolSession
from rollbook.ui.cards import cards_for
from rollbook.ui.parts import parts_for
from rollbook.ui.permissions import requires


@requires(Permission.SCHOOL_VIEW)
def home(request: HttpRequest) -> HttpResponse:
    """Sends each person to the page their day begins with."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if viewer.may(Permission.TRUST_VIEW) and len(trust_viewers(viewer, clock.today())) > 1:
        return HttpResponseRedirect(reverse("registers:trust"))
    if viewer.may(Permission.BOARD_TOTALS):
        return HttpResponseRedirect(reverse("registers:today"))
    if viewer.may(Permission.REGISTER_TAKE_OWN):
        return HttpResponseRedirect(reverse("registers:mine"))
    return HttpResponseRedirect(reverse("schools:calendar"))


@requires(Permission.BOARD_VIEW, Permission.BOARD_TOTALS)
def today(request: HttpRequest, on: date | None = None, session: str | None = None) -> HttpResponse:
    """The board of a half-day; without an address of its own, that of now."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    if on is None or session is None:
        on, school_session = session_now(viewer, now)
    else:
        school_session = SchoolSession(session)
    board = board_of(viewer, on, school_session, now)
    context = board_context(viewer, board, on, school_session, now, timetable(viewer).calendar)
    context["notices"] = notices(viewer, now)
    context["cards"] = cards_for("today", viewer, now)
    # What is fetched again every few seconds are the registers; the figures of the year stay as they are on the page.
    is_refresh = "X-Rollbook-Refresh" in request.headers
    is_of_now = board is not None and on == session_now(viewer, now)[0]
    context["parts"] = parts_for("today", viewer, now) if is_of_now and not is_refresh else {}
    context["is_refresh"] = is_refresh
    return render(request, "registers/today.html", context)


@requires(Permission.REGISTER_TAKE_OWN, Permission.REGISTER_TAKE_ANY, Permission.PUPIL_VIEW_ANY)
def mine(request: HttpRequest, on: date | None = None) -> HttpResponse:
    """The registers of a day: a teacher's own, or all of them for those who may take any."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    day = on or session_now(viewer, now)[0]
    boards = boards_of(viewer, day, list(SchoolSession), now)
    context = registers_context(
        viewer, boards, groups_taken(viewer, now.date()), day, now, timetable(viewer).calendar
    )
    return render(request, "registers/registers.html", context)
