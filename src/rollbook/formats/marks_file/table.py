"""From a file of marks to its rows of cells: encoding, separator, lines too long, files of another kind."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

LONGEST_LINE = 10_000
_CHUNK = 1 << 20
_SEPARATORS = ",;\t|"
_OTHER_KINDS = (
    (b"PK\x03\x04", "This is an Excel workbook or a ZIP file. Save it as CSV and import that."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook. Save it as CSV and import that."),
    (b"%PDF", "This is a PDF. Export the marks as CSV."),
    (b"\x1f\x8b", "This is a compressed file. Unpack it and import the CSV file inside."),
)


class Unreadable(Exception):
    """The file as a whole can't be taken; the text says why and what to do."""


def rows_of(path: Path) -> Iterator[list[str]]:
    """The rows of cells of a CSV file, the headings first; blank lines come as empty rows so that lines can be counted.

    UTF-8, UTF-16 with its mark, or else Windows text. Errors: Unreadable; OSError.
    """
    with path.open(encoding=_encoding(path), newline="") as file:
        yield from _cells(file)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        chunk = file.read(_CHUNK)
        if not chunk:
            raise Unreadable("The file is empty.")
        for start, message in _OTHER_KINDS:
            if chunk.startswith(start):
                raise Unreadable(message)
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk:
                if b"\x00" in chunk:
                    raise Unreadable(
                        "The file holds NUL bytes, so it is no text file or it was damaged. Export it again."
                    )
                decoder.decode(chunk)
                chunk = file.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _cells(file: TextIO) -> Iterator[list[str]]:
    lines = _lines(file)
    first = next(lines, "")
    separator = max(_SEPARATORS, key=first.count)
    if not first.count(separator):
        raise Unreadable(
            "The first line must name the columns: pupil, date, session, code and, if you have it, minutes_late."
        )
    try:
        yield from csv.reader(_chain(first, lines), delimiter=separator, strict=True)
    except csv.Error as error:
        raise Unreadable(
            f"The file is broken ({error}): a quotation mark is opened and not closed, or the file was cut off. "
            "Export it again."
        ) from None
    except UnicodeError:
        raise Unreadable("The file is cut off or mixes encodings. Export it again as CSV in UTF-8.") from None


def _lines(file: TextIO) -> Iterator[str]:
    """The lines, read so that one without an end can't fill the memory."""
    number = 0
    while True:
        try:
            line = file.readline(LONGEST_LINE + 1)
        except UnicodeError:
            raise Unreadable(
                "The file is cut off or mixes encodings. Export it again as CSV in UTF-8."
            ) from None
        if not line:
            return
        number += 1
        if len(line) > LONGEST_LINE:
            raise Unreadable(
                f"Line {number} is longer than {LONGEST_LINE:,} characters: this is no file with one mark a line."
            )
        yield line


def _chain(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest
