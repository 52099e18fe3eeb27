"""CSV files in blocks of whole lines, parsed in one go where every line of the block is sound, else line by line.

The quick parser does not tell on which line something is wrong. So a block is handed to it as long as it finds exactly
one row a line; where it doesn't, that block is read again line by line, and the lines that are wrong are named.
"""

import codecs
import csv
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from rollbook.formats.marks_blocks.block import Block, Column, Refusals
from rollbook.formats.tables import Unreadable

LONGEST_LINE = 10_000
BLOCK_BYTES = 1 << 25
_PART_BYTES = 1 << 22
_SEPARATORS = ",;\t|"
_TEXT = pa.dictionary(pa.int32(), pa.string())
_MIXED = "The file is cut off or mixes encodings. Export it again as CSV in UTF-8."
_NOT_TEXT = "The file holds NUL bytes, so it is no text file or it was damaged. Export it again."
_NO_HEADINGS = "The first line must name the columns, with commas between them."
_OPEN_QUOTE = "A quotation mark is opened and not closed on this line."
_TOO_FEW = "The row has too few columns."


class _Lines(NamedTuple):
    """Whole lines, how many they are, and how many bytes of the file they were."""

    data: bytes
    line_count: int
    size: int


class CsvFile:
    """A CSV file whose first line names the columns: UTF-8, UTF-16 with its mark, or else Windows text."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(self._lines()) as lines:
            first = next(lines).data.split(b"\n", 1)[0].decode("utf-8").rstrip("\r")
        self._separator = max(_SEPARATORS, key=first.count)
        if not first.count(self._separator):
            raise Unreadable(_NO_HEADINGS)
        try:
            [cells] = csv.reader([first], delimiter=self._separator, strict=True)
        except (csv.Error, ValueError):
            raise Unreadable("The line of headings is broken. Export the file again.") from None
        self.headings = tuple(cell.strip() for cell in cells)

    def blocks(self, wanted: Sequence[str], refusals: Refusals) -> Iterator[Block]:
        """The wanted columns, block by block. Errors: Unreadable; OSError."""
        line = 1
        for lines in self._lines():
            data, count = lines.data, lines.line_count
            if line == 1:
                data, count, line = data.partition(b"\n")[2], count - 1, 2
            first, line = line, line + count
            if data.endswith((b"\n\n", b"\n\r\n")):
                data = data.rstrip(b"\r\n")
                count = data.count(b"\n") + bool(data)
            if data:
                yield from self._parse(data, first, count, lines.size, wanted, refusals)

    def _lines(self) -> Generator[_Lines, None, None]:
        """Whole lines in UTF-8, a block at a time."""
        with self._path.open("rb") as file:
            yield from _whole_lines(_utf8(file))

    def _parse(
        self, data: bytes, first: int, count: int, size: int, wanted: Sequence[str], refusals: Refusals
    ) -> Iterator[Block]:
        names = [f"{place}" for place in range(len(self.headings))]
        chosen = {heading: names[self.headings.index(heading)] for heading in wanted}
        table = self._quickly(data, count, names, list(chosen.values()))
        if table is None:
            yield self._line_by_line(data, first, size, wanted, refusals)
            return
        for batch in table.to_batches():
            columns = {
                heading: Column(
                    batch.column(name).dictionary.to_pylist(), np.asarray(batch.column(name).indices)
                )
                for heading, name in chosen.items()
            }
            share = size * batch.num_rows // count
            yield Block(columns, np.arange(first, first + batch.num_rows, dtype=np.int64), share)
            first += batch.num_rows

    def _quickly(self, data: bytes, count: int, names: list[str], chosen: list[str]) -> Any:
        """The block as a table with one row a line; None where that can't be said of it."""
        if b"\r" in data and data.count(b"\r") != data.count(b"\r\n"):
            return None  # a lone one is a line's end to the parser and to nobody else
        if b"\n\n" in data or b"\n\r\n" in data or data.startswith((b"\n", b"\r\n")):
            return None  # a blank line is a row of empty cells to the parser
        try:
            table = arrow_csv.read_csv(
                pa.py_buffer(data),
                read_options=arrow_csv.ReadOptions(column_names=names, block_size=_PART_BYTES),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self._separator, newlines_in_values=False, ignore_empty_lines=False
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=chosen,
                    column_types=dict.fromkeys(chosen, _TEXT),
                    null_values=[],
                    strings_can_be_null=False,
                    quoted_strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        return table if table.num_rows == count else None

    def _line_by_line(
        self, data: bytes, first: int, size: int, wanted: Sequence[str], refusals: Refusals
    ) -> Block:
        places = [self.headings.index(heading) for heading in wanted]
        width, needed = len(self.headings), 1 + max(places)
        rows: list[list[str]] = []
        lines: list[int] = []
        for line, text in enumerate(data.decode("utf-8").removesuffix("\n").split("\n"), first):
            row = text.rstrip("\r")
            if not row.strip():
                continue
            try:
                [cells] = csv.reader([row], delimiter=self._separator, strict=True)
            except (csv.Error, ValueError):
                refusals.add(line, _OPEN_QUOTE)
                continue
            if len(cells) > width and any(cell.strip() for cell in cells[width:]):
                refusals.add(line, _too_many(len(cells), width))
            elif len(cells) < needed:
                refusals.add(line, _TOO_FEW)
            else:
                rows.append([cells[place] for place in places])
                lines.append(line)
        columns = {heading: _column([row[place] for row in rows]) for place, heading in enumerate(wanted)}
        return Block(columns, np.array(lines, dtype=np.int64), size)


def _too_many(found: int, width: int) -> str:
    return (
        f"It has {found} values, but there are {width} headings: "
        "a value that holds a comma probably lacks its quotation marks."
    )


def _column(texts: Sequence[str]) -> Column:
    numbers: dict[str, int] = {}
    places = [numbers.setdefault(text, len(numbers)) for text in texts]
    return Column(list(numbers), np.array(places, dtype=np.int32))


def _utf8(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The file in pieces of UTF-8, whatever its encoding, and how many bytes of the file each was."""
    piece = file.read(BLOCK_BYTES)
    if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from _decoded(piece, file, "utf-16")
        return
    piece = piece.removeprefix(codecs.BOM_UTF8)
    decoder = codecs.getincrementaldecoder("utf-8")()
    only_ascii = True
    while piece:
        if b"\x00" in piece:
            raise Unreadable(_NOT_TEXT)
        if not (only_ascii and piece.isascii()):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                if not only_ascii:
                    raise Unreadable(_MIXED) from None
                yield from _decoded(piece, file, "cp1252")
                return
            only_ascii = False
        yield piece, len(piece)
        piece = file.read(BLOCK_BYTES)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise Unreadable(_MIXED) from None


def _decoded(piece: bytes, file: BinaryIO, encoding: str) -> Iterator[tuple[bytes, int]]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece:
            text = decoder.decode(piece)
            if "\x00" in text:
                raise Unreadable(_NOT_TEXT)
            yield text.encode(), len(piece)
            piece = file.read(BLOCK_BYTES)
        yield decoder.decode(b"", final=True).encode(), 0
    except UnicodeError:
        raise Unreadable(_MIXED) from None


def _whole_lines(pieces: Iterator[tuple[bytes, int]]) -> Iterator[_Lines]:
    """The same cut after line ends, so that no line is in two blocks. A line without an end can't fill the memory."""
    rest, line, old_mac = b"", 1, None
    for raw, size in pieces:
        if old_mac is None and raw:
            old_mac = b"\r" in raw and b"\n" not in raw
        piece = raw.replace(b"\r", b"\n") if old_mac else raw
        end = piece.rfind(b"\n") + 1
        if end:
            whole, rest = b"".join((rest, memoryview(piece)[:end])), piece[end:]
        else:
            whole, rest = b"", rest + piece
        count = _lines_in(whole, rest, line)
        line += count
        if whole:
            yield _Lines(whole, count, size)
    if rest:
        yield _Lines(rest, 1, 0)


def _lines_in(whole: bytes, rest: bytes, line: int) -> int:
    """How many lines are these? Errors: Unreadable for one that is too long, or is becoming so."""
    is_end = np.frombuffer(whole, dtype=np.uint8) == ord("\n")
    stretch = LONGEST_LINE // 2
    stretches = is_end[: len(is_end) // stretch * stretch].reshape(-1, stretch)
    if stretches.any(axis=1).all() and len(rest) <= LONGEST_LINE:
        # A line end in every half of the longest line: none can be longer.
        return int(np.count_nonzero(is_end))
    ends = np.flatnonzero(is_end)
    long = np.flatnonzero(np.diff(ends, prepend=-1) > LONGEST_LINE + 1)
    if not long.size and len(rest) <= LONGEST_LINE:
        return len(ends)
    number = line + (int(long[0]) if long.size else len(ends))
    raise Unreadable(
        f"Line {number} is longer than {LONGEST_LINE:,} characters: this is no file with one mark a line."
    )
