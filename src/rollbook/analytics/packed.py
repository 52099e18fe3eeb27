"""A school's year of marks in memory: one row a pupil, one byte a half-day (domain.codes.byte_of; 0 = no mark).

Any figure of a school costs milliseconds on this matrix, however many marks there are; the fold of the entries is what
costs, so entries are folded once and only new ones are added (docs/performance.md).
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from rollbook.domain.codes import CODES

Matrix = NDArray[np.uint8]

_GROWTH = 64


def _flags(attribute: str) -> NDArray[np.bool_]:
    flags = np.zeros(256, dtype=np.bool_)
    for code in CODES:
        flags[code.byte] = bool(getattr(code, attribute))
    return flags


POSSIBLE = _flags("is_possible")
ATTENDED = _flags("is_attended")
LATE = _flags("is_late")


class PackedYear:
    """The newest mark of every pupil for every half-day from `first_day` to `last_day`.

    Shape: `marks[row, column]`, uint8; `row_of[pupil_id]` is the row; column = 2 * days since first_day, + 1 for PM.
    `edition` grows with every fold: while it is the same, so are the marks.
    """

    def __init__(self, first_day: date, last_day: date) -> None:
        self.first_day = first_day
        self.last_day = last_day
        self.columns = 2 * ((last_day - first_day).days + 1)
        self.row_of: dict[int, int] = {}
        self.edition = 0
        self._minutes: dict[tuple[int, int], int | None] = {}
        self._store: Matrix = np.zeros((_GROWTH, self.columns), dtype=np.uint8)

    @property
    def marks(self) -> Matrix:
        """The rows in use. Shape: (pupils, columns)."""
        return self._store[: len(self.row_of)]

    def column(self, on: date, is_pm: bool) -> int:  # noqa: FBT001
        """Which column a half-day has. Errors: ValueError outside the year."""
        if not self.first_day <= on <= self.last_day:
            raise ValueError(f"{on} is not between {self.first_day} and {self.last_day}")
        return 2 * (on - self.first_day).days + int(is_pm)

    def day_of(self, column: int) -> date:
        """The day of a column."""
        return self.first_day + timedelta(days=column // 2)

    def fold(self, pupil_ids: Sequence[int], columns: Sequence[int], codes: Sequence[int]) -> None:
        """Adds entries in the order in which they were made; a later one for the same half-day wins.

        Shape: three sequences of the same length; columns as from `column`; codes are bytes.
        """
        if not len(pupil_ids):
            return
        self._make_rows(pupil_ids)
        row_of = self.row_of
        rows = np.fromiter((row_of[pupil] for pupil in pupil_ids), dtype=np.intp, count=len(pupil_ids))
        flat = rows * self.columns + np.asarray(columns, dtype=np.intp)
        # Assignment with repeated places keeps the last value only where NumPy says so; the newest is picked here
        # in so many words: of equal places, the last one in the given order.
        places, first_from_end = np.unique(flat[::-1], return_index=True)
        self._store.reshape(-1)[places] = np.asarray(codes, dtype=np.uint8)[::-1][first_from_end]
        # Last, so that whoever reads the edition and then the marks never takes older marks for these.
        self.edition += 1

    def fold_minutes(self, late: Iterable[tuple[int, int, int | None]]) -> None:
        """Adds the minutes of late entries, in the order in which they were made.

        Shape: pupil, column as from `column`, minutes or None where nobody wrote them down.
        """
        self._minutes.update(((pupil, column), minutes) for pupil, column, minutes in late)

    def minutes(self, pupil_id: int, column: int) -> int | None:
        """How many minutes late a mark is that stands as L or U; None where nobody wrote them down.

        Of any other mark it says nothing: what was amended away is still known here.
        """
        return self._minutes.get((pupil_id, column))

    def _make_rows(self, pupil_ids: Iterable[int]) -> None:
        for pupil in dict.fromkeys(pupil_ids):
            if pupil not in self.row_of:
                self.row_of[pupil] = len(self.row_of)
        if len(self.row_of) > len(self._store):
            size = max(len(self.row_of), 2 * len(self._store))
            store = np.zeros((size, self.columns), dtype=np.uint8)
            store[: len(self._store)] = self._store
            self._store = store

    def of_pupil(self, pupil_id: int) -> Matrix:
        """A pupil's half-days; all zero for a pupil without a mark. Shape: (columns,)."""
        row = self.row_of.get(pupil_id)
        if row is None:
            return np.zeros(self.columns, dtype=np.uint8)
        marks: Matrix = self._store[row]
        return marks

    def days_of(self, pupil_id: int) -> list[date]:
        """The days on which a pupil has a mark, in order."""
        return sorted({self.day_of(int(column)) for column in np.flatnonzero(self.of_pupil(pupil_id))})

    def counts(self, pupil_ids: Sequence[int], up_to_column: int | None = None) -> NDArray[np.int64]:
        """How many half-days were attended and how many were possible, for each pupil.

        Shape: (pupils, 2), columns attended, possible. `up_to_column` is exclusive.
        """
        result = np.zeros((len(pupil_ids), 2), dtype=np.int64)
        known = [(place, self.row_of[pupil]) for place, pupil in enumerate(pupil_ids) if pupil in self.row_of]
        if known:
            places, rows = zip(*known, strict=True)
            marks = self._store[list(rows), :up_to_column]
            result[list(places), 0] = ATTENDED[marks].sum(axis=1)
            result[list(places), 1] = POSSIBLE[marks].sum(axis=1)
        return result

    def histogram(self, pupil_ids: Sequence[int], columns: slice | None = None) -> NDArray[np.int64]:
        """How often each code stands for each pupil. Shape: (pupils, 256), indexed by the code's byte."""
        result = np.zeros((len(pupil_ids), 256), dtype=np.int64)
        for place, pupil in enumerate(pupil_ids):
            marks = self.of_pupil(pupil)
            result[place] = np.bincount(marks[columns] if columns else marks, minlength=256)
        return result
