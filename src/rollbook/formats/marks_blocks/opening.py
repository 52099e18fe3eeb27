"""Is it CSV, Parquet or something sent by mistake? The headings, and then block after block."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rollbook.formats.marks_blocks.block import Block, Refusals
from rollbook.formats.marks_blocks.csv_blocks import CsvFile
from rollbook.formats.marks_blocks.parquet_blocks import ParquetRows
from rollbook.formats.tables import Unreadable

_OTHER_KINDS = (
    (b"PK\x03\x04", "This is an Excel workbook or a ZIP file. Save it as CSV and use that."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook. Save it as CSV and use that."),
    (b"%PDF", "This is a PDF. Export the marks as CSV."),
    (b"\x1f\x8b", "This is a compressed file. Unpack it and use the file inside."),
    (b"BZh", "This is a compressed file. Unpack it and use the file inside."),
    (b"\xfd7zXZ", "This is a compressed file. Unpack it and use the file inside."),
    (b"\x28\xb5\x2f\xfd", "This is a compressed file. Unpack it and use the file inside."),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file with its headings known. `blocks` may be asked for again; `row_word` is what its rows are counted in."""

    headings: tuple[str, ...]
    size: int
    row_word: str
    blocks: Callable[[Sequence[str], Refusals], Iterator[Block]]


def open_blocks(path: Path) -> Source:
    """The headings of a file, and a way to read the columns one needs. Rows out of shape go to the refusals.

    Errors: Unreadable, here or while the blocks are read; OSError.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise Unreadable("The file is empty.")
    for beginning, message in _OTHER_KINDS:
        if start.startswith(beginning):
            raise Unreadable(message)
    if start.startswith(b"PAR1"):
        rows = ParquetRows(path)
        return Source(_distinct(rows.headings), size, "Row", rows.blocks)
    text = CsvFile(path)
    return Source(_distinct(text.headings), size, "Line", text.blocks)


def _distinct(headings: Sequence[str]) -> tuple[str, ...]:
    named = [heading for heading in headings if heading]
    for heading in named:
        if named.count(heading) > 1:
            raise Unreadable(f"Two columns are called {heading[:60]}. Leave only one of them in the file.")
    return tuple(headings)
