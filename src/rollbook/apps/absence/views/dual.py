"""Pupils registered at two schools: the list, a new one, its page, its end."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.absence.actions.dual import (
    DualDraft,
    change_dual,
    check_dual_draft,
    end_dual,
    record_dual,
)
from rollbook.apps.absence.forms.agreements import DualForm
from rollbook.apps.absence.forms.parts import EndForm, HalfDaysField
from rollbook.apps.absence.models import DualRegistration
from rollbook.apps.absence.presenters.dual import dual_answers, dual_row
from rollbook.apps.absence.presenters.words import history_lines, standing_of
from rollbook.apps.absence.queries.history import history_of
from rollbook.apps.absence.queries.people import record_of, records_of, slots_of_grid
from rollbook.apps.absence.views.flow import (
    Done,
    check_of,
    form_page,
    found_or_404,
    name_of,
    new_form,
    one_act,
    page_of,
    through_check,
    viewer_of,
)
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.week_grid import WeekGrid
from rollbook.ui.permissions import requires

_FIELDS = ("other_school", "telephone", "contact", "told_how", "first_day", "last_day", "half_days")


@requires(Permission.ACTIVITIES_RECORD)
@require_safe
def dual_list(request: HttpRequest) -> HttpResponse:
    """Who is registered at another school as well."""
    viewer, today = viewer_of(request), clock.today()
    context = {
        "rows": [dual_row(each, today) for each in records_of(viewer, DualRegistration, today, past=False)],
        "past": [dual_row(each, today) for each in records_of(viewer, DualRegistration, today, past=True)],
    }
    return render(request, "absence/dual_list.html", context)


@requires(Permission.ACTIVITIES_RECORD)
@require_http_methods(["GET", "POST"])
def new_dual(request: HttpRequest) -> HttpResponse:
    """Records that a pupil is registered at another school as well, after a look at what it would do."""
    viewer, now = viewer_of(request), clock.now()
    form = new_form(DualForm, request, viewer, now.date(), first_day=now.date())

    def page() -> HttpResponse:
        return form_page(request, form, "Record a pupil of two schools", reverse("absence:dual_list"))

    def check() -> dict[str, Any]:
        return _check(viewer, _draft(form), form.cleaned_data["pupil"], now.date(), None)

    def act() -> Done:
        made = record_dual(
            viewer=viewer,
            pupil_id=form.cleaned_data["pupil"],
            draft=_draft(form),
            key=form.cleaned_data["key"],
            by=viewer.actor,
            at=now,
        )
        return "Recorded. D is filled in on the registers still to be taken.", page_of(made)

    return through_check(request, form, page=page, check=check, act=act)


@requires(Permission.ACTIVITIES_RECORD)
@require_safe
def dual(request: HttpRequest, dual_id: int) -> HttpResponse:
    """One registration at another school."""
    viewer, today = viewer_of(request), clock.today()
    return render(request, "absence/dual.html", _context(viewer, dual_id, today, None))


def _context(viewer: Viewer, dual_id: int, today: date, form: EndForm | None) -> dict[str, Any]:
    found: DualRegistration = found_or_404(record_of(viewer, DualRegistration, dual_id))
    return {
        "dual": found,
        "standing": standing_of(found, today, "Ended"),
        "answers": dual_answers(found, today),
        "history": history_lines(history_of(viewer, found)),
        "form": form or EndForm(initial={"last_day": min(max(today, found.first_day), found.last_day)}),
    }


@requires(Permission.ACTIVITIES_RECORD)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, dual_id: int) -> HttpResponse:
    """Changes a registration, with a reason, after a look at what it would do."""
    viewer, now = viewer_of(request), clock.now()
    found: DualRegistration = found_or_404(record_of(viewer, DualRegistration, dual_id))
    initial = {name: getattr(found, name) for name in _FIELDS} | {
        "half_days": HalfDaysField.ticked(WeekGrid(found.half_days)),
        "seen_version": found.version,
    }
    form = DualForm(request.POST or None, initial=initial)

    def page() -> HttpResponse:
        return form_page(request, form, f"Change what is agreed for {name_of(found)}", page_of(found))

    def check() -> dict[str, Any]:
        return _check(viewer, _draft(form), found.pupil_id, now.date(), found) | {
            "because": form.cleaned_data["because"]
        }

    def act() -> Done:
        change_dual(
            viewer=viewer,
            dual_id=dual_id,
            draft=_draft(form),
            because=form.cleaned_data["because"],
            seen_version=form.cleaned_data["seen_version"],
            by=viewer.actor,
            at=now,
        )
        return "Changed. Marks already made stay as they are.", page_of(found)

    return through_check(request, form, page=page, check=check, act=act)


@requires(Permission.ACTIVITIES_RECORD)
@require_POST
def end(request: HttpRequest, dual_id: int) -> HttpResponse:
    """Ends a registration after a day, with a reason."""
    viewer, now = viewer_of(request), clock.now()
    found: DualRegistration = found_or_404(record_of(viewer, DualRegistration, dual_id))
    form = EndForm(request.POST)

    def page() -> HttpResponse:
        context = _context(viewer, dual_id, now.date(), form)
        return render(request, "absence/dual.html", context, status=422)

    def act() -> Done:
        end_dual(viewer=viewer, dual_id=dual_id, by=viewer.actor, at=now, **form.cleaned_data)
        return "Ended. Marks already made stay as they are.", page_of(found)

    return one_act(request, form, page=page, act=act)


def _draft(form: DualForm) -> DualDraft:
    return DualDraft(**{name: form.cleaned_data[name] for name in _FIELDS})


def _check(
    viewer: Viewer, draft: DualDraft, pupil_id: int, today: date, found: DualRegistration | None
) -> dict[str, Any]:
    draft = check_dual_draft(viewer, draft)
    slots = slots_of_grid(viewer, draft.half_days, draft.first_day, draft.last_day)
    days = (today, draft.first_day)
    return check_of(viewer, pupil_id, slots, "D", days=days, found=found, list_name="dual_list") | {
        "answers": dual_answers(draft, today)
    }
