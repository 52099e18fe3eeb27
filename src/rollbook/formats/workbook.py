"""Excel files: sheets of texts and numbers, in which nothing is ever a formula, a link or a guess."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import xlsxwriter

from rollbook.formats.spreadsheet import safe

# Excel's own limits; a longer name or text makes a file that it calls damaged.
_LONGEST_NAME = 31
_LONGEST_TEXT = 32_767
_NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, the row of headings, the rows below. `fixed` columns stay in sight when scrolling."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str | int | Decimal]]
    fixed: int = 0


def workbook(sheets: Sequence[Sheet], made_at: datetime) -> bytes:
    """An Excel file of these sheets. Texts are made safe as in CSV, for whoever saves it as one."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": made_at.replace(tzinfo=None)})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name.translate(_NOT_IN_A_NAME)[:_LONGEST_NAME])
        page.freeze_panes(1, sheet.fixed)
        for column, heading in enumerate(sheet.headings):
            page.write_string(0, column, safe(heading), bold)
            page.set_column(column, column, _width(sheet, column))
        for number, row in enumerate(sheet.rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, int | Decimal):
                    page.write_number(number, column, value)
                else:
                    page.write_string(number, column, safe(value)[:_LONGEST_TEXT])
    book.close()
    return out.getvalue()


def _width(sheet: Sheet, column: int) -> int:
    """As wide as the longest text below the heading, so that columns of codes stay narrow. Units: signs."""
    texts = (str(row[column]) for row in sheet.rows if column < len(row))
    return min(_WIDEST, max([5, *map(len, texts)]) + 2)
