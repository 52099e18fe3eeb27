"""A group's register for a week or a month as a grid: on paper, as CSV, as an Excel file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rollbook.apps.registers.queries.marks import is_marked
from rollbook.apps.registers.queries.span import GroupSpan, HalfDay
from rollbook.apps.reports.presenters.marks import Amendment, amendments_of, cell
from rollbook.apps.roll.queries import GroupPupil
from rollbook.apps.schools.queries import School
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import BY_SYMBOL, AttendanceCode
from rollbook.domain.marks import SchoolSession
from rollbook.domain.rates import Totals, attendance_rate, percent, totals
from rollbook.formats.spreadsheet import csv_file
from rollbook.formats.workbook import Sheet, workbook
from rollbook.ui.words import moment, plain_day

AMENDED = "*"


@dataclass(frozen=True)
class Row:
    """One pupil: the mark of each half-day, and what they add up to."""

    pupil: GroupPupil
    cells: list[dict[str, Any]]
    totals: Totals

    @property
    def name(self) -> str:
        """Abbott, Amy."""
        return f"{self.pupil.surname}, {self.pupil.forename}"

    @property
    def rate(self) -> str:
        """93.4%."""
        return percent(attendance_rate(self.totals))


@dataclass(frozen=True)
class Grid:
    """A group's register with everything in words."""

    span: GroupSpan
    half_days: list[HalfDay]
    rows: list[Row]
    amendments: list[tuple[GroupPupil, Amendment]]
    codes: list[AttendanceCode]
    period: str
    made: str


def grid_of(viewer: Viewer, span: GroupSpan, now: datetime) -> Grid:
    """The register of `span` as this viewer may see it."""
    half_days = [(day, school_session) for day in span.days for school_session in SchoolSession]
    pupils = {pupil.id: pupil for pupil in span.pupils}
    amendments = amendments_of(viewer, [versions for _, versions in span.amended])
    rows = [_row(span, pupil, half_days) for pupil in span.pupils]
    symbols = {symbol for row in rows for symbol in row.totals.by_code} | {each.was for each in amendments}
    return Grid(
        span=span,
        half_days=half_days,
        rows=rows,
        amendments=[(pupils[each.pupil_id], each) for each in amendments],
        codes=sorted((BY_SYMBOL[symbol] for symbol in symbols), key=lambda code: code.byte),
        period=f"{plain_day(span.first_day)} to {plain_day(span.last_day)}",
        made=f"Made on {moment(now)} by {viewer.name}, {viewer.position}",
    )


def _row(span: GroupSpan, pupil: GroupPupil, half_days: Sequence[HalfDay]) -> Row:
    marks = span.marks[pupil.id]
    cells = [
        dict(
            cell(
                marks.get(half_day),
                is_missing=(pupil.id, half_day) in span.missing,
                is_expected=pupil.is_in_group(half_day[0]),
            )
        )
        for half_day in half_days
    ]
    symbols: list[str | None] = [versions[-1].code for versions in marks.values() if is_marked(versions)]
    missing = sum((pupil.id, half_day) in span.missing for half_day in half_days)
    taken_back = sum(not is_marked(versions) for versions in marks.values())
    return Row(pupil, cells, totals(symbols + [None] * (missing + taken_back)))


def group_paper(grid: Grid, school: School) -> dict[str, Any]:
    """The data of `reports/group.typ`."""
    group = grid.span.group
    return {
        "title": f"{group.name} attendance register, {grid.period}",
        "group": group.name,
        "who": " · ".join(filter(None, [group.teacher_names, group.room])),
        "school": school.name,
        "period": grid.period,
        "days": [
            {"weekday": f"{day:%a}", "day": f"{day.day} {day:%b}", "monday": day.weekday() == 0}
            for day in grid.span.days
        ],
        "rows": [
            {
                "name": row.name,
                "cells": row.cells,
                "attended": f"{row.totals.attended}/{row.totals.possible}",
                "rate": row.rate,
            }
            for row in grid.rows
        ],
        "codes": [[code.symbol, code.title] for code in grid.codes],
        "amendments": [
            [
                f"{pupil.surname}, {pupil.forename}", each.day_short, each.was_short, each.now_short, each.reason,
                each.when_words, each.by_words,
            ]
            for pupil, each in grid.amendments
        ],
        "made": grid.made,
    }  # fmt: skip


_AMENDMENT_HEADINGS = (
    "Surname", "First name", "Date", "Session", "Original entry", "Amended to", "Reason", "Amended on", "Amended by",
    "Position",
)  # fmt: skip


def group_csv(viewer: Viewer, grid: Grid) -> bytes:
    """The grid, and below it every amendment."""
    rows = [[str(value) for value in row] for row in _file_rows(viewer, grid)]
    amendments = [[], ["Amended marks"], list(_AMENDMENT_HEADINGS), *_amendment_rows(grid)]
    return csv_file(_file_headings(viewer, grid), [*rows, *(amendments if grid.amendments else [])])


def group_workbook(viewer: Viewer, grid: Grid, now: datetime) -> bytes:
    """The grid on the first sheet, the amendments on the second, what the codes mean on the third."""
    codes = [[code.symbol, code.title, code.category.words] for code in grid.codes]
    sheets = [
        Sheet(
            f"{grid.span.group.name} register",
            _file_headings(viewer, grid),
            _file_rows(viewer, grid),
            fixed=2,
        ),
        Sheet("Amendments", _AMENDMENT_HEADINGS, _amendment_rows(grid), fixed=2),
        Sheet("Codes", ("Code", "Meaning", "Counts as"), codes),
    ]
    return workbook(sheets, now)


def _sees_upn(viewer: Viewer) -> bool:
    return viewer.may(Permission.PUPIL_VIEW_ANY)


def _file_headings(viewer: Viewer, grid: Grid) -> list[str]:
    days = [f"{on:%a} {on.isoformat()} {school_session.value}" for on, school_session in grid.half_days]
    upn = ["UPN"] if _sees_upn(viewer) else []
    return ["Surname", "First name", *upn, *days, "Attended", "Possible", "Not marked", "Attendance"]


def _file_rows(viewer: Viewer, grid: Grid) -> list[list[str | int]]:
    return [
        [
            row.pupil.surname,
            row.pupil.forename,
            *([row.pupil.upn] if _sees_upn(viewer) else []),
            *(f"{each['code']}{AMENDED if each['amended'] else ''}" for each in row.cells),
            row.totals.attended,
            row.totals.possible,
            row.totals.missing,
            row.rate,
        ]
        for row in grid.rows
    ]


def _amendment_rows(grid: Grid) -> list[list[str]]:
    return [
        [
            pupil.surname, pupil.forename, each.on.isoformat(), each.session.words, each.was_words, each.now_words,
            each.reason, each.when_words, each.by_name, each.by_position,
        ]
        for pupil, each in grid.amendments
    ]  # fmt: skip
