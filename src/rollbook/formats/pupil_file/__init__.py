"""Pupil files: exports of the admission register, CSV or Excel, from any management information system.

`read_pupils` gives every row with its values or with what is wrong with it, in plain words and with its line as a
spreadsheet shows it; a file that can't be read at all is refused with one sentence (`Unreadable`).
"""

from rollbook.formats.pupil_file.contacts import ContactRow
from rollbook.formats.pupil_file.fields import CONTACT_LIMIT, FIELD_WORDS, FIELDS, TEMPLATE, proposed
from rollbook.formats.pupil_file.rows import PupilRow, PupilSheet, read_pupil_rows, read_pupils

__all__ = [
    "CONTACT_LIMIT",
    "FIELDS",
    "FIELD_WORDS",
    "TEMPLATE",
    "ContactRow",
    "PupilRow",
    "PupilSheet",
    "proposed",
    "read_pupil_rows",
    "read_pupils",
]
