"""Pupil files: comma-separated exports of the admission register from any management information system.

`read_pupils` gives every row with its values or with what is wrong with it, in plain words and with its line as a
spreadsheet shows it; a file that can't be read at all is refused with one sentence (`Unreadable`).
"""

from rollbook.formats.pupil_csv.cells import RowProblem
from rollbook.formats.pupil_csv.contacts import ContactRow
from rollbook.formats.pupil_csv.fields import CONTACT_LIMIT, FIELD_WORDS, TEMPLATE
from rollbook.formats.pupil_csv.reading import SIZE_LIMIT, Unreadable, take
from rollbook.formats.pupil_csv.rows import PupilRow, PupilSheet, read_pupils

__all__ = [
    "CONTACT_LIMIT",
    "FIELD_WORDS",
    "SIZE_LIMIT",
    "TEMPLATE",
    "ContactRow",
    "PupilRow",
    "PupilSheet",
    "RowProblem",
    "Unreadable",
    "read_pupils",
    "take",
]
