"""From the bytes of a text file to rows of cells: in which encoding, with which separator, damaged or whole."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO

from rollbook.formats.tables.table import EMPTY, LINE_LIMIT, Table, Unreadable, refuse_too_many

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}
_NUL = "The file holds NUL bytes, so it is no text file, or it was damaged on its way. Export it again."
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f]")
_CUT_OFF = (
    "The file is cut off in the middle of a letter: it was not written or copied whole. Export it again."
)
# What UTF-8 looks like when somebody has read it as Windows text and saved it again: Ã or â with a sign after it.
_GARBLED = re.compile("\u00c3[\x80-\xbf\u0152-\u2122]|\u00e2\u20ac")
_PIECE = 1 << 20
_LINES_LOOKED_AT = 5


def read_text(data: bytes, row_limit: int) -> Table:
    """The cells of a CSV file. Errors: Unreadable."""
    found, notes = text_rows(io.BytesIO(data))
    rows = list(found)
    if not any(cell.strip() for cells in rows for cell in cells):
        raise Unreadable(EMPTY)
    refuse_too_many(sum(1 for row in rows if any(row)), row_limit)
    return Table(rows, tuple(notes), ends_mid_line=not data.rstrip(b"\x00").endswith((b"\n", b"\r")))


def text_rows(stream: BinaryIO) -> tuple[Iterator[list[str]], list[str]]:
    """The rows of a text file of any size, one by one, and what was assumed about its letters and its separator.

    The stream is read through for its encoding, then again for the rows. Errors: Unreadable, also from the rows.
    """
    codec, notes = _encoding(stream)
    lines = _lines(stream, codec)
    first = list(islice(lines, _LINES_LOOKED_AT))
    sample = "".join(first)[:2000]
    # One odd sign in a name is that row's problem; many of them are no text.
    if len(_CONTROL.findall(sample)) * 50 > len(sample) + 100:
        raise Unreadable("This is no text file. Export the list again and choose CSV or Excel as its format.")
    separator = _separator(first)
    if separator != ",":
        notes.append(f"Values are separated by {_SEPARATORS[separator]}.")
    return _cells(chain(first, lines), separator), notes


def _encoding(stream: BinaryIO) -> tuple[str, list[str]]:
    """In which encoding the whole file can be read, and what to say about it: UTF-8, UTF-16, then Windows-1252."""
    stream.seek(0)
    wide = _wide(stream.read(_PIECE))
    is_ascii = True
    try:
        for text in _pieces(stream, wide or "utf-8-sig"):
            is_ascii = is_ascii and text.isascii()
    except UnicodeDecodeError as problem:
        # One letter at the very end may as well be the only one of a Windows file.
        if wide or (problem.reason == "unexpected end of data" and not is_ascii):
            raise Unreadable(_CUT_OFF) from None
        return "cp1252", [_windows(stream)]
    return (wide, ["Letters were read as UTF-16."]) if wide else ("utf-8-sig", [])


def _wide(beginning: bytes) -> str:
    """Which UTF-16 this is, by its mark or because every second byte is NUL; "" where it is none."""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = len(beginning) // 2 or 1
    for first, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        if beginning[first::2].count(0) > 0.6 * half:
            return codec
    return ""


def _windows(stream: BinaryIO) -> str:
    """What to say about a file whose letters can only be Windows-1252. Errors: Unreadable where they are not."""
    try:
        garbled = [_GARBLED.search(text) is not None for text in _pieces(stream, "cp1252")]
    except UnicodeDecodeError:
        raise Unreadable(
            "The letters of this file are in no encoding that Rollbook knows. Export it again as CSV in UTF-8."
        ) from None
    if any(garbled):
        return (
            "Letters were read as Windows-1252, and some names look garbled (such as 'SiÃ¢n' for 'Siân'). "
            "Export the file again as CSV in UTF-8 before you load it."
        )
    return "Letters were read as Windows-1252, because they are not UTF-8. Check names with accents."


def _pieces(stream: BinaryIO, codec: str) -> Iterator[str]:
    """The whole text from its beginning, piece by piece. Errors: UnicodeDecodeError; Unreadable for one with NUL."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(codec)()
    while piece := stream.read(_PIECE):
        text = decoder.decode(piece)
        if "\x00" in text:
            raise Unreadable(_NUL)
        yield text
    yield decoder.decode(b"", final=True)


def _lines(stream: BinaryIO, codec: str) -> Iterator[str]:
    """The lines, read so that one without an end can't fill the memory. The stream stays open: it is the caller's."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=codec)
    number = 1
    try:
        while line := text.readline(LINE_LIMIT + 1):
            if len(line) > LINE_LIMIT and line[-1] != "\n":
                raise Unreadable(
                    f"Line {number} is longer than {LINE_LIMIT:,} characters, so this is no list. "
                    "Check that it is the right file."
                )
            yield line
            number += 1
    finally:
        text.detach()


def _separator(lines: Sequence[str]) -> str:
    """The sign that separates values: the one found most often outside quotation marks in the first lines."""
    sample = re.sub(r'"[^"]*"', "", "".join(lines))
    return max(_SEPARATORS, key=sample.count)


def _cells(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    count = 0
    try:
        for cells in csv.reader(lines, delimiter=separator, strict=True):
            count += 1
            yield cells
    except csv.Error as problem:
        where = f"From line {count + 1}"
        if "unexpected end of data" in str(problem) or "field larger" in str(problem):
            raise Unreadable(
                f"{where} on a quotation mark is opened and never closed: the file is damaged or cut off. "
                "Export it again."
            ) from None
        raise Unreadable(
            f"{where} the quotation marks don't pair up, so values can't be told apart. "
            'Within a quoted value a quotation mark is written twice: "". Export the file again.'
        ) from None
