"""Tables as people send them: CSV files and Excel workbooks, read into rows of cells, and which column is which.

`read_table` gives every row as text, `rows_of` those of a text file too large to hold; a file that can't be read at
all is refused with one sentence (`Unreadable`).
`sheet_of` finds the line of headings, `propose` which field each heading means, and `cells_of` gives row after row with
its cells by field, noting in plain words what is wrong with each.
"""

from rollbook.formats.tables.cells import Cells, RowProblem
from rollbook.formats.tables.columns import (
    Field,
    Sheet,
    cells_of,
    doubtful,
    either_day,
    fold,
    month_first,
    propose,
    sheet_of,
)
from rollbook.formats.tables.reading import read_table, rows_of
from rollbook.formats.tables.table import ROW_LIMIT, SIZE_LIMIT, Table, Unreadable, take

__all__ = [
    "ROW_LIMIT",
    "SIZE_LIMIT",
    "Cells",
    "Field",
    "RowProblem",
    "Sheet",
    "Table",
    "Unreadable",
    "cells_of",
    "doubtful",
    "either_day",
    "fold",
    "month_first",
    "propose",
    "read_table",
    "rows_of",
    "sheet_of",
    "take",
]
