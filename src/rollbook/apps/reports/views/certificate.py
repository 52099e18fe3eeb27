"""A pupil's attendance certificate: the page, the paper and the file."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from rollbook import clock
from rollbook.apps.registers.queries.pupil import pupil_to_see
from rollbook.apps.registers.queries.span import PupilSpan, pupil_span
from rollbook.apps.registers.queries.year import year_bounds
from rollbook.apps.reports.actions.extracts import note_extract
from rollbook.apps.reports.forms import CertificateForm
from rollbook.apps.reports.presenters.certificate import HEADINGS, certificate_of, file_rows, paper
from rollbook.apps.roll.actions import note_look
from rollbook.apps.roll.queries import enrolments_of
from rollbook.apps.schools.queries import school_of, timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.formats.spreadsheet import csv_file
from rollbook.ui.answers import csv_answer, file_name, pdf_answer
from rollbook.ui.pdf import render_pdf
from rollbook.ui.permissions import requires

_MAY_SEE = (Permission.PUPIL_VIEW_OWN, Permission.PUPIL_VIEW_ANY)


@requires(*_MAY_SEE)
@require_safe
def certificate(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """The certificate on the screen, with the days to choose and the paper and the file to take."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    seen = pupil_to_see(viewer, pupil_id, now.date())
    if seen is None:
        raise Http404("no such pupil")
    note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    standard = _standard(viewer, pupil_id, now.date())
    is_chosen = "first_day" in request.GET
    form = CertificateForm(request.GET if is_chosen else None, today=now.date(), initial=standard)
    context: dict[str, Any] = {"form": form, "pupil": seen[0], "periods": _periods(viewer, pupil_id, now)}
    days = standard if not is_chosen else form.cleaned_data if form.is_valid() else None
    if days is None:
        return render(request, "reports/certificate.html", context, status=422)
    span = pupil_span(viewer, pupil_id, days["first_day"], days["last_day"], now)
    if span is None:
        raise Http404("no such pupil")
    context["certificate"] = certificate_of(viewer, school_of(viewer), span, now)
    context["query"] = f"first_day={days['first_day']}&last_day={days['last_day']}"
    return render(request, "reports/certificate.html", context)


@requires(*_MAY_SEE)
@require_safe
def certificate_pdf(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """The certificate on paper."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    span = _asked(request, viewer, pupil_id, now)
    school = school_of(viewer)
    pdf = render_pdf(
        "reports/certificate.typ", paper(certificate_of(viewer, school, span, now), school), made_at=now
    )
    _note(viewer, span, "PDF", now)
    return pdf_answer(pdf, _name(span))


@requires(*_MAY_SEE)
@require_safe
def certificate_csv(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """The marks of the certificate as a file."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    span = _asked(request, viewer, pupil_id, now)
    _note(viewer, span, "CSV", now)
    return csv_answer(csv_file(HEADINGS, file_rows(viewer, span)), _name(span))


def _standard(viewer: Viewer, pupil_id: int, today: date) -> dict[str, date]:
    """The year so far; for one who has left the last year on roll."""
    last_days = [each.last_day or today for each in enrolments_of(viewer, pupil_id)]
    until = min([today, max(last_days, default=today)])
    first_day, _ = year_bounds(timetable(viewer).calendar, until)
    return {"first_day": first_day, "last_day": until}


def _asked(request: HttpRequest, viewer: Viewer, pupil_id: int, now: datetime) -> PupilSpan:
    """The span that the address names. Errors: Http404 for days or a pupil that can't be."""
    form = CertificateForm(request.GET, today=now.date())
    span = (
        pupil_span(viewer, pupil_id, form.cleaned_data["first_day"], form.cleaned_data["last_day"], now)
        if form.is_valid()
        else None
    )
    if span is None:
        raise Http404("no such certificate")
    return span


def _name(span: PupilSpan) -> str:
    return file_name(
        "attendance certificate", span.pupil.surname, span.pupil.forename, span.first_day, span.last_day
    )


def _note(viewer: Viewer, span: PupilSpan, kind: str, now: datetime) -> None:
    note_extract(
        viewer=viewer,
        what="the attendance certificate",
        kind=kind,
        subject=f"pupil:{span.pupil.pk}",
        first_day=span.first_day,
        last_day=span.last_day,
        by=viewer.actor,
        at=now,
    )


def _periods(viewer: Viewer, pupil_id: int, now: datetime) -> list[tuple[str, str]]:
    """Links to the spans that are asked for most: this term so far, and the years of the school's calendar."""
    calendar, today = timetable(viewer).calendar, now.date()
    spans: list[tuple[str, date, date]] = []
    for year in sorted(calendar.years, key=lambda each: each.first_day, reverse=True):
        if year.first_day > today:
            continue
        for term in year.terms:
            if term.first_day <= today <= term.last_day:
                spans.append((f"{term.name} so far", term.first_day, today))
        is_over = year.last_day < today
        words = year.name if is_over else f"{year.name} so far"
        spans.append((words, year.first_day, min(year.last_day, today)))
    address = reverse("reports:certificate", args=[pupil_id])
    return [(words, f"{address}?first_day={first}&last_day={last}") for words, first, last in spans[:4]]
