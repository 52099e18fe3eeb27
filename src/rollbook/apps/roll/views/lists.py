"""The list of pupils, the search behind the box in the bar, and the list as a file."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.roll.actions.exporting import note_export
from rollbook.apps.roll.forms.pupils import SearchForm
from rollbook.apps.roll.presenters.lists import PAGE_LENGTH, export_file, list_context
from rollbook.apps.roll.queries.lists import Search, Seen, Standing, find_pupils, note_missing, seen_by
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.permissions import requires


def _search(request: HttpRequest, seen: Seen, standing: Standing | None = None) -> tuple[SearchForm, Search]:
    """What the address asks for; what makes no sense in it is left open. A tab has its own standing."""
    form = SearchForm(request.GET, groups=seen.groups, years=seen.years)
    form.is_valid()
    chosen = form.cleaned_data
    return form, Search(
        words=chosen.get("q", ""),
        group_id=chosen.get("group"),
        year=chosen.get("year"),
        letter=request.GET.get("letter", "")[:1].upper(),
        standing=standing or chosen.get("show") or Standing.NOW,
        only_missing=bool(chosen.get("missing")),
    )


@requires(Permission.PUPIL_VIEW_ANY, Permission.PUPIL_VIEW_OWN, Permission.ROLL_IMPORT)
@require_http_methods(["GET"])
def pupils(request: HttpRequest) -> HttpResponse:
    """Every pupil the viewer may see, or those looked for; a search that names one pupil leads straight to them."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not (viewer.may(Permission.PUPIL_VIEW_ANY) or viewer.may(Permission.PUPIL_VIEW_OWN)):
        return redirect("exchange:imports")
    if (show := request.GET.get("show", "")) in _TABS and show != Standing.NOW:
        query = request.GET.copy()
        query.pop("show")
        return redirect(f"{reverse(_TABS[show])}?{query.urlencode()}".rstrip("?"))
    return _list(request, viewer, Standing.NOW)


_TABS = {
    Standing.NOW.value: "roll:pupils",
    Standing.COMING.value: "roll:starting",
    Standing.LEFT.value: "roll:leavers",
}


@requires(Permission.PUPIL_VIEW_ANY)
@require_http_methods(["GET"])
def starting(request: HttpRequest) -> HttpResponse:
    """Pupils with a starting day to come: on no register until then, and on it by themselves from then on."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return _list(request, viewer, Standing.COMING)


@requires(Permission.PUPIL_VIEW_ANY)
@require_http_methods(["GET"])
def leavers(request: HttpRequest) -> HttpResponse:
    """Pupils who have left: everything recorded about them stays."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return _list(request, viewer, Standing.LEFT)


def _list(request: HttpRequest, viewer: Viewer, standing: Standing) -> HttpResponse:
    on = clock.today()
    seen = seen_by(viewer, on)
    form, search = _search(request, seen, standing)
    listing = find_pupils(viewer, search, on, among=seen)
    if listing.exact is not None and set(request.GET) == {"q"}:
        return redirect("registers:pupil", listing.exact.id)
    page = Paginator(listing.pupils, PAGE_LENGTH).get_page(request.GET.get("page"))
    note_missing(viewer, list(page.object_list), on)
    return render(
        request, "roll/pupils.html", list_context(request, viewer, listing, search, page) | {"form": form}
    )


@requires(Permission.REGISTERS_EXPORT)
@require_http_methods(["GET"])
def export(request: HttpRequest) -> HttpResponse:
    """The list as a CSV file, narrowed as on the page; taking it out is noted."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    seen = seen_by(viewer, now.date())
    _, search = _search(request, seen)
    found = find_pupils(viewer, search, now.date(), among=seen).pupils
    note_export(viewer=viewer, count=len(found), words=request.GET.urlencode(), by=viewer.actor, at=now)
    response = HttpResponse(export_file(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="pupils-{now:%Y-%m-%d}.csv"'
    return response
