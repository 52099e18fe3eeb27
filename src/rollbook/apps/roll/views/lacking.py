"""What is missing from the admission register: the list, the way back to it from a form, and the list as a file."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.roll.actions.exporting import note_export
from rollbook.apps.roll.forms.pupils import LackingForm
from rollbook.apps.roll.presenters.lacking import PAGE_LENGTH, lacking_context, lacking_file, query_of
from rollbook.apps.roll.queries.lacking import Wanted, lacking
from rollbook.apps.schools.queries import groups_on
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.permissions import requires


def _wanted(request: HttpRequest, viewer: Viewer) -> tuple[LackingForm, Wanted]:
    """What the address asks for; what makes no sense in it is left open."""
    groups = [(group.id, group.name) for group in groups_on(viewer, clock.today())]
    form = LackingForm(request.GET, groups=groups)
    form.is_valid()
    chosen = form.cleaned_data
    return form, Wanted(chosen.get("kind"), chosen.get("level"), chosen.get("group"))


def after_saving(request: HttpRequest, pupil_id: int, otherwise: str) -> HttpResponseRedirectBase:
    """Where a form leads once it is saved: back to the list it was opened from, at the next pupil, else `otherwise`."""
    if request.GET.get("then") != "missing":
        return redirect(otherwise)
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    _, wanted = _wanted(request, viewer)
    return redirect(f"{reverse('roll:missing')}?{query_of(wanted, after=pupil_id)}")


@requires(Permission.PUPIL_VIEW_ANY)
@require_http_methods(["GET"])
def missing(request: HttpRequest) -> HttpResponse:
    """Pupil by pupil what is missing, each thing with the form that puts it right."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form, wanted = _wanted(request, viewer)
    after = request.GET.get("after", "")
    after_id = int(after) if after.isdecimal() and len(after) < _DIGITS else None
    found = lacking(viewer, wanted, clock.today(), after_id)
    page = Paginator(found.rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    may_edit = viewer.may(Permission.PUPIL_EDIT)
    context = lacking_context(
        found, wanted, page, may_edit=may_edit, has_come_back=after_id is not None and may_edit
    )
    may_export = viewer.may(Permission.REGISTERS_EXPORT)
    return render(request, "roll/missing.html", context | {"form": form, "may_export": may_export})


_DIGITS = 19


@requires(Permission.REGISTERS_EXPORT)
@require_http_methods(["GET"])
def export(request: HttpRequest) -> HttpResponse:
    """The list as a CSV file, narrowed as on the page; taking it out is noted."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    _, wanted = _wanted(request, viewer)
    found = lacking(viewer, wanted, now.date())
    words = query_of(wanted, what="missing")
    note_export(viewer=viewer, count=len(found.rows), words=words, by=viewer.actor, at=now)
    response = HttpResponse(lacking_file(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="missing-{now:%Y-%m-%d}.csv"'
    return response
