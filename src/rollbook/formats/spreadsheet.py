"""CSV files that people open in a spreadsheet: no text in them is taken for a formula."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

# The last four are the wide forms of the first ones, which some spreadsheets also take.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before the sign that would start one."""
    return (
        f"'{text}" if text.startswith(_FORMULA_SIGNS) or text.lstrip(" ").startswith(_FORMULA_SIGNS) else text
    )


def csv_file(headings: Iterable[str], rows: Iterable[Iterable[str | int | Decimal]]) -> bytes:
    """A whole file in UTF-8 with a byte-order mark, without which Excel garbles names with accents.

    A number stays one, below nothing too; only a text can be taken for a formula.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return "\ufeff".encode() + out.getvalue().encode()
