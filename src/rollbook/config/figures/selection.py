"""Which marks of a file are asked about: from a day, to a day, without some days, on days when the school was open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rollbook.formats.marks_blocks import OpenDays

Numbers = NDArray[np.int64]


@dataclass(slots=True)
class Selection:
    """The days asked about. `left_out` counts the marks outside them, `closed_out` those the calendar leaves out."""

    first: date | None = None
    last: date | None = None
    excluded: frozenset[date] = frozenset()
    calendar: OpenDays | None = None
    left_out: int = 0
    closed_out: int = 0

    @property
    def is_everything(self) -> bool:
        """Is every mark asked about?"""
        return not (self.first or self.last or self.excluded or self.calendar)

    def of(
        self, days: Numbers, is_pm: Numbers, schools: Numbers, names: Sequence[str]
    ) -> NDArray[np.bool_] | None:
        """Which marks are asked about? None: all of them. Shape: `names[schools[i]]` is the school of mark i."""
        if self.is_everything or not len(days):
            return None
        in_days = np.ones(len(days), dtype=np.bool_)
        if self.first:
            in_days &= days >= self.first.toordinal()
        if self.last:
            in_days &= days <= self.last.toordinal()
        if self.excluded:
            in_days &= ~np.isin(days, [day.toordinal() for day in self.excluded])
        self.left_out += len(days) - int(np.count_nonzero(in_days))
        if self.calendar is None:
            return in_days
        halves, places = np.unique(schools << 32 | days << 1 | is_pm, return_inverse=True)
        opened = [
            self.calendar.is_open(names[half >> 32], (half & 0xFFFFFFFF) >> 1, half & 1)
            for half in halves.tolist()
        ]
        is_open = np.array(opened, dtype=np.bool_)[places]
        self.closed_out += int(np.count_nonzero(in_days & ~is_open))
        return in_days & is_open

    def notes(self) -> list[str]:
        """What was left out, in sentences."""
        notes = []
        if self.left_out:
            notes.append(
                f"{counted(self.left_out, 'mark is', 'marks are')} of days that were not asked about."
            )
        if self.closed_out:
            marks = counted(self.closed_out, "mark is", "marks are")
            notes.append(f"{marks} of days on which the calendar says the school was closed.")
        return notes


def counted(count: int, one: str, many: str) -> str:
    """A number with its words: "1 mark is", "2,000 marks are"."""
    return f"{count:,} {one if count == 1 else many}"
