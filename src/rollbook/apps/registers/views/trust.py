"""The schools of a trust, each with a line; its figures lead to the school's own board."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rollbook import clock
from rollbook.apps.accounts.queries import trust_viewers
from rollbook.apps.registers.presenters.trust import school_line, trust_totals
from rollbook.apps.registers.queries.board import Board, boards_of, session_now
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.permissions import requires


@requires(Permission.TRUST_VIEW)
@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """Registers taken, marks missing, attendance and late arrivals of each school now. Six queries a school."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    viewers = trust_viewers(viewer, now.date())
    boards = [_board_now(each, now) for each in viewers]
    lines = [
        school_line(each, board, "" if board else timetable(each).calendar.day(now.date()).because)
        for each, board in zip(viewers, boards, strict=True)
    ]
    context = {"now": now, "lines": lines, "totals": trust_totals(boards)}
    return render(request, "registers/trust.html", context)


def _board_now(viewer: Viewer, now: datetime) -> Board | None:
    on, school_session = session_now(viewer, now)
    return boards_of(viewer, on, [school_session], now)[0] if on == now.date() else None
