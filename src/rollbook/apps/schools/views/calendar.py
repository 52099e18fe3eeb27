"""The calendar: an academic year on one screen, and the entries in it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.schools.actions.entries import (
    add_calendar_entry,
    change_calendar_entry,
    remove_calendar_entry,
)
from rollbook.apps.schools.forms import ConfirmedForm, EntryForm, refusals_by_field
from rollbook.apps.schools.models import AcademicYear, CalendarEntry, School
from rollbook.apps.schools.presenters.calendar import YearView, span_words, year_view
from rollbook.apps.schools.queries import school_of, timetable
from rollbook.apps.schools.queries.notices import notices
from rollbook.apps.schools.queries.years import (
    dates_of,
    entries_of,
    entry_of,
    year_of_viewer,
    year_to_show,
    years_of,
)
from rollbook.apps.schools.views.asking import day_in_query, marks_on, may_manage, viewer_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires


@requires(Permission.SCHOOL_VIEW)
@require_safe
def calendar(request: HttpRequest, year_id: int | None = None) -> HttpResponse:
    """An academic year: its months, terms and closures. Errors: Http404 for a year of another school."""
    viewer, now = viewer_of(request), clock.now()
    today, years = now.date(), years_of(viewer)
    shown = year_to_show(years, today) if year_id is None else _year_with_id(years, year_id)
    context: dict[str, Any] = {"may_manage": may_manage(request), "notices": notices(viewer, now)}
    if shown is None:
        return render(request, "schools/calendar_empty.html", context)
    year = year_of_viewer(viewer, shown.pk)
    if year is None:  # removed between the two queries
        raise Http404("no such academic year")
    place = [each.pk for each in years].index(year.pk)
    context |= {
        "year": year,
        "view": _view(viewer, year, today),
        "day": timetable(viewer).calendar.day(today),
        "is_current": year.first_day <= today <= year.last_day,
        "previous": _address(years[place - 1]) if place else "",
        "next": _address(years[place + 1]) if place + 1 < len(years) else "",
        "is_last": place + 1 == len(years),
        "options": [{"words": year.name, "href": _address(year), "current": True}],
    }
    return render(request, "schools/calendar.html", context)


def _view(viewer: Viewer, year: AcademicYear, today: date) -> YearView:
    return year_view(
        timetable(viewer).calendar,
        dates_of(year),
        entries_of(viewer, year),
        today,
        is_maintained=school_of(viewer).legal_type == School.LegalType.MAINTAINED,
    )


def _year_with_id(years: list[AcademicYear], year_id: int) -> AcademicYear:
    for year in years:
        if year.pk == year_id:
            return year
    raise Http404("no such academic year")


def _address(year: AcademicYear) -> str:
    return reverse("schools:year", args=[year.pk])


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def new_entry(request: HttpRequest) -> HttpResponse:
    """Puts days into the calendar."""
    viewer = viewer_of(request)
    if request.method == "GET":
        on = day_in_query(request, "on")
        start = {
            "kind": request.GET.get("kind"),
            "name": request.GET.get("name"),
            "first_day": on,
            "last_day": on,
        }
        return _entry_page(request, EntryForm(initial=start), None)
    form = EntryForm(request.POST)
    if form.is_valid():
        try:
            entry = add_calendar_entry(
                viewer=viewer, **form.cleaned_data, marks_on=marks_on, by=viewer.actor, at=clock.now()
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            return _done(request, viewer, entry, "is in the calendar")
    return _entry_page(request, form, None)


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Changes days in the calendar. Errors: Http404 for an entry of another school."""
    viewer = viewer_of(request)
    row = _entry_or_404(viewer, entry_id)
    if request.method == "GET":
        start = {
            "kind": row.kind,
            "name": row.name,
            "first_day": row.first_day,
            "last_day": row.last_day,
        }
        return _entry_page(request, EntryForm(initial=start), row)
    form = EntryForm(request.POST)
    if form.is_valid():
        try:
            changed = change_calendar_entry(
                viewer=viewer,
                entry_id=entry_id,
                **form.cleaned_data,
                marks_on=marks_on,
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            return _done(request, viewer, changed, "is changed")
    return _entry_page(request, form, row)


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def remove_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Takes days out of the calendar. Errors: Http404 for an entry of another school."""
    viewer = viewer_of(request)
    row = _entry_or_404(viewer, entry_id)
    form = ConfirmedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            remove_calendar_entry(
                viewer=viewer,
                entry_id=entry_id,
                marks_on=marks_on,
                **form.cleaned_data,
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            return _done(request, viewer, row, "is no longer in the calendar")
    today = clock.today()
    context = {
        "form": form,
        "entry": row,
        "span": span_words(row.first_day, row.last_day),
        "is_past": row.first_day <= today,
    }
    return render(request, "schools/entry_remove.html", context, status=_status(form))


def show_refusal(form: ConfirmedForm, refused: Refused) -> None:
    """Shows why an action said no, with the tick box where it asks for one."""
    if "is_confirmed" in refusals_by_field(refused):
        form.ask_to_confirm()
    add_refusals(form, refused)


def _entry_page(request: HttpRequest, form: EntryForm, row: CalendarEntry | None) -> HttpResponse:
    today = clock.today()
    context = {
        "form": form,
        "entry": row,
        "is_past": row is not None and row.first_day <= today,
    }
    return render(request, "schools/entry.html", context, status=_status(form))


def _status(form: ConfirmedForm) -> int:
    return 422 if form.is_bound and form.errors else 200


def _entry_or_404(viewer: Viewer, entry_id: int) -> CalendarEntry:
    row = entry_of(viewer, entry_id)
    if row is None:
        raise Http404("no such entry")
    return row


def _done(request: HttpRequest, viewer: Viewer, row: CalendarEntry, words: str) -> HttpResponse:
    messages.success(request, f"{row.name}, {span_words(row.first_day, row.last_day)}, {words}.")
    years = [year for year in years_of(viewer) if year.first_day <= row.first_day <= year.last_day]
    return redirect(_address(years[0]) if years else reverse("schools:calendar"))
