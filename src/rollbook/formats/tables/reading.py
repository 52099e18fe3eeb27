"""Is it a workbook, a text file, or something else that was sent by mistake? Each gets its reader or its sentence."""

import re
from collections.abc import Iterator
from pathlib import Path

from rollbook.formats.tables.table import EMPTY, ROW_LIMIT, SIZE_LIMIT, TOO_BIG, Table, Unreadable
from rollbook.formats.tables.text import read_text, text_rows
from rollbook.formats.tables.workbook import read_workbook

_AS_CSV = "Export the list again and choose CSV or Excel as its format."
_OLD_EXCEL = (
    "This is a workbook of an old Excel (.xls). Open it in Excel, choose Save As and the type "
    "'Excel Workbook (.xlsx)', and use the file that makes."
)
_PROTECTED = (
    "This workbook is protected with a password. Open it in Excel, take the password away under File, Info, "
    "Protect Workbook, and save it again."
)
_OTHER_SHEET = (
    "This is a spreadsheet of another program. Open it there, choose Save As and the type 'Excel 2007 (.xlsx)' or "
    "CSV, and use the file that makes."
)
_ZIP = "This is a ZIP file, not a table. Unpack it and use the CSV or Excel file inside."
_BEGINNING = 1 << 16
# How files that people send by mistake begin.
_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x05\x06", _ZIP),
    (b"%PDF", f"This is a PDF, not a table. {_AS_CSV}"),
    (b"{\\rtf", f"This is a text document, not a table. {_AS_CSV}"),
    (b"\x1f\x8b", "This is a compressed file, not a table. Unpack it and use the CSV or Excel file inside."),
    (b"\x89PNG", f"This is a picture, not a table. {_AS_CSV}"),
    (b"\xff\xd8\xff", f"This is a picture, not a table. {_AS_CSV}"),
)
_MARKUP = re.compile(rb"\s*<(\?xml|!doctype|html|table|ctfile)", re.IGNORECASE)
_PACKED = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
# The name of the part that holds a protected workbook, as such files write it.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_table(data: bytes, sheet: str = "", row_limit: int = ROW_LIMIT) -> Table:
    """The cells of a file. `sheet` chooses one of a workbook's sheets; without it the first is read.

    Errors: Unreadable.
    """
    if len(data) > SIZE_LIMIT:
        raise Unreadable(TOO_BIG)
    if data.startswith(_PACKED):
        return _zipped(data, sheet, row_limit)
    _refuse_other_kinds(data)
    return read_text(data, row_limit)


def rows_of(path: Path) -> Iterator[list[str]]:
    """The rows of a text file of any size, one by one, blank ones too so that lines can be counted.

    Errors: Unreadable, also between the rows; OSError.
    """
    with path.open("rb") as stream:
        beginning = stream.read(_BEGINNING)
        if beginning.startswith(_PACKED):
            raise Unreadable("This is an Excel workbook or a ZIP file. Save it as CSV and import that.")
        _refuse_other_kinds(beginning)
        rows, _ = text_rows(stream)
        yield from rows


def _refuse_other_kinds(data: bytes) -> None:
    if not data.strip():
        raise Unreadable(EMPTY)
    if data.startswith(_OLE):
        raise Unreadable(_PROTECTED if _ENCRYPTED in data else _OLD_EXCEL)
    for beginning, sentence in _OTHER_KINDS:
        if data.startswith(beginning):
            raise Unreadable(sentence)
    if _MARKUP.match(data[:200].removeprefix(b"\xef\xbb\xbf")):
        raise Unreadable(f"This is a web page or an XML file, whatever its name ends in. {_AS_CSV}")


def _zipped(data: bytes, sheet: str, row_limit: int) -> Table:
    if b"opendocument.spreadsheet" in data[:200] or b"xl/workbook.bin" in data:
        raise Unreadable(_OTHER_SHEET)
    if b"xl/" not in data and b"[Content_Types]" not in data:
        raise Unreadable(_ZIP)
    return read_workbook(data, sheet, row_limit)
