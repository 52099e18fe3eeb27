"""Marks on paper: a cell of a grid, and an amendment with the five things it must show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from rollbook.apps.registers.queries.marks import Versions, is_marked, may_read_reason
from rollbook.domain.access import Viewer
from rollbook.domain.marks import SchoolSession
from rollbook.ui.kinds import kind_of, title_of
from rollbook.ui.words import clock_time, local, short_day_with_year

WITHHELD = "kept by the school office"
NOBODY = "?"


@dataclass(frozen=True, slots=True)
class Amendment:
    """One amendment of a mark as regulation 6 asks for it: original, amended, reason, date, name and position."""

    pupil_id: int
    on: date
    session: SchoolSession
    was: str
    was_minutes: int | None
    now: str
    now_minutes: int | None
    reason: str
    is_withheld: bool
    at: datetime
    by_name: str
    by_position: str

    @property
    def day_words(self) -> str:
        """Tue 14 Oct 2025, morning."""
        return f"{short_day_with_year(self.on)}, {self.session.words}"

    @property
    def day_short(self) -> str:
        """Tue 14 Oct 2025, AM."""
        return f"{short_day_with_year(self.on)}, {self.session.value}"

    @property
    def was_short(self) -> str:
        """The code with the minutes, where every code on the paper has its meaning beside it: "L, 29 min"."""
        return _short(self.was, self.was_minutes)

    @property
    def now_short(self) -> str:
        """The same of the amended entry."""
        return _short(self.now, self.now_minutes)

    @property
    def was_words(self) -> str:
        """N No reason yet."""
        return _mark_words(self.was, self.was_minutes)

    @property
    def now_words(self) -> str:
        """L Late, 12 minutes."""
        return _mark_words(self.now, self.now_minutes)

    @property
    def when_words(self) -> str:
        """Tue 14 Oct 2025, 09:31."""
        when = local(self.at)
        return f"{short_day_with_year(when)}, {clock_time(when)}"

    @property
    def by_words(self) -> str:
        """Ann Officer, Attendance officer."""
        return f"{self.by_name}, {self.by_position}"


def amendments_of(viewer: Viewer, marks: Sequence[Versions]) -> list[Amendment]:
    """Every amendment of these marks; a reason that this viewer may not read is left out."""
    found = []
    for versions in marks:
        for before, after in pairwise(versions):
            may_read = may_read_reason(viewer, after)
            found.append(
                Amendment(
                    pupil_id=after.pupil_id,
                    on=after.on,
                    session=SchoolSession(after.session),
                    was=before.code,
                    was_minutes=before.minutes_late,
                    now=after.code,
                    now_minutes=after.minutes_late,
                    reason=after.reason if may_read else WITHHELD,
                    is_withheld=not may_read,
                    at=after.at,
                    by_name=after.by_name,
                    by_position=after.by_position,
                )
            )
    return found


def cell(versions: Versions | None, *, is_missing: bool, is_expected: bool) -> Mapping[str, Any]:
    """One half-day of a grid. Shape: `code`, `kind` for its colour, `amended`."""
    if versions:
        code = versions[-1].code
        shown = code if is_marked(versions) else NOBODY
        return {"code": shown, "kind": kind_of(code).value, "amended": len(versions) > 1}
    if is_missing:
        return {"code": NOBODY, "kind": "missing", "amended": False}
    return {"code": "", "kind": "none" if is_expected else "closed", "amended": False}


def _short(code: str, minutes: int | None) -> str:
    return f"{code}, {minutes} min" if minutes else code


def _mark_words(code: str, minutes: int | None) -> str:
    return f"{code} {title_of(code)}" + (f", {minutes_words(minutes)}" if minutes else "")


def minutes_words(minutes: int | None) -> str:
    """12 minutes."""
    return "1 minute" if minutes == 1 else f"{minutes or 0} minutes"
