"""The grid: a group's marks over a week to half a term, changed like a spreadsheet, reviewed, saved with one reason."""

from dataclasses import dataclass, field
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.registers.actions.amending_many import ChangedMeanwhile, amend_many
from rollbook.apps.registers.actions.many_marks import outcomes_of
from rollbook.apps.registers.presenters.grid import grid_address, grid_context
from rollbook.apps.registers.presenters.grid_review import Typed, review_context, saved_context
from rollbook.apps.registers.queries.board import session_now
from rollbook.apps.registers.queries.grid import Grid, GridSpan, grid_of
from rollbook.apps.registers.queries.saved import amendment_of_form, marks_of_save
from rollbook.apps.registers.views.grid_posted import Filled, Posted, fill, filled, posted
from rollbook.apps.registers.views.pages import day_or_404
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.permissions import requires


@dataclass(frozen=True)
class _Asked:
    """Which grid an address or a form names."""

    pupils: str
    span: GridSpan
    on: date

    @property
    def address(self) -> str:
        """Where it is."""
        return grid_address(self.pupils, self.span.value, self.on)


@dataclass(frozen=True)
class _Fault:
    """A form that came back to the grid: what was typed, and what is wrong with it."""

    filled: Filled = field(default_factory=Filled)
    refusals: tuple[Refusal, ...] = ()


@requires(Permission.REGISTER_AMEND)
@require_safe
def grid(request: HttpRequest) -> HttpResponse:
    """The marks of a group or year group over a week, two weeks or half a term."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return _grid_page(request, viewer, _asked(viewer, request.GET), _Fault())


@requires(Permission.REGISTER_AMEND)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """What the changes would do, then saves them; an address without a form leads back to the grid."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method != "POST":
        return HttpResponseRedirect(reverse("registers:grid"))
    asked = _asked(viewer, request.POST)
    form = posted(request.POST)
    if request.POST.get("act") == "fill":
        wanted = filled(request.POST)
        found = grid_of(viewer, asked.pupils, asked.span, asked.on, clock.now())
        if found is None:
            raise Http404("no such pupils")
        changes, refusals = fill(found, wanted)
        if refusals:
            return _grid_page(request, viewer, asked, _Fault(wanted, tuple(refusals)), 422)
        form = Posted(changes=changes)
    if form.refusals and not form.changes:
        return _grid_page(request, viewer, asked, _Fault(refusals=form.refusals), 422)
    if request.POST.get("act") != "save":
        return _review_page(request, viewer, asked, form)
    return _save(request, viewer, asked, form)


_NOTHING_LEFT = Refusal(
    "", "Nothing is left to save. Tick the marks that are to change, or go back to the grid."
)


def _save(request: HttpRequest, viewer: Viewer, asked: _Asked, form: Posted) -> HttpResponse:
    now = clock.now()
    if (save_id := amendment_of_form(viewer, form.key)) is not None:
        return _to_saved(asked, save_id)
    if form.refusals:
        return _review_page(request, viewer, asked, form, form.refusals, 422)
    outcomes = outcomes_of(viewer, form.changes, now)
    if any(form.is_new_conflict(each) for each in outcomes):
        return _review_page(request, viewer, asked, form, status=409)
    wanted = [each.change for each in outcomes if form.is_wanted(each)]
    if not wanted:
        return _review_page(request, viewer, asked, form, (_NOTHING_LEFT,), 422)
    try:
        done = amend_many(
            viewer=viewer,
            changes=wanted,
            reason=form.reason,
            key=form.key,
            by=viewer.actor,
            at=now,
        )
    except ChangedMeanwhile:
        return _review_page(request, viewer, asked, form, status=409)
    except Refused as refused:
        return _review_page(request, viewer, asked, form, refused.refusals, 422)
    return _to_saved(asked, done.save_id)


def _to_saved(asked: _Asked, save_id: int) -> HttpResponse:
    query = asked.address.partition("?")[2]
    return HttpResponseRedirect(f"{reverse('registers:grid_saved', args=[save_id])}?{query}")


@requires(Permission.REGISTER_AMEND)
@require_safe
def saved(request: HttpRequest, save_id: int) -> HttpResponse:
    """What one save in the grid came to. Errors: Http404 for another school's save."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = marks_of_save(viewer, save_id)
    if found is None:
        raise Http404("no such save")
    context = saved_context(found) | {"back": _asked(viewer, request.GET).address}
    return render(request, "registers/grid_saved.html", context)


def _asked(viewer: Viewer, values: QueryDict) -> _Asked:
    """What was asked for; the day is that of now where none is. Errors: Http404 for what no page of ours would ask."""
    on = day_or_404(values.get("on")) or session_now(viewer, clock.now())[0]
    span = values.get("span", GridSpan.WEEK.value)
    if span not in set(GridSpan):
        raise Http404("no such span")
    return _Asked(values.get("pupils", "")[:20], GridSpan(span), on)


def _grid_page(
    request: HttpRequest, viewer: Viewer, asked: _Asked, fault: _Fault, status: int = 200
) -> HttpResponse:
    now = clock.now()
    found: Grid | None = grid_of(viewer, asked.pupils, asked.span, asked.on, now)
    if found is None and asked.pupils:
        # A group that is not there at this time may be there at another: the first one instead, and say so.
        first = grid_of(viewer, "", asked.span, asked.on, now)
        if first is None or not _is_known(viewer, asked):
            raise Http404("no such pupils")
        found = first
    if found is None:
        context = {"on": asked.on, "span": asked.span, "today_url": reverse("registers:grid")}
        return render(request, "registers/grid_empty.html", context)
    context = grid_context(viewer, found, asked.on, now) | {
        "errors": [
            {"href": f"#{each.field}" if each.field else "", "message": each.message}
            for each in fault.refusals
        ],
        "filled": fault.filled,
        "other_pupils": found.pupils.key != asked.pupils and bool(asked.pupils),
    }
    return render(request, "registers/grid.html", context, status=status)


def _is_known(viewer: Viewer, asked: _Asked) -> bool:
    """Whether these pupils are there today, so that only the time was the wrong one."""
    today = clock.now()
    return grid_of(viewer, asked.pupils, GridSpan.WEEK, today.date(), today) is not None


def _review_page(
    request: HttpRequest,
    viewer: Viewer,
    asked: _Asked,
    form: Posted,
    refusals: tuple[Refusal, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """Everything that would change, with all that was typed."""
    outcomes = outcomes_of(viewer, form.changes, clock.now())
    typed = Typed(
        reason=form.reason,
        taken=form.taken,
        contested=form.contested,
        minutes=form.raw_minutes,
        notes=form.notes,
        refusals=refusals or form.refusals,
    )
    context = review_context(outcomes, typed) | {
        "asked": asked,
        "back": asked.address,
        "key": form.key,
    }
    return render(request, "registers/grid_review.html", context, status=status)


grid_urls = [
    path("registers/grid/", grid, name="grid"),
    path("registers/grid/review/", review, name="grid_review"),
    path("registers/grid/saved/<int:save_id>/", saved, name="grid_saved"),
]
