"""Which column holds what: the line of headings, the fields they are taken for, and each row's cells by field."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rollbook.formats.tables.cells import Cells
from rollbook.formats.tables.table import Table

_LOOKED_AT = 10
_KNOWN_AT_LEAST = 3
Recognise = Callable[[Sequence[str]], Mapping[int, str]]
# A date whose two first numbers could only be month and day: 09/21/2012.
_SLASHES = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})$")


@dataclass(frozen=True, slots=True)
class Field:
    """Something a column can hold: its name in the program, its words on a page, the headings it is known by.

    `is_date` has the order of its days looked at; of the fields that share a `group` one must be there.
    """

    name: str
    words: str
    spellings: tuple[str, ...] = ()
    is_required: bool = False
    is_date: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its line of headings known. `rows` are those below it that are not blank, with their lines."""

    headings: tuple[str, ...]
    line: int
    rows: tuple[tuple[int, list[str]], ...]
    notes: tuple[str, ...]
    is_cut_off: bool = False
    sheets: tuple[str, ...] = field(default=())
    sheet: str = ""

    def samples(self, place: int, count: int = 3) -> list[str]:
        """The first different values of a column."""
        found: dict[str, None] = {}
        for _, cells in self.rows:
            if place < len(cells) and (value := cells[place].strip()):
                found[value] = None
                if len(found) == count:
                    break
        return list(found)


def fold(heading: str) -> str:
    """A heading without what differs between spellings: capitals, signs, spaces."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", heading.casefold().replace("'", "")).split())


def propose(headings: Sequence[str], fields: Sequence[Field]) -> dict[int, str]:
    """The field each column is taken for by its heading; of two columns for one field the first."""
    known = {fold(spelling): each.name for each in fields for spelling in (each.words, *each.spellings)}
    found: dict[int, str] = {}
    for place, heading in enumerate(headings):
        name = known.get(fold(heading))
        if name is not None and name not in found.values():
            found[place] = name
    return found


def sheet_of(table: Table, recognise: Recognise) -> Sheet:
    """The table with its headings: the first of the first lines in which three are known, else the first with text."""
    start = next(
        (
            index
            for index, cells in enumerate(table.rows[:_LOOKED_AT])
            if len(recognise(cells)) >= _KNOWN_AT_LEAST
        ),
        None,
    )
    if start is None:
        start = next((index for index, cells in enumerate(table.rows) if any(map(str.strip, cells))), 0)
    rows = tuple(
        (line, cells)
        for line, cells in enumerate(table.rows[start + 1 :], start + 2)
        if any(map(str.strip, cells))
    )
    headings = tuple(heading.strip() for heading in table.rows[start])
    notes = [*table.notes]
    if start:
        notes.append(f"The headings are on line {start + 1}; what stands above them was left out.")
    is_cut_off = bool(
        table.ends_mid_line and rows and rows[-1][0] == len(table.rows) and len(rows[-1][1]) < len(headings)
    )
    return Sheet(headings, start + 1, rows, tuple(notes), is_cut_off, table.sheets, table.sheet)


def cells_of(
    sheet: Sheet, places: Mapping[str, int], fields: Sequence[Field], named_by: Sequence[str]
) -> Iterator[Cells]:
    """Row after row with its cells by field. One that can't be told apart into its columns comes with that problem."""
    words = {each.name: each.words for each in fields}
    width = len(sheet.headings)
    american = {
        each.name: line for each in fields if each.is_date and (line := _american(sheet, places, each))
    }
    last = len(sheet.rows) - 1
    for index, (line, cells) in enumerate(sheet.rows):
        raw = {name: cells[place] for name, place in places.items() if place < len(cells)}
        row = Cells(line, raw, words, named_by)
        if sheet.is_cut_off and index == last:
            row.refuse(
                "", "The file ends in the middle of this row: it was not written whole. Export it again."
            )
        elif any(cell.strip() for cell in cells[width:]):
            row.refuse(
                "",
                f"It has {len(cells)} values, but there are {width} headings: "
                "a value that holds a comma probably lacks its quotation marks.",
            )
        else:
            for name, other in american.items():
                _refuse_doubtful(row, name, other)
        yield row


def _american(sheet: Sheet, places: Mapping[str, int], wanted: Field) -> int | None:
    """The line of the first date of a column that puts the month first; None where there is none."""
    place = places.get(wanted.name)
    if place is None:
        return None
    for line, cells in sheet.rows:
        if place < len(cells) and month_first(cells[place].strip()):
            return line
    return None


def month_first(written: str) -> bool:
    """Is this a date that can only have its month before its day, as 09/21/2012?"""
    found = _SLASHES.match(written)
    return found is not None and int(found[1]) <= 12 < int(found[2]) <= 31


def either_day(written: str) -> bool:
    """Is this a date that would be another day with its month first, as 03/04/2012?"""
    found = _SLASHES.match(written)
    return found is not None and int(found[1]) <= 12 and int(found[2]) <= 12 and found[1] != found[2]


def doubtful(line: int) -> str:
    """What is wrong with such a date beside one, on this line, that puts its month first."""
    return (
        f"Line {line} has its month before its day, as in America, so this date may be either of two days. "
        "Export the dates day first, as 21/09/2012, or as 2012-09-21."
    )


def _refuse_doubtful(row: Cells, name: str, other: int) -> None:
    """Beside one date in American order, 03/04/2012 may be either day: it must not be taken for the wrong one."""
    if either_day(row.text(name)) and row.line != other:
        row.refuse(name, doubtful(other))
