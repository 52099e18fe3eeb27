"""The words that files of marks use for columns, sessions, days and marks that were not made."""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "pupil": "pupil",
        "upn": "pupil",
        "pupilid": "pupil",
        "studentid": "pupil",
        "student": "pupil",
        "admissionnumber": "pupil",
        "admno": "pupil",
        "admissionno": "pupil",
        "date": "date",
        "markdate": "date",
        "attendancedate": "date",
        "day": "date",
        "session": "session",
        "sessionname": "session",
        "ampm": "session",
        "period": "session",
        "code": "code",
        "mark": "code",
        "attendancecode": "code",
        "attendancemark": "code",
        "minuteslate": "minutes_late",
        "minslate": "minutes_late",
        "minutes": "minutes_late",
        "late": "minutes_late",
        "school": "school",
        "schoolname": "school",
        "urn": "school",
        "establishment": "school",
    }
)
SESSIONS: Mapping[str, int] = MappingProxyType(
    {"am": 0, "a": 0, "1": 0, "morning": 0, "pm": 1, "p": 1, "2": 1, "afternoon": 1}
)
# What other systems write where nobody made a mark, and the two codes that come from the calendar and the roll.
NO_MARK = frozenset({"", "-", "--", "#", "Z", "z", "*", "!"})

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?(?:\.0+)?)?")
_BRITISH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?: 00:00(?::00)?)?")
_NAMED = re.compile(r"(?:[a-z]{3,9},? )?(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4}|\d{2})", re.IGNORECASE)
_EARLIEST, _LATEST = date(2000, 1, 1).toordinal(), date(2099, 12, 31).toordinal()


def heading(text: str) -> str:
    """A heading as it is looked up: letters and digits only, in lower case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def read_day(written: str) -> int | str:
    """The ordinal of a day as exports write it, day before month; a sentence where it is none."""
    refusal = f"'{written[:40]}' is not a day. Write it as 14/09/2025 or 2025-09-14."
    try:
        found = _day(written)
    except ValueError:
        return refusal
    if found is None:
        return refusal
    ordinal = found.toordinal()
    return ordinal if _EARLIEST <= ordinal <= _LATEST else f"{refusal} The year is out of range."


def _day(written: str) -> date | None:
    if match := _ISO.fullmatch(written):
        return date(*(int(part) for part in match.groups()))
    if match := _BRITISH.fullmatch(written):
        return date(_year(match[3]), int(match[2]), int(match[1]))
    if (match := _NAMED.fullmatch(written)) and match[2].casefold() in _MONTHS:
        return date(_year(match[3]), _MONTHS[match[2].casefold()], int(match[1]))
    return None


def _year(written: str) -> int:
    return int(written) + (2000 if len(written) == 2 else 0)
