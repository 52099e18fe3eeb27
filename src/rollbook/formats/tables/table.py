"""What every reader of a table gives, whatever the file was, and the limits that hold for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

SIZE_LIMIT = 20 * 1024 * 1024
ROW_LIMIT = 50_000
COLUMN_LIMIT = 500
LINE_LIMIT = 10_000

TOO_BIG = (
    "The file is larger than 20 MB. A large school's list is about 1 MB: check that it is the right file."
)
EMPTY = "The file is empty."


class Unreadable(Exception):
    """The file as a whole can't be taken; the text is one sentence or two that say why and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows of cells, each the text that a person sees; dates of a workbook as 2012-09-21.

    Shape: `rows[0]` is line 1; blank lines are there too, so that numbers agree with a spreadsheet. `notes` says what
    was assumed, `ends_mid_line` that no line end stands after the last row, `sheets` which sheets the workbook has
    (none for a text file) and `sheet` which of them this is.
    """

    rows: Sequence[list[str]]
    notes: tuple[str, ...] = ()
    ends_mid_line: bool = False
    sheets: tuple[str, ...] = ()
    sheet: str = ""


def take(stream: BinaryIO) -> bytes:
    """The whole content of an opened file, without ever reading much more than is allowed.

    Errors: Unreadable for a file over 20 MB.
    """
    data = stream.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise Unreadable(TOO_BIG)
    return data


def refuse_too_many(count: int, limit: int) -> None:
    """Errors: Unreadable for a table of more rows than `limit`."""
    if count > limit:
        raise Unreadable(
            f"The file has more than {limit:,} rows. Check that it is the right file, or split it into several."
        )
