"""Marks of any number of pupils over any years: one byte a half-day, in pages of 32 days that are made when needed.

A pupil's year costs about as many bytes as it has half-days, one single day of a million pupils 64 bytes each. It tells
at once whether a pupil's half-day has a mark already. For one school's year see `analytics.packed`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollbook.domain.codes import CODES

Numbers = NDArray[np.int64]
DAYS = 32
CELLS = 2 * DAYS
_GROWTH = 1 << 10
_PAGES_AT_ONCE = 1 << 16
_IS_POSSIBLE = np.zeros(256, dtype=np.bool_)
for _code in CODES:
    _IS_POSSIBLE[_code.byte] = _code.is_possible


@dataclass(frozen=True, slots=True)
class Repeats:
    """Which of the marks just added were there already? `same` are those with the same code, `other` with another.

    Shape: places in the arrays that were added.
    """

    same: NDArray[np.intp]
    other: NDArray[np.intp]


class MarkPages:
    """The marks of pupils by half-day. Pupils are numbers from 0; days are ordinals; codes are bytes, never 0."""

    def __init__(self) -> None:
        self._cells: NDArray[np.uint8] = np.zeros((_GROWTH, CELLS), dtype=np.uint8)
        self._owner: NDArray[np.int64] = np.zeros(_GROWTH, dtype=np.int64)
        self._month: NDArray[np.int64] = np.zeros(_GROWTH, dtype=np.int64)
        self._count = 0
        # The page of a pupil and a month, 0 where there is none yet; page 0 is never used.
        self._page: NDArray[np.int32] = np.zeros((_GROWTH, 4), dtype=np.int32)
        self._column_of: dict[int, int] = {}
        self._first_month = 0
        self._column: NDArray[np.int64] = np.full(1, -1, dtype=np.int64)

    def cells_of(self, pupils: Numbers, days: Numbers, is_pm: Numbers) -> Numbers:
        """A number for each half-day of each pupil, always the same one. Makes the pages that are not there."""
        months = days // DAYS
        columns = self._columns(months)
        self._make_room(int(pupils.max(initial=-1)) + 1)
        pages = self._page[pupils, columns].astype(np.int64)
        absent = np.flatnonzero(pages == 0)
        if absent.size:
            width = self._page.shape[1]
            keys = pupils[absent] * width + columns[absent]
            # Marks of one page mostly follow one another.
            new = np.unique(keys[np.flatnonzero(np.diff(keys, prepend=-1))])
            self._make_pages(new // width, new % width)
            pages[absent] = self._page[pupils[absent], columns[absent]]
        cells: Numbers = pages * CELLS + 2 * (days % DAYS) + is_pm
        return cells

    def add(self, cells: Numbers, codes: NDArray[np.uint8]) -> Repeats:
        """Puts marks where none is. Of several for one half-day the first stays."""
        flat = self._cells.reshape(-1)
        standing = flat[cells]
        fresh = standing == 0
        if _has_repeats(cells):
            _, firsts = np.unique(cells, return_index=True)
            is_first = np.zeros(len(cells), dtype=np.bool_)
            is_first[firsts] = True
            fresh &= is_first
        flat[cells[fresh]] = codes[fresh]
        repeated = np.flatnonzero(~fresh)
        if not repeated.size:
            return Repeats(repeated, repeated)
        is_same = flat[cells[repeated]] == codes[repeated]
        return Repeats(repeated[is_same], repeated[~is_same])

    def code_at(self, cell: int) -> int:
        """The byte of the mark of a half-day; 0 where there is none."""
        return int(self._cells.reshape(-1)[cell])

    def marks_with(self, wanted: NDArray[np.bool_]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """All marks of the wanted codes, by pupil and time. Shape: `wanted[byte]`; pupils, days, is_pm, codes."""
        found: list[tuple[Numbers, Numbers, Numbers]] = []
        for first, cells in self._used():
            rows, places = np.nonzero(wanted[cells])
            pages = rows + first
            halves = (self._month[pages] * CELLS + places).astype(np.int64)
            found.append((self._owner[pages], halves, cells[rows, places].astype(np.int64)))
        pupils, halves, codes = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.lexsort((halves, pupils))
        halves = halves[order]
        return pupils[order], halves // 2, halves % 2, codes[order]

    def days_met(self, school_of: Numbers, school_count: int) -> tuple[Numbers, Numbers]:
        """On which days did each school have a session that was possible for somebody? Shape: schools, ordinals."""
        months = len(self._column_of)
        met = np.zeros((school_count, months, DAYS), dtype=np.bool_)
        for first, cells in self._used():
            possible = _IS_POSSIBLE[cells].reshape(-1, DAYS, 2).any(axis=2)
            rows, places = np.nonzero(possible)
            pages = rows + first
            columns = self._column[self._month[pages] - self._first_month]
            met[school_of[self._owner[pages]], columns, places] = True
        month_of = np.zeros(months, dtype=np.int64)
        for month, column in self._column_of.items():
            month_of[column] = month
        schools, columns, places = np.nonzero(met)
        return schools, month_of[columns] * DAYS + places

    def _used(self) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Pages with what stands in them, a number at a time so that what is made of them stays small."""
        for first in range(1, max(2, self._count + 1), _PAGES_AT_ONCE):
            yield first, self._cells[first : min(first + _PAGES_AT_ONCE, self._count + 1)]

    def _columns(self, months: Numbers) -> Numbers:
        """The column of each month in the table of pages; new months get the next ones."""
        if months.size:
            low, high = int(months.min()), int(months.max())
            known = len(self._column) > 1
            if not known or low < self._first_month or high >= self._first_month + len(self._column):
                first = min(low, self._first_month) if known else low
                last = max(high, self._first_month + len(self._column) - 1) if known else high
                self._column = np.full(last - first + 2, -1, dtype=np.int64)
                self._first_month = first
                for month, column in self._column_of.items():
                    self._column[month - first] = column
        columns: Numbers = self._column[months - self._first_month]
        if (columns < 0).any():
            for month in np.unique(months[columns < 0]).tolist():
                self._column[month - self._first_month] = self._column_of.setdefault(
                    month, len(self._column_of)
                )
            columns = self._column[months - self._first_month]
        return columns

    def _make_room(self, pupils: int) -> None:
        height, width = self._page.shape
        if pupils > height or len(self._column_of) > width:
            grown = (
                max(pupils, 2 * height if pupils > height else height),
                max(len(self._column_of), 2 * width if len(self._column_of) > width else width),
            )
            table = np.zeros(grown, dtype=np.int32)
            table[:height, :width] = self._page
            self._page = table

    def _make_pages(self, pupils: Numbers, columns: Numbers) -> None:
        first, self._count = self._count + 1, self._count + len(pupils)
        if self._count >= len(self._cells):
            size = max(self._count + 1, len(self._cells) + len(self._cells) // 2)
            self._cells = np.concatenate([self._cells, np.zeros((size - len(self._cells), CELLS), np.uint8)])
            more = np.zeros(size - len(self._owner), dtype=np.int64)
            self._owner, self._month = (
                np.concatenate([self._owner, more]),
                np.concatenate([self._month, more]),
            )
        numbers = np.arange(first, self._count + 1)
        self._page[pupils, columns] = numbers
        self._owner[numbers] = pupils
        months = np.zeros(len(self._column_of), dtype=np.int64)
        for month, column in self._column_of.items():
            months[column] = month
        self._month[numbers] = months[columns]


def _has_repeats(cells: Numbers) -> bool:
    """Is any number there twice? Files are mostly sorted, and then nothing need be sorted to know."""
    steps = np.diff(cells)
    return not (steps > 0).all() and not np.diff(np.sort(cells)).all()
