"""The pupils of concern: who, why, and what is being done."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.insight.forms.concern import ConcernForm
from rollbook.apps.insight.presenters.concern import concern_context, concern_row
from rollbook.apps.insight.queries.concern import concerns
from rollbook.apps.support.queries.meetings import meeting_standings
from rollbook.apps.support.queries.supports import open_by_pupil
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.permissions import requires

_ON_A_PAGE = 50


@requires(Permission.MEASURES_VIEW)
@require_GET
def concern(request: HttpRequest) -> HttpResponse:
    """The pupils on roll whose attendance is of concern, the most pressing first, with the reasons in words."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    found = concerns(viewer, now)
    if found is None:
        return render(request, "insight/no_year.html")
    form = ConcernForm(request.GET, year_groups=sorted({row.year_group for row in found.rows}))
    if not form.is_valid():
        return render(request, "insight/concern.html", {"form": form, "found": None}, status=422)
    chosen = [row for row in found.rows if form.wants(row)]
    page = Paginator(chosen, _ON_A_PAGE).get_page(request.GET.get("page"))
    shown = [row.member.id for row in page]
    supports = open_by_pupil(viewer, shown)
    meetings = meeting_standings(viewer, shown, now)
    context = concern_context(found) | {
        "form": form,
        "found": found,
        "now": now,
        "chosen_count": len(chosen),
        "page": page,
        "supporting": viewer.may(Permission.SUPPORT_RECORD),
        "rows": [
            concern_row(
                row,
                found.year,
                supports.get(row.member.id, []),
                meetings.get(row.member.id),
                now.date(),
            )
            for row in page
        ],
    }
    return render(request, "insight/concern.html", context)
