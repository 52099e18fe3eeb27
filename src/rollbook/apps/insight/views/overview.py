"""This year and this week of the whole school, and the pupils behind any figure."""

from fractions import Fraction

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.insight.forms.behind import BehindForm
from rollbook.apps.insight.presenters.behind import behind_context
from rollbook.apps.insight.presenters.overview import overview_context
from rollbook.apps.insight.queries.behind import pupils_behind
from rollbook.apps.insight.queries.overview import overview as overview_of
from rollbook.apps.registers.queries.board import board_of, session_now
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.periods import PeriodKind
from rollbook.ui.permissions import requires


@requires(Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """This week, half term, term or year: the figures, the line of weeks and the year groups."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    try:
        kind = PeriodKind(request.GET.get("period", PeriodKind.YEAR.value))
    except ValueError:
        raise Http404("no such period") from None
    found = overview_of(viewer, now, kind)
    if found is None:
        return render(request, "insight/no_year.html")
    board = board_of(viewer, *session_now(viewer, now), now)
    aim = Fraction(timetable(viewer).setting("aim_percent", now.date()), 100)
    return render(request, "insight/overview.html", overview_context(viewer, found, board, aim, now))


@requires(Permission.MEASURES_VIEW)
@require_GET
def behind(request: HttpRequest) -> HttpResponse:
    """The pupils behind a figure, each leading to their marks."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = BehindForm(
        request.GET, calendar=timetable(viewer).calendar, today=now.date(), usual=PeriodKind.YEAR
    )
    if not form.is_valid():
        return render(request, "insight/behind.html", {"form": form, "found": None}, status=422)
    asked = form.asked
    found = pupils_behind(viewer, form.period, asked, now)
    if asked.dimension is not None:
        form.offer_groups(asked.dimension.words, found.labels)
    context = behind_context(found, form.period, asked, request.GET.get("page", "")) | {"form": form}
    return render(request, "insight/behind.html", context)
