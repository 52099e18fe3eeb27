"""A block of rows, column by column, and the rows that can't be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
REFUSALS_KEPT = 1_000
_SMALL = 1 << 16


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a block: row i holds the text `distinct[places[i]]`."""

    distinct: Sequence[str]
    places: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that follow one another. `lines[i]` is the line of row i in the file; `size` how much of the file it was."""

    columns: Mapping[str, Column]
    lines: Numbers
    size: int

    def __len__(self) -> int:
        return len(self.lines)


def combined(columns: Sequence[Column]) -> tuple[list[tuple[str, ...]], NDArray[np.int64]]:
    """Which texts of these columns stand together in a row, and where?

    Shape: row i has the texts `distinct[places[i]]`, one of each column; every one of `distinct` is in some row.
    """
    distinct: list[tuple[str, ...]] = [()]
    places = np.zeros(len(columns[0].places) if columns else 0, dtype=np.int64)
    for column in columns:
        width = max(1, len(column.distinct))
        used, places = compact(places * width + column.places, len(distinct) * width)
        distinct = [(*distinct[at // width], column.distinct[at % width]) for at in used.tolist()]
    return distinct, places


def compact(numbers: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """Which of the numbers below `size` occur, and the place of each among those."""
    if size > 8 * len(numbers) + _SMALL:
        used, places = np.unique(numbers, return_inverse=True)
        return used, places
    occurs = np.zeros(size, dtype=np.bool_)
    occurs[numbers] = True
    used = np.flatnonzero(occurs)
    place = np.zeros(size, dtype=np.int64)
    place[used] = np.arange(len(used))
    return used, place[numbers]


@dataclass(slots=True)
class Refusals:
    """The rows of a file that can't be taken, and why: the first REFUSALS_KEPT, and how many in all."""

    kept: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0

    def __bool__(self) -> bool:
        return self.count > 0

    def add(self, line: int, message: str) -> None:
        """Notes one row."""
        self.count += 1
        if len(self.kept) < REFUSALS_KEPT:
            self.kept.append((line, message))

    def add_all(self, lines: Numbers, places: NDArray[np.int64], messages: Sequence[str]) -> None:
        """Notes many rows: the one on lines[i] for the reason messages[places[i]]."""
        room = REFUSALS_KEPT - len(self.kept)
        self.count += len(lines)
        self.kept.extend(
            (int(line), messages[place]) for line, place in zip(lines[:room], places[:room], strict=True)
        )
