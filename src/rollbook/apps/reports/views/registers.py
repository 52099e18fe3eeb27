"""Registers on paper and in files: a group's week or month, and blank ones for a day without network."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rollbook import clock
from rollbook.apps.registers.queries.span import group_span
from rollbook.apps.reports.actions.extracts import note_extract
from rollbook.apps.reports.forms import EVERY_GROUP, BlankRegisterForm, GroupRegisterForm
from rollbook.apps.reports.presenters.blank import blank_paper
from rollbook.apps.reports.presenters.group import Grid, grid_of, group_csv, group_paper, group_workbook
from rollbook.apps.reports.queries.blank import BlankRegister, blank_registers, groups_to_print
from rollbook.apps.schools.queries import school_of, timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.marks import SchoolSession
from rollbook.ui.answers import csv_answer, file_name, pdf_answer, xlsx_answer
from rollbook.ui.converters import day_from
from rollbook.ui.pdf import render_pdf
from rollbook.ui.permissions import requires

_MAY_SEE = (Permission.REGISTER_TAKE_OWN, Permission.PUPIL_VIEW_ANY)
_FORMATS = {"pdf": "PDF", "csv": "CSV", "xlsx": "XLSX"}


@requires(*_MAY_SEE)
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Everything of the registers that can be printed or taken as a file."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return _page(request, viewer, clock.now())


@requires(*_MAY_SEE)
@require_safe
def group_register(request: HttpRequest) -> HttpResponse:
    """A group's week or month as PDF, CSV or XLSX, by the button that was pressed."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = GroupRegisterForm(request.GET, groups=_groups(viewer, now.date(), request.GET.get("on", "")))
    if not form.is_valid():
        return _page(request, viewer, now, group_form=form)
    first_day, last_day = form.days()
    span = group_span(viewer, form.cleaned_data["group"], first_day, last_day, now)
    if span is None:
        form.add_error("group", "There was no such group on these days.")
        return _page(request, viewer, now, group_form=form)
    kind = _FORMATS.get(request.GET.get("as", ""), "PDF")
    if kind != "PDF" and not viewer.may(Permission.REGISTERS_EXPORT):
        form.add_error(None, "You may print this register. The school office can take it as a file.")
        return _page(request, viewer, now, group_form=form)
    grid = grid_of(viewer, span, now)
    answer = _answer(viewer, grid, kind, now)
    note_extract(
        viewer=viewer,
        what="the attendance register",
        kind=kind,
        subject=f"group:{span.group.id}",
        first_day=first_day,
        last_day=last_day,
        by=viewer.actor,
        at=now,
    )
    return answer


def _answer(viewer: Viewer, grid: Grid, kind: str, now: datetime) -> HttpResponse:
    span = grid.span
    name = file_name("register", span.group.name, span.first_day, span.last_day)
    if kind == "CSV":
        return csv_answer(group_csv(viewer, grid), name)
    if kind == "XLSX":
        return xlsx_answer(group_workbook(viewer, grid, now), name)
    return pdf_answer(
        render_pdf("reports/group.typ", group_paper(grid, school_of(viewer)), made_at=now), name
    )


@requires(*_MAY_SEE)
@require_safe
def blank_register(request: HttpRequest) -> HttpResponse:
    """Blank registers of a half-day, to be taken by hand and keyed in afterwards."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = BlankRegisterForm(request.GET, groups=_groups(viewer, now.date(), request.GET.get("on", "")))
    found: list[BlankRegister] = []
    if form.is_valid():
        values = form.cleaned_data
        on, school_session = values["on"], SchoolSession(values["session"])
        found = blank_registers(viewer, on, school_session, form.group_id)
        if not found and timetable(viewer).calendar.is_school_day(on):
            form.add_error("group", "Nobody is in this group on this day.")
        elif not found:
            form.add_error(
                "on", f"No register is taken on this day: {timetable(viewer).calendar.day(on).because}"
            )
    if not found:
        return _page(request, viewer, now, blank_form=form)
    pdf = render_pdf("reports/blank.typ", blank_paper(viewer, found, school_of(viewer), now), made_at=now)
    first = found[0]
    note_extract(
        viewer=viewer,
        what="the blank register",
        kind="PDF",
        subject=f"group:{first.group.id}" if len(found) == 1 else f"school:{viewer.school_id}",
        first_day=first.on,
        last_day=first.on,
        by=viewer.actor,
        at=now,
    )
    which = first.group.name if len(found) == 1 else "all groups"
    return pdf_answer(pdf, file_name("blank register", which, first.on, first.session.value))


def _groups(viewer: Viewer, today: date, text: str) -> list[tuple[int, str]]:
    """The groups to choose from: those of today, and of the day that was asked for where it is another."""
    days = [today]
    with suppress(ValueError):  # the form says so
        days.append(day_from(text))
    return list({group.id: group.name for day in days for group in groups_to_print(viewer, day)}.items())


def _page(
    request: HttpRequest,
    viewer: Viewer,
    now: datetime,
    *,
    group_form: GroupRegisterForm | None = None,
    blank_form: BlankRegisterForm | None = None,
) -> HttpResponse:
    today = now.date()
    groups = _groups(viewer, today, request.GET.get("on", ""))
    calendar = timetable(viewer).calendar
    first_group = groups[0][0] if len(groups) == 1 else None
    is_afternoon = now.hour >= 12
    context: dict[str, Any] = {
        "group_form": group_form
        or GroupRegisterForm(
            groups=groups,
            initial={
                "group": first_group,
                "on": calendar.last_school_day(today) or today,
                "span": "week",
            },
        ),
        "blank_form": blank_form
        or BlankRegisterForm(
            groups=groups,
            initial={
                "group": first_group or EVERY_GROUP,
                "on": today if calendar.is_school_day(today) else calendar.next_school_day(today) or today,
                "session": SchoolSession.PM if is_afternoon else SchoolSession.AM,
            },
        ),
        "has_groups": bool(groups),
        "may_take_files": viewer.may(Permission.REGISTERS_EXPORT),
        "may_key_in": viewer.may(Permission.REGISTER_TAKE_ANY),
    }
    is_refused = group_form is not None or blank_form is not None
    return render(request, "reports/print.html", context, status=422 if is_refused else 200)
