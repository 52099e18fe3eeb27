"""Files of marks, one mark a line: `school,pupil,date,session,code[,minutes_late]`, as other systems export them.

`formats.tables` takes the file apart (`rows_of`), `read_marks` reads what its rows mean. Both stream: a year of a large
school is half a million lines.
"""

from rollbook.formats.marks_file.marks import MarksFile, Problem, marks_by_session, read_marks
from rollbook.formats.marks_file.words import FIELDS

__all__ = ["FIELDS", "MarksFile", "Problem", "marks_by_session", "read_marks"]
