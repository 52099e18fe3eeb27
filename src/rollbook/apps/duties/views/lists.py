"""What is to be done, and whether the policy is being kept."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from rollbook import clock
from rollbook.apps.duties.presenters.lists import kept_context, to_do_context
from rollbook.apps.duties.presenters.words import counted, row_of, source_words
from rollbook.apps.duties.queries.occasions import due_in, kept_in, to_do_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.duties import Standing, kept
from rollbook.domain.duty_table import DUTIES
from rollbook.domain.periods import PeriodKind, period_before
from rollbook.ui.period_form import PeriodForm
from rollbook.ui.permissions import requires

_ON_A_PAGE = 50


@requires(Permission.DUTIES_VIEW, Permission.POLICY_KEPT_VIEW)
@require_safe
def to_do(request: HttpRequest) -> HttpResponse:
    """One's own list. Who has none, a governor, is led to whether the policy is kept."""
    viewer = _viewer_of(request)
    if not viewer.may(Permission.DUTIES_VIEW):
        return redirect("duties:kept")
    now = clock.now()
    return render(request, "duties/to_do.html", to_do_context(to_do_of(viewer, now), now) | {"now": now})


@requires(Permission.POLICY_KEPT_VIEW)
@require_safe
def policy_kept(request: HttpRequest) -> HttpResponse:
    """The figure of each duty over a period, beside the period before."""
    viewer, now = _viewer_of(request), clock.now()
    form = _form(request, viewer)
    if not form.is_valid():
        return render(request, "duties/kept.html", {"form": form}, status=422)
    period = form.period
    before = period_before(form.calendar, period)
    context = kept_context(kept_in(viewer, period, before, now)) | {
        "form": form,
        "period": period,
        "before": before,
        "query": request.GET.urlencode(),
        "may_open": viewer.may(Permission.POLICY_KEPT_OPEN),
    }
    return render(request, "duties/kept.html", context)


@requires(Permission.POLICY_KEPT_OPEN)
@require_safe
def one_duty(request: HttpRequest, key: str) -> HttpResponse:
    """One duty: what it asks, how it was kept, and every occasion behind the figure."""
    viewer, now = _viewer_of(request), clock.now()
    duty = DUTIES.get(key)
    if duty is None:
        raise Http404("no such duty")
    form = _form(request, viewer)
    context: dict[str, Any] = {"form": form, "duty": duty, "source": source_words(duty.citation)}
    if not form.is_valid():
        return render(request, "duties/duty.html", context, status=422)
    period = form.period
    last_day = max(period.last_day, min(period.whole_last_day, now.date()))
    found = [each for each in due_in(viewer, period.first_day, last_day, now) if each.duty == key]
    standing = request.GET.get("standing", "")
    if standing not in set(Standing):
        standing = ""
    shown = [each for each in found if not standing or each.standing(now) == standing]
    page = Paginator(shown[::-1], _ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    for name in ("standing", "page"):
        query.pop(name, None)
    context |= {
        "period": period,
        "kept": kept(found, now),
        "counts": counted(found, now),
        "standing": standing,
        "page": page,
        "rows": [row_of(each, now) for each in page],
        "query": query.urlencode(),
        "roles": sorted(role.words for role in duty.roles),
        "late_roles": sorted(role.words for role in duty.late_roles),
    }
    return render(request, "duties/duty.html", context)


def _form(request: HttpRequest, viewer: Viewer) -> PeriodForm:
    calendar = timetable(viewer).calendar
    return PeriodForm(request.GET, calendar=calendar, today=clock.today(), usual=PeriodKind.HALF_TERM)


def _viewer_of(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer
