"""Did it help? Attendance before, during and after what was done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.insight.forms.effect import EffectForm
from rollbook.apps.insight.presenters.effect import effect_context
from rollbook.apps.insight.queries.effect import effect as effect_of
from rollbook.apps.support.queries.supports import KIND_WORDS, dealt_alike, titles
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.permissions import requires


@requires(Permission.SUPPORT_RECORD)
@require_GET
def effect(request: HttpRequest) -> HttpResponse:
    """What changed for those who had one kind of help, beside comparable pupils; for one of them where asked."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    known = titles(viewer)
    form = EffectForm(request.GET, known=known, kinds=KIND_WORDS)
    context = {"form": form, "known": known, "found": None}
    if not known:
        return render(request, "insight/effect.html", context)
    if not form.is_valid():
        return render(request, "insight/effect.html", context, status=422)
    kind, title = form.what_was_done
    alike = dealt_alike(viewer, kind, title)
    form.offer_pupils([(each.support_id, each.name) for each in alike])
    only = [each for each in alike if str(each.support_id) == form.cleaned_data["only"]]
    found = effect_of(viewer, only or alike, alike, now)
    context |= effect_context(found) | {
        "found": found,
        "now": now,
        "title": title,
        "kind": KIND_WORDS[kind],
        "only": only[0].name if only else "",
    }
    return render(request, "insight/effect.html", context)
