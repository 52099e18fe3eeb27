"""The words that files of marks use for columns, sessions, days and marks that were not made."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from rollbook.formats.tables import Field, values

FIELDS: tuple[Field, ...] = (
    Field("pupil", "UPN or admission number", ("Pupil", "UPN", "Pupil ID", "PupilID", "Student", "Student ID",
          "StudentID", "Adno", "AdmNo", "Adm No", "Admission No", "AdmissionNo", "Admission number",
          "AdmissionNumber"), is_required=True),
    Field("date", "Date", ("Mark date", "MarkDate", "Attendance date", "AttendanceDate", "Day"), is_required=True,
          is_date=True),
    Field("session", "Session", ("Session name", "SessionName", "AM/PM", "AMPM", "Period"), is_required=True),
    Field("code", "Code", ("Mark", "Attendance code", "AttendanceCode", "Attendance mark", "AttendanceMark"),
          is_required=True),
    Field("minutes_late", "Minutes late", ("MinutesLate", "Mins late", "MinsLate", "Minutes", "Mins", "Late")),
    Field("school", "School", ("School name", "SchoolName", "URN", "Establishment")),
)  # fmt: skip
SESSIONS: Mapping[str, int] = MappingProxyType(
    {"am": 0, "a": 0, "1": 0, "morning": 0, "pm": 1, "p": 1, "2": 1, "afternoon": 1}
)
# What other systems write where nobody made a mark, and the two codes that come from the calendar and the roll.
NO_MARK = frozenset({"", "-", "--", "#", "Z", "z", "*", "!"})

_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 31)


def read_day(written: str) -> int | str:
    """The ordinal of a day as exports write it, day before month; a sentence where it is none."""
    if not written:
        return "The row has no date."
    shown = f"The date '{written[:40]}' can't be taken."
    try:
        found = values.day(written)
    except values.Unclear as problem:
        return f"{shown} {problem}"
    return (
        found.toordinal() if _EARLIEST <= found <= _LATEST else f"{shown} The year can't be right. Check it."
    )
