"""The DfE's daily counts of marks by area, and the weekly and year-to-date tables it publishes from them.

`read_raw` reads the daily file, `make_table` makes a table of it. Both sets of columns are known, that of the codes
until August 2024 and today's, and both ways in which the rows of all schools were worked out.
"""

from rollbook.formats.dfe_tables.columns import Period, TotalRule, columns_of
from rollbook.formats.dfe_tables.raw import Census, Raw, read_census, read_raw
from rollbook.formats.dfe_tables.tables import HIDDEN, Table, make_table

__all__ = [
    "HIDDEN",
    "Census",
    "Period",
    "Raw",
    "Table",
    "TotalRule",
    "columns_of",
    "make_table",
    "read_census",
    "read_raw",
]
