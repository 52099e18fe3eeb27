"""What is missing or contradictory in the registers, each with a link that mends it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.registers.presenters.quality import periods, quality_context
from rollbook.apps.registers.queries.quality import quality_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.quality import Fault
from rollbook.ui.permissions import requires


@requires(Permission.QUALITY_VIEW)
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """The list of a period; of one kind alone where the address names it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today = clock.today()
    choices = periods(timetable(viewer).calendar, today)
    wanted = request.GET.get("period", choices[0][0])
    chosen = next((each for each in choices if each[0] == wanted), None)
    if chosen is None:
        raise Http404("no such period")
    kind = request.GET.get("kind", "")
    if kind and kind not in {fault.value for fault in Fault}:
        raise Http404("no such kind")
    key, words, span = chosen
    found = quality_of(viewer, span, today)
    context = quality_context(viewer, found, span, today, Fault(kind) if kind else None) | {
        "period": key,
        "period_words": words,
        "options": [
            {"key": each_key, "words": each_words, "current": each_key == key}
            for each_key, each_words, _ in choices
        ],
    }
    return render(request, "registers/quality.html", context)
