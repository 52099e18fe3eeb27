"""Who was seen again after an absence, for a whole school at once: the rule of `domain.back` on a matrix of marks."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rollbook.analytics.packed import Matrix
from rollbook.domain.absences import is_missed, is_seen
from rollbook.domain.codes import CODES

_NEITHER, _SEEN, _MISSED = 0, 1, 2


def _kinds() -> NDArray[np.uint8]:
    kinds = np.zeros(256, dtype=np.uint8)
    for code in CODES:
        if is_seen(code.symbol):
            kinds[code.byte] = _SEEN
        elif is_missed(code.symbol):
            kinds[code.byte] = _MISSED
    return kinds


_KIND_OF = _kinds()


class SeenAgain(NamedTuple):
    """A pupil's row, the columns of the sessions missed, and the column in which the pupil was seen again."""

    row: int
    missed: tuple[int, ...]
    seen: int


def seen_again(marks: Matrix, first_column: int, end_column: int) -> list[SeenAgain]:
    """Every absence that ended in these columns (`end_column` is not one of them), by row and column.

    Shape: `marks` (pupils, half-days) as in `analytics.packed`, from the beginning of the year.
    """
    kinds = _KIND_OF[marks[:, :end_column]]
    columns = np.arange(kinds.shape[1], dtype=np.int32)
    last_known = np.maximum.accumulate(np.where(kinds != _NEITHER, columns, -1), axis=1)
    last_seen = np.maximum.accumulate(np.where(kinds == _SEEN, columns, -1), axis=1)
    # What was known last before each half-day; -1 where nothing was.
    before = np.hstack([np.full((len(kinds), 1), -1, dtype=np.int32), last_known[:, :-1]])
    was_missed = (before >= 0) & (np.take_along_axis(kinds, np.maximum(before, 0), axis=1) == _MISSED)
    ends = (kinds == _SEEN) & was_missed
    ends[:, :first_column] = False
    found = []
    for row, at in np.argwhere(ends).tolist():
        start = int(last_seen[row, at - 1]) + 1
        missed = np.flatnonzero(kinds[row, start:at] == _MISSED) + start
        found.append(SeenAgain(row, tuple(missed.tolist()), at))
    return found
