"""Imports as the browser makes them, without a browser: files of every kind, staged, agreed and loaded."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

import openpyxl

from rollbook.apps.exchange.actions.kinds import KINDS
from rollbook.apps.exchange.actions.loading import Undone, load_import, opened, undo_import, undo_steps
from rollbook.apps.exchange.actions.staging import agree_columns, sheet_in, stage
from rollbook.apps.exchange.models import FileImport
from rollbook.apps.exchange.queries.plans import Options, Plan
from rollbook.apps.exchange.queries.undoing import digest_of
from rollbook.domain.access import Viewer
from tests.apps.roll.scene import AT, ON

# For each kind a sound file of two rows for the school of `tests.apps.roll.scene` with `pupil_row(0)` and `(1)` in it.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "pupils": ("Surname", "Forename", "Sex", "DOB", "Reg Group", "Admission number"),
    "contacts": ("Adno", "Contact name", "Relationship", "Mobile", "Priority"),
    "groups": ("Group", "Room", "Tutor email", "From"),
    "members": ("Adno", "Reg Group", "From"),
    "staff": ("Name", "Email", "Role", "Job title", "Start date"),
    "marks": ("Adno", "Date", "Session", "Mark", "Minutes late"),
}
ROWS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "pupils": (
        ("Nowak", "Zofia", "F", "04/05/2013", "9A", "70001"),
        ("Doyle", "Sean", "M", "21-Sep-12", "9B", "70002"),
    ),
    "contacts": (
        ("00000", "Mrs Eva Stone", "Grandmother", "01632 960111", "3"),
        ("00001", "Mr Tom Stone", "Uncle", "01632 960112", "3"),
    ),
    "groups": (("10A", "R1", "", "23/11/2026"), ("10B", "R2", "", "23/11/2026")),
    "members": (("00000", "9C", "23/11/2026"), ("00001", "9D", "2026-11-23")),
    "staff": (
        ("Pat Reed", "pat.reed@example.org", "Teacher", "Form tutor", "23/11/2026"),
        ("Sam Hill", "sam.hill@example.org", "Governor", "Link governor", "23.11.2026"),
    ),
    "marks": (("00000", "18/11/2026", "AM", "/", ""), ("00001", "18-Nov-26", "PM", "L", "7")),
}


def text_file(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """A CSV file in UTF-8."""
    lines = [headings, *rows]
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    return "".join(f"{line}\r\n" for line in quoted).encode()


def sound(kind: str) -> bytes:
    """A sound file of a kind."""
    return text_file(HEADINGS[kind], ROWS[kind])


def workbook(rows: Iterable[Iterable[Any]], *, more: Mapping[str, Iterable[Iterable[Any]]] = {}) -> bytes:
    """An Excel workbook with one sheet, and `more` by name."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for name, cells in more.items():
        other = book.create_sheet(name)
        for row in cells:
            other.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def act(viewer: Viewer) -> dict[str, Any]:
    """Who does it and when."""
    return {"viewer": viewer, "by": viewer.actor, "at": AT}


def staged(viewer: Viewer, kind: str, content: bytes, **options: Any) -> FileImport:
    """A file uploaded, its columns agreed as they are proposed."""
    given = {"takes_effect_on": ON, "today": ON} | options
    kept = stage(kind=kind, name=f"{kind}.csv", content=content, options=Options(**given), **act(viewer))
    sheet = sheet_in(content, KINDS[kind])
    agree_columns(import_id=kept.pk, columns=KINDS[kind].proposed(sheet.headings), **act(viewer))
    return kept


def plan_of(viewer: Viewer, kept: FileImport) -> Plan:
    """What loading it would do."""
    return opened(viewer, kept.pk, AT).plan(viewer)


def load(
    viewer: Viewer, kind: str, content: bytes, *, good_rows_only: bool = False, **options: Any
) -> FileImport:
    """A file uploaded, agreed, looked at and loaded."""
    kept = staged(viewer, kind, content, **options)
    seen = plan_of(viewer, kept).digest
    load_import(import_id=kept.pk, good_rows_only=good_rows_only, seen=seen, **act(viewer))
    kept.refresh_from_db()
    return kept


def undo(viewer: Viewer, kept: FileImport, reason: str = "The wrong file") -> Undone:
    """An import undone as the page does it."""
    seen = digest_of(undo_steps(viewer, kept, ON))
    return undo_import(import_id=kept.pk, reason=reason, seen=seen, **act(viewer))
