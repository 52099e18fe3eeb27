"""Counts of marks by group: each code, each pupil's own possible sessions and absences, and minutes late.

All counts are whole numbers; `domain.rates` says what they mean, and the tests hold them against it.
"""

import numpy as np
from numpy.typing import NDArray

from rollbook.domain.codes import BY_BYTE, CODES

Numbers = NDArray[np.int64]
BYTES = 64
"""All codes have smaller numbers than this."""

_GATHERED = 1 << 21
_PERSISTENT, _SEVERE = 10, 2
_IS_POSSIBLE = np.array([byte in BY_BYTE and BY_BYTE[byte].is_possible for byte in range(BYTES)])
_IS_ABSENCE = np.array([byte in BY_BYTE and BY_BYTE[byte].is_absence for byte in range(BYTES)])
assert max(code.byte for code in CODES) < BYTES  # noqa: S101  the tables above are as long as that


class CodeCounts:
    """How many marks of each code are there in each group? Groups are numbers from 0."""

    def __init__(self) -> None:
        self._counts: Numbers = np.zeros((1, BYTES), dtype=np.int64)

    def add(self, groups: Numbers, codes: Numbers, counts: Numbers | None = None) -> None:
        """Adds marks, one each or as many as `counts` says."""
        if not len(groups):
            return
        self._counts = _with_room(self._counts, int(groups.max()) + 1)
        places = groups * BYTES + codes
        if counts is None:
            self._counts += np.bincount(places, minlength=self._counts.size).reshape(self._counts.shape)
        else:
            np.add.at(self._counts.reshape(-1), places, counts)

    def of(self, group: int) -> dict[str, int]:
        """The codes of a group that occur, in the order of their numbers, each with its count."""
        if group >= len(self._counts):
            return {}
        row = self._counts[group]
        return {BY_BYTE[byte].symbol: int(row[byte]) for byte in np.flatnonzero(row).tolist()}


class PupilCounts:
    """How many sessions were possible for each pupil within each group, and how many of them missed?

    What is added is gathered and summed up now and then, so that memory depends on pupils and not on marks.
    """

    def __init__(self) -> None:
        self._keys: Numbers = np.zeros(0, dtype=np.int64)
        self._sums: Numbers = np.zeros((0, 2), dtype=np.int64)
        self._gathered: list[tuple[Numbers, Numbers]] = []
        self._gathered_count = 0

    def add(self, groups: Numbers, pupils: Numbers, codes: Numbers) -> None:
        """Adds marks. Groups and pupils are numbers from 0, below two thousand million."""
        if not len(groups):
            return
        keys = (groups << 32) | pupils
        both = np.stack((_IS_POSSIBLE[codes], _IS_ABSENCE[codes]), axis=1).astype(np.int64)
        # Files are mostly sorted by pupil: marks that follow one another for one pupil are summed up first.
        starts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
        if len(starts) < len(keys):
            keys, both = keys[starts], np.add.reduceat(both, starts)
        self._gathered.append((keys, both))
        self._gathered_count += len(keys)
        if self._gathered_count > max(_GATHERED, len(self._keys)):
            self._sum_up()

    def result(self, group_count: int) -> Numbers:
        """Pupils, those persistently and those severely absent. Shape: (groups, 3).

        Exact: absent * 10 >= possible and absent * 2 >= possible, where anything was possible.
        """
        self._sum_up()
        groups = self._keys >> 32
        possible, absent = self._sums[:, 0], self._sums[:, 1]
        counted = possible > 0
        columns = (
            np.ones(len(groups), dtype=np.bool_),
            counted & (absent * _PERSISTENT >= possible),
            counted & (absent * _SEVERE >= possible),
        )
        return np.stack([np.bincount(groups[column], minlength=group_count) for column in columns], axis=1)

    def _sum_up(self) -> None:
        keys = np.concatenate([self._keys, *(keys for keys, _ in self._gathered)])
        sums = np.concatenate([self._sums, *(both for _, both in self._gathered)])
        self._gathered, self._gathered_count = [], 0
        if not len(keys):
            return
        order = np.argsort(keys, kind="stable")
        keys, sums = keys[order], sums[order]
        starts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
        self._keys, self._sums = keys[starts], np.add.reduceat(sums, starts)


class MinuteCounts:
    """How many minutes were lost by coming late, in each group? Marks without minutes add nothing."""

    def __init__(self) -> None:
        self._minutes: Numbers = np.zeros((1, 1), dtype=np.int64)

    def add(self, groups: Numbers, minutes: Numbers) -> None:
        """Adds marks; minutes are -1 where there are none."""
        late = np.flatnonzero(minutes > 0)
        if late.size:
            self._minutes = _with_room(self._minutes, int(groups[late].max()) + 1)
            np.add.at(self._minutes.reshape(-1), groups[late], minutes[late])

    def of(self, group: int) -> int:
        """The minutes of a group."""
        return int(self._minutes[group, 0]) if group < len(self._minutes) else 0


def _with_room(counts: Numbers, groups: int) -> Numbers:
    if groups <= len(counts):
        return counts
    grown = np.zeros((max(groups, 2 * len(counts)), counts.shape[1]), dtype=np.int64)
    grown[: len(counts)] = counts
    return grown
