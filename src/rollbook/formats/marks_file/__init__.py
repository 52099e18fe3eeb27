"""Files of marks, one mark a line: `school,pupil,date,session,code[,minutes_late]`, as other systems export them.

`rows_of` takes the file apart, `read_marks` reads what its rows mean. Both stream: a year of a large school is half a
million lines.
"""

from rollbook.formats.marks_file.marks import MarksFile, Problem, marks_by_session, read_marks
from rollbook.formats.marks_file.table import Unreadable, rows_of

__all__ = ["MarksFile", "Problem", "Unreadable", "marks_by_session", "read_marks", "rows_of"]
