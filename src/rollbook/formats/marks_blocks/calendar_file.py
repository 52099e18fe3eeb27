"""A small file that says on which days, or half days, schools were open or closed.

Columns: date and status (open or closed); if wanted last_day (a span of days), session and school. Where a school has
any open line, only its open days are school days; otherwise all days are but its closed ones. Closed wins over open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rollbook.formats.marks_blocks.block import Refusals
from rollbook.formats.marks_blocks.opening import open_blocks
from rollbook.formats.marks_file.words import SESSIONS, read_day
from rollbook.formats.tables import Unreadable, fold
from rollbook.formats.tables.values import tidy

_COLUMNS: Mapping[str, str] = {
    "date": "date",
    "first day": "date",
    "last day": "last_day",
    "session": "session",
    "school": "school",
    "status": "status",
}
_LONGEST_SPAN = 400
HalfDay = tuple[int, int]


@dataclass(slots=True)
class OpenDays:
    """On which half-days were schools open? The name "" stands for every school.

    Units: an ordinal day with 0 for AM, 1 for PM.
    """

    opened: dict[str, set[HalfDay]] = field(default_factory=dict)
    closed: dict[str, set[HalfDay]] = field(default_factory=dict)
    refusals: Refusals = field(default_factory=Refusals)
    row_word: str = "Line"

    def is_open(self, school: str, day: int, is_pm: int) -> bool:
        """Was the school open then, as far as the file says?"""
        names = {school, ""}
        if any((day, is_pm) in self.closed.get(name, ()) for name in names):
            return False
        listed = [self.opened[name] for name in names if name in self.opened]
        return not listed or any((day, is_pm) in half_days for half_days in listed)

    def days_open(self, school: str) -> set[date] | None:
        """The days of this school named open; None where the file names only closed days."""
        listed = [self.opened[name] for name in {school, ""} if name in self.opened]
        if not listed:
            return None
        return {
            date.fromordinal(day)
            for half_days in listed
            for day, is_pm in half_days
            if self.is_open(school, day, is_pm)
        }


def read_open_days(path: Path) -> OpenDays:
    """The calendar file. Errors: Unreadable; OSError."""
    source = open_blocks(path)
    places = {_COLUMNS[fold(name)]: name for name in source.headings if fold(name) in _COLUMNS}
    if "date" not in places or "status" not in places:
        raise Unreadable(
            "The calendar has no column date or no column status. Its first line must name the columns: date, status "
            "(open or closed) and, if you want, last_day, session and school."
        )
    found = OpenDays(row_word=source.row_word)
    for block in source.blocks(list(places.values()), found.refusals):
        for number, line in enumerate(block.lines.tolist()):
            cells = {
                role: tidy(block.columns[name].distinct[block.columns[name].places[number]])
                for role, name in places.items()
            }
            problem = _take(found, cells)
            if problem:
                found.refusals.add(line, problem)
    return found


def _take(found: OpenDays, cells: Mapping[str, str]) -> str:
    """Adds one line; what is wrong with it, or nothing."""
    first = read_day(cells["date"])
    last = read_day(cells["last_day"]) if cells.get("last_day") else first
    if isinstance(first, str):
        return first
    if isinstance(last, str):
        return last
    written = cells.get("session", "").casefold()
    if written and written not in SESSIONS:
        return f"'{written[:40]}' is not a session. Write AM or PM, or leave it empty for the whole day."
    status = cells["status"].casefold()
    if status not in ("open", "closed"):
        return f"'{status[:40]}' is not a status. Write open or closed."
    if not first <= last <= first + _LONGEST_SPAN:
        return "The last day is before the first or more than a year after it."
    sessions: Iterable[int] = (SESSIONS[written],) if written else (0, 1)
    days = (found.opened if status == "open" else found.closed).setdefault(cells.get("school", ""), set())
    days.update((day, is_pm) for day in range(first, last + 1) for is_pm in sessions)
    return ""
