"""Academic years: set up with a preview, often as a copy of the one before; changed; removed."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.schools.actions.years import (
    change_academic_year,
    refuse_plan,
    remove_academic_year,
    set_up_academic_year,
)
from rollbook.apps.schools.forms import (
    ConfirmedForm,
    DaysRows,
    TermRows,
    YearForm,
    closed_spans,
    year_dates,
)
from rollbook.apps.schools.models import AcademicYear, School
from rollbook.apps.schools.presenters.calendar import YearView, year_view
from rollbook.apps.schools.queries import school_of
from rollbook.apps.schools.queries.years import (
    YearPlan,
    a_year_on,
    dates_of,
    entries_of,
    first_plan,
    year_of_viewer,
    years_of,
)
from rollbook.apps.schools.views.asking import marks_on, viewer_of
from rollbook.apps.schools.views.calendar import show_refusal
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def new_year(request: HttpRequest) -> HttpResponse:
    """Sets up an academic year; the form starts as a copy of the last one, a year on."""
    viewer, today = viewer_of(request), clock.today()
    last = next(reversed(years_of(viewer)), None)
    if request.method == "GET":
        plan = a_year_on(viewer, last) if last else first_plan(today)
        return _new_page(request, viewer, last, _forms_of(plan), plan)
    year, terms, days = forms = _posted(request)
    if not all([year.is_valid(), terms.is_valid(), days.is_valid()]):
        return _new_page(request, viewer, last, forms, None)
    plan = YearPlan(year_dates(year, terms), closed_spans(days))
    try:
        if request.POST.get("act") == "preview":
            refuse_plan(viewer, plan.year, plan.entries)
            return _new_page(request, viewer, last, forms, plan)
        row = set_up_academic_year(
            viewer=viewer, year=plan.year, entries=plan.entries, by=viewer.actor, at=clock.now()
        )
    except Refused as refused:
        _show(year, terms, days, refused)
        return _new_page(request, viewer, last, forms, None)
    messages.success(request, f"{row.name} is set up.")
    return redirect(reverse("schools:year", args=[row.pk]))


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def change_year(request: HttpRequest, year_id: int) -> HttpResponse:
    """Changes a year's dates and terms. Errors: Http404 for a year of another school."""
    viewer = viewer_of(request)
    row = _year_or_404(viewer, year_id)
    if request.method == "GET":
        year, terms, _ = _forms_of(YearPlan(dates_of(row), ()))
        return _change_page(request, row, year, terms)
    year, terms = YearForm(request.POST), TermRows(request.POST, prefix="terms")
    if year.is_valid() and terms.is_valid():
        try:
            change_academic_year(
                viewer=viewer,
                year_id=year_id,
                year=year_dates(year, terms),
                marks_on=marks_on,
                is_confirmed=year.cleaned_data["is_confirmed"],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            _show(year, terms, None, refused)
        else:
            messages.success(request, f"{year.cleaned_data['name']} is changed.")
            return redirect(reverse("schools:year", args=[year_id]))
    return _change_page(request, row, year, terms)


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def remove_year(request: HttpRequest, year_id: int) -> HttpResponse:
    """Removes a year with what is in it. Errors: Http404 for a year of another school."""
    viewer = viewer_of(request)
    row = _year_or_404(viewer, year_id)
    form = ConfirmedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            remove_academic_year(
                viewer=viewer,
                year_id=year_id,
                marks_on=marks_on,
                **form.cleaned_data,
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"{row.name} is removed from the calendar.")
            return redirect(reverse("schools:calendar"))
    context = {
        "year": row,
        "form": form,
        "terms": len(row.terms.all()),
        "entries": len(entries_of(viewer, row)),
    }
    return render(request, "schools/year_remove.html", context, status=422 if form.errors else 200)


Forms = tuple[YearForm, Any, Any]


def _forms_of(plan: YearPlan) -> Forms:
    year = YearForm(initial=_row(plan.year))
    terms = TermRows(initial=[_row(term) for term in plan.year.terms], prefix="terms")
    days = DaysRows(initial=[_row(span) | {"kind": span.kind.value} for span in plan.entries], prefix="days")
    return year, terms, days


def _posted(request: HttpRequest) -> Forms:
    return (
        YearForm(request.POST),
        TermRows(request.POST, prefix="terms"),
        DaysRows(request.POST, prefix="days"),
    )


def _row(dates: Any) -> dict[str, object]:
    return {"name": dates.name, "first_day": dates.first_day, "last_day": dates.last_day}


def _show(year: YearForm, terms: Any, days: Any, refused: Refused) -> None:
    terms.add_refusals(refused, "term")
    if days is not None:
        days.add_refusals(refused, "entry")
    of_the_year = [each for each in refused.refusals if not each.field.startswith(("term-", "entry-"))]
    if any(each.field == "is_confirmed" for each in of_the_year):
        year.ask_to_confirm()
    add_refusals(year, Refused(of_the_year))


def _new_page(
    request: HttpRequest, viewer: Viewer, last: AcademicYear | None, forms: Forms, plan: YearPlan | None
) -> HttpResponse:
    year, terms, days = forms
    context = {
        "copied_from": last,
        "form": year,
        "terms": terms,
        "days": days,
        "view": _preview(viewer, plan) if plan else None,
    }
    bad = year.errors or _has_row_errors(terms) or _has_row_errors(days)
    return render(request, "schools/year_new.html", context, status=422 if bad else 200)


def _has_row_errors(rows: Any) -> bool:
    return any(form.errors for form in rows.forms)


def _preview(viewer: Viewer, plan: YearPlan) -> YearView:
    is_maintained = school_of(viewer).legal_type == School.LegalType.MAINTAINED
    return year_view(plan.calendar, plan.year, [], date.min, is_maintained=is_maintained)


def _change_page(request: HttpRequest, row: AcademicYear, year: YearForm, terms: Any) -> HttpResponse:
    context = {"year": row, "form": year, "terms": terms}
    bad = year.errors or _has_row_errors(terms)
    return render(request, "schools/year_change.html", context, status=422 if bad else 200)


def _year_or_404(viewer: Viewer, year_id: int) -> AcademicYear:
    row = year_of_viewer(viewer, year_id)
    if row is None:
        raise Http404("no such academic year")
    return row
