"""Files of millions of marks, read block by block: CSV and Parquet, as numbers in columns.

`open_blocks` gives the headings and the blocks of a file, each column as its distinct texts and where they stand;
`MarkReader` and `CountReader` say what the rows mean and which can't be taken, by line. Memory depends on how many
pupils there are, not on how many marks. For the marks of one school, to be imported, see `formats.marks_file`.
"""

from rollbook.formats.marks_blocks.block import Block, Column, Refusals
from rollbook.formats.marks_blocks.calendar_file import OpenDays, read_open_days
from rollbook.formats.marks_blocks.layout import Layout, layout_of
from rollbook.formats.marks_blocks.meaning import CountReader, CountRows, MarkReader, MarkRows
from rollbook.formats.marks_blocks.opening import Source, open_blocks
from rollbook.formats.marks_blocks.pupils import Pupils, read_pupils

__all__ = [
    "Block",
    "Column",
    "CountReader",
    "CountRows",
    "Layout",
    "MarkReader",
    "MarkRows",
    "OpenDays",
    "Pupils",
    "Refusals",
    "Source",
    "layout_of",
    "open_blocks",
    "read_open_days",
    "read_pupils",
]
