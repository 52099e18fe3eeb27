"""Tables of any file: what comes out is what went in, and any bytes give rows or one sentence."""

import csv
import io
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollbook.formats.spreadsheet import csv_file
from rollbook.formats.tables import Field, Unreadable, cells_of, propose, read_table, sheet_of, values

# Cells as a spreadsheet may hold them; a workbook trims what stands round a value.
_SIGNS = st.characters(exclude_categories=["Cs", "Cc"])
CELL = st.text(_SIGNS, max_size=12).map(str.strip)
ROWS = st.lists(st.lists(CELL, min_size=2, max_size=5), min_size=1, max_size=8)
FIELDS = (Field("name", "Name"), Field("day", "Day", ("Date",), is_date=True))


def _text(rows: list[list[str]], separator: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue().encode()


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    found = []
    for row in rows:
        cells = list(row)
        while cells and not cells[-1]:
            cells.pop()
        found.append(cells)
    while found and not found[-1]:
        found.pop()
    return found


def _book(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _read(data: bytes) -> tuple[int, str]:
    """How many rows there are, or the sentence that says why there are none."""
    try:
        return len(read_table(data).rows), ""
    except Unreadable as refused:
        sentence = str(refused)
    assert sentence.endswith(".")
    return 0, sentence


# Made once: a workbook holds the moment it was made.
SMALL_BOOK = _book([["Name", "Day"], ["Ann", date(2012, 9, 21)]])


@settings(max_examples=60)
@given(ROWS, st.sampled_from(",;\t|"))
def test_a_text_file_gives_back_the_cells_it_was_made_of(rows: list[list[str]], separator: str) -> None:
    headed = [["Alpha", "Beta", "Gamma"], *rows]
    assert [list(row) for row in read_table(_text(headed, separator)).rows] == headed


@settings(max_examples=30)
@given(ROWS)
def test_a_workbook_gives_back_the_cells_it_was_made_of(rows: list[list[str]]) -> None:
    plain = [[f"x{cell}" if cell else "" for cell in row] for row in rows]
    headed: list[list[str]] = [["Alpha", "Beta", "Gamma"], *plain]
    table = read_table(_book([[cell or None for cell in row] for row in headed]))
    assert [list(row) for row in table.rows] == _trimmed(headed)


@given(
    st.lists(st.lists(st.sampled_from(["=1+1", "+44 7700", "-5", "@x", "plain", ""]), min_size=2, max_size=4))
)
def test_what_our_files_make_safe_is_read_as_it_was(rows: list[list[str]]) -> None:
    sheet = sheet_of(read_table(csv_file(["A", "B", "C", "D"], rows)), lambda _: {})
    told = [[values.tidy(cell) for cell in cells] for _, cells in sheet.rows]
    assert told == [row for row in rows if any(row)]


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_one_sentence(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04 xl/", b"\xd0\xcf\x11\xe0"):
        rows, sentence = _read(start + data)
        assert bool(rows) != bool(sentence)


@settings(max_examples=40)
@given(st.data())
def test_a_damaged_workbook_gives_rows_or_one_sentence(data: st.DataObject) -> None:
    whole = bytearray(SMALL_BOOK)
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    rows, sentence = _read(bytes(whole))
    assert bool(rows) != bool(sentence)


def test_a_workbook_is_read_as_people_see_it() -> None:
    row = [date(2012, 9, 21), datetime(2012, 9, 21, 9, 31), time(9, 31), 7, 7.0, 7.5, True, " x ", None, "y"]
    (cells,) = read_table(_book([row])).rows
    assert cells == ["2012-09-21", "2012-09-21 09:31", "09:31", "7", "7", "7.5", "TRUE", "x", "", "y"]


@pytest.mark.parametrize(
    "text", ["21/09/2012", "2012-09-21", "21-Sep-12", "21.9.2012", "41173", "21 September 2012", "21/09/12"]
)
def test_dates_of_every_kind(text: str) -> None:
    assert values.day(text) == date(2012, 9, 21)


@given(st.dates(date(1930, 1, 1), date(2170, 12, 31)))
def test_a_spreadsheets_number_is_its_day(day: date) -> None:
    assert values.day(str((day - date(1899, 12, 30)).days)) == day


def test_a_column_is_proposed_once_and_by_any_spelling() -> None:
    assert propose(["DATE", " name. ", "Name", "other"], FIELDS) == {0: "day", 1: "name"}


def test_a_date_beside_one_of_america_is_not_guessed_at() -> None:
    rows = [
        ["Name", "Day", ""],
        ["a", "09/21/2012"],
        ["b", "03/04/2012"],
        ["c", "25/12/2012"],
        ["d", "05/05/2012"],
    ]
    sheet = sheet_of(read_table(_text(rows)), lambda cells: propose(cells, FIELDS))
    refused = [row.line for row in cells_of(sheet, {"name": 0, "day": 1}, FIELDS, ("name",)) if row.has_error]
    assert refused == [3]


def test_blank_rows_keep_their_numbers_and_columns_may_have_no_heading() -> None:
    rows = [["List of 2026"], [], ["Name", "Day", ""], ["a", "1"], [], ["b", "2", "more"]]
    sheet = sheet_of(
        read_table(_text(rows)), lambda cells: {0: "name", 1: "day", 2: "x"} if "Name" in cells else {}
    )
    assert [line for line, _ in sheet.rows] == [4, 6]
    assert sheet.headings == ("Name", "Day", "")
    assert "line 3" in sheet.notes[0]
    assert sheet.samples(2) == ["more"]
