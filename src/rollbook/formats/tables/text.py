"""From the bytes of a text file to rows of cells: in which encoding, with which separator, damaged or whole."""

import csv
import io
import re

from rollbook.formats.tables.table import EMPTY, LINE_LIMIT, Table, Unreadable, refuse_too_many

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}
_NUL = "The file holds NUL bytes, so it is no text file, or it was damaged on its way. Export it again."
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f]")
_CUT_OFF = (
    "The file is cut off in the middle of a letter: it was not written or copied whole. Export it again."
)
# What UTF-8 looks like when somebody has read it as Windows text and saved it again: Ã or â with a sign after it.
_GARBLED = re.compile("\u00c3[\x80-\xbf\u0152-\u2122]|\u00e2\u20ac")


def read_text(data: bytes, row_limit: int) -> Table:
    """The cells of a CSV file. Errors: Unreadable."""
    text, notes = _decoded(data)
    if "\x00" in text:
        raise Unreadable(_NUL)
    if not text.strip():
        raise Unreadable(EMPTY)
    sample = text[:2000]
    # One odd sign in a name is that row's problem; many of them are no text.
    if len(_CONTROL.findall(sample)) * 50 > len(sample) + 100:
        raise Unreadable("This is no text file. Export the list again and choose CSV or Excel as its format.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_long_lines(text)
    separator = _separator(text)
    if separator != ",":
        notes.append(f"Values are separated by {_SEPARATORS[separator]}.")
    rows = _cells(text, separator)
    refuse_too_many(sum(1 for row in rows if any(row)), row_limit)
    return Table(rows, tuple(notes), ends_mid_line=not text.endswith("\n"))


def _decoded(data: bytes) -> tuple[str, list[str]]:
    """The text, and what was assumed about its letters: UTF-8, then UTF-16, then Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _utf_16(data, "utf-16")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        # One letter at the very end may as well be the only one of a Windows file.
        if problem.reason == "unexpected end of data" and not data[: problem.start].isascii():
            raise Unreadable(_CUT_OFF) from None
    else:
        if "\x00" not in text:
            return text, []
    if b"\x00" in data:
        half = len(data) // 2 or 1
        for first, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
            if data[first::2].count(0) > 0.6 * half:
                return _utf_16(data, codec)
        raise Unreadable(_NUL)
    return _windows(data)


def _utf_16(data: bytes, codec: str) -> tuple[str, list[str]]:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        raise Unreadable(_CUT_OFF) from None
    return text.removeprefix("\ufeff"), ["Letters were read as UTF-16."]


def _windows(data: bytes) -> tuple[str, list[str]]:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise Unreadable(
            "The letters of this file are in no encoding that Rollbook knows. Export it again as CSV in UTF-8."
        ) from None
    note = "Letters were read as Windows-1252, because they are not UTF-8. Check names with accents."
    if _GARBLED.search(text):
        note = (
            "Letters were read as Windows-1252, and some names look garbled (such as 'SiÃ¢n' for 'Siân'). "
            "Export the file again as CSV in UTF-8 before you load it."
        )
    return text, [note]


def _refuse_long_lines(text: str) -> None:
    start, number = 0, 1
    while True:
        end = text.find("\n", start)
        length = (len(text) if end == -1 else end) - start
        if length > LINE_LIMIT:
            raise Unreadable(
                f"Line {number} is longer than {LINE_LIMIT:,} characters, so this is no list. "
                "Check that it is the right file."
            )
        if end == -1:
            return
        start, number = end + 1, number + 1


def _separator(text: str) -> str:
    """The sign that separates values: the one found most often outside quotation marks in the first lines."""
    sample = re.sub(r'"[^"]*"', "", "\n".join(text[:20_000].splitlines()[:5]))
    return max(_SEPARATORS, key=sample.count)


def _cells(text: str, separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as problem:
        where = f"From line {len(rows) + 1}"
        if "unexpected end of data" in str(problem) or "field larger" in str(problem):
            raise Unreadable(
                f"{where} on a quotation mark is opened and never closed: the file is damaged or cut off. "
                "Export it again."
            ) from None
        raise Unreadable(
            f"{where} the quotation marks don't pair up, so values can't be told apart. "
            'Within a quoted value a quotation mark is written twice: "". Export the file again.'
        ) from None
    return rows
