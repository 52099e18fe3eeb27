"""From an Excel workbook to rows of cells: values only, as a person reads them; damaged ones are refused."""

import io
import re
import warnings
import zipfile
import zlib
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from rollbook.formats.tables.table import COLUMN_LIMIT, EMPTY, Table, Unreadable, refuse_too_many

SHEET_NAME_LIMIT = 100
UNPACKED_LIMIT = 100 * 1024 * 1024
_PARTS_LIMIT = 2_000
# A stray cell far down makes a sheet of a million blank lines; after so many nothing follows that anybody typed.
_BLANK_LINES = 5_000
_MIDNIGHT = time(0, 0)

_DAMAGED = (
    "This workbook is damaged or was not copied whole. Open it in Excel, save it again and use that file; "
    "if Excel can't open it either, export the list again."
)
_BOMB = (
    f"Unpacked, this workbook is larger than {UNPACKED_LIMIT // 1024 // 1024} MB. Check that it is the right file, "
    "or save the sheet as CSV."
)
_NOT_WORKED_OUT = (
    "The cell {cell} holds a formula whose result was not saved. Open it in Excel and save it there."
)
_LONG_NAME = (
    "A sheet of this workbook has a longer name than Excel allows. Give it one of 31 characters at most, and save it "
    "again."
)
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA = re.compile(rb"<f[ >/]")
# Everything that openpyxl is known to raise for a file that isn't sound.
_UNSOUND = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, SyntaxError, OverflowError,
    NotImplementedError, RuntimeError, AssertionError, zlib.error, zipfile.BadZipFile, InvalidFileException,
)  # fmt: skip


def read_workbook(data: bytes, sheet: str, row_limit: int) -> Table:
    """The cells of one sheet of a workbook. Errors: Unreadable."""
    has_formulas = _look_inside(data)
    try:
        with warnings.catch_warnings():
            # What openpyxl leaves out (styles, drop-down lists) is nothing that we read.
            warnings.simplefilter("ignore")
            book: Any = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            )
            names = tuple(each.title for each in book.worksheets)
            if not names:
                raise Unreadable("This workbook has no sheet with cells.")
            if any(len(each) > SHEET_NAME_LIMIT for each in names):
                raise Unreadable(_LONG_NAME)
            name = sheet if sheet in names else names[0]
            rows = _rows(book[name], row_limit)
            book.close()
            if has_formulas:
                _refuse_formulas_without_result(data, name, rows)
    except _UNSOUND:
        raise Unreadable(_DAMAGED) from None
    if not any(rows):
        where = f" The sheet “{name}” has no values." if len(names) > 1 else ""
        raise Unreadable(f"{EMPTY}{where}")
    notes = (f"The workbook has {len(names)} sheets; this is “{name}”.",) if len(names) > 1 else ()
    return Table(rows, notes, sheets=names, sheet=name)


def _look_inside(data: bytes) -> bool:
    """Does any sheet hold a formula? Errors: Unreadable for one that would swell or play tricks when opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > _PARTS_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
                raise Unreadable(_BOMB)
            has_formulas = False
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    content = packed.read(part)
                    if _DECLARATION.search(content[:4000]):
                        raise Unreadable(_DAMAGED)
                    if part.filename.startswith("xl/worksheets/"):
                        has_formulas = has_formulas or _FORMULA.search(content) is not None
    except _UNSOUND:
        raise Unreadable(_DAMAGED) from None
    return has_formulas


def _rows(sheet: Any, row_limit: int) -> list[list[str]]:
    # The size that a file claims for a sheet is often wrong, and then cells would be missing.
    sheet.reset_dimensions()
    rows: list[list[str]] = []
    count = blanks = 0
    for values in sheet.iter_rows(values_only=True):
        cells = [_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > COLUMN_LIMIT:
            raise Unreadable(
                f"Line {len(rows) + 1} has more than {COLUMN_LIMIT} columns, so this is no list."
            )
        count, blanks = (count + 1, 0) if cells else (count, blanks + 1)
        refuse_too_many(count, row_limit + 1)  # the line of headings
        if blanks > _BLANK_LINES:
            break
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _refuse_formulas_without_result(data: bytes, name: str, rows: list[list[str]]) -> None:
    """A formula that was never worked out looks like an empty cell, and its value would be lost without a word."""
    book: Any = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    sheet = book[name]
    sheet.reset_dimensions()
    for line, cells in enumerate(sheet.iter_rows(max_row=len(rows) + _BLANK_LINES)):
        values = rows[line] if line < len(rows) else []
        for place, cell in enumerate(cells):
            if cell.data_type == "f" and (place >= len(values) or not values[place]):
                book.close()
                raise Unreadable(_NOT_WORKED_OUT.format(cell=cell.coordinate))
    book.close()


def _text(value: object) -> str:
    """What a person reads in the cell; a whole number without a point, a date as 2012-09-21."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == _MIDNIGHT else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
    return str(value).strip()
