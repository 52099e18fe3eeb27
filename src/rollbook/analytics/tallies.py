"""What do marks in a matrix add up to, by pupil, by half-day or altogether? The kernels behind every figure.

`domain.rates.totals` is the rule and the oracle; the tests hold these counts to it exactly. A matrix of marks is as in
`analytics.packed`: uint8, one row a pupil, one column a half-day, 0 where nobody marked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollbook.analytics.packed import ATTENDED, LATE, Matrix
from rollbook.domain.codes import BY_BYTE, BY_SYMBOL, Category
from rollbook.domain.rates import Totals

Counts = NDArray[np.int64]


def flags_of(symbols: Sequence[str]) -> NDArray[np.bool_]:
    """A look-up by byte that is true for these codes. Shape: (256,)."""
    flags = np.zeros(256, dtype=np.bool_)
    flags[[BY_SYMBOL[symbol].byte for symbol in symbols]] = True
    return flags


def _in_category(category: Category) -> NDArray[np.bool_]:
    return flags_of([symbol for symbol, code in BY_SYMBOL.items() if code.category is category])


AUTHORISED = _in_category(Category.AUTHORISED)
UNAUTHORISED = _in_category(Category.UNAUTHORISED)
ABSENT = AUTHORISED | UNAUTHORISED


@dataclass(frozen=True, slots=True)
class Tally:
    """Sessions by what became of them, for many pupils or half-days at once. All arrays have one shape."""

    attended: Counts
    authorised: Counts
    unauthorised: Counts
    late: Counts

    @property
    def absent(self) -> Counts:
        """Sessions missed, authorised or not."""
        return self.authorised + self.unauthorised

    @property
    def possible(self) -> Counts:
        """Sessions that count as possible."""
        return self.attended + self.absent

    def at(self, place: int) -> Totals:
        """The totals at one place, with no single codes."""
        return _totals(
            int(self.attended[place]),
            int(self.authorised[place]),
            int(self.unauthorised[place]),
            int(self.late[place]),
        )

    def total(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice = slice(None)) -> Totals:
        """What the chosen places add up to, or all of them: sessions are pooled, never the rates."""
        parts = (self.attended, self.authorised, self.unauthorised, self.late)
        sums = [int(part[chosen].sum()) for part in parts]
        return _totals(*sums)

    def pooled(self, starts: Sequence[int]) -> "Tally":
        """Neighbouring places added together: from each start to the next. Shape: (len(starts),)."""
        where = np.asarray(starts, dtype=np.intp)
        parts = (self.attended, self.authorised, self.unauthorised, self.late)
        return Tally(*(np.add.reduceat(part, where) if len(where) else part[:0] for part in parts))


def _totals(attended: int, authorised: int, unauthorised: int, late: int) -> Totals:
    return Totals(
        possible=attended + authorised + unauthorised,
        attended=attended,
        authorised=authorised,
        unauthorised=unauthorised,
        late=late,
        missing=0,
        by_code={},
    )


# Four counts in one number, sixteen bits each: one look at a mark and one sum give all of them, four times as quick as
# one after the other. A count in a row or column stays below the bits' end: no school has so many pupils or half-days.
_BITS = 16
_MOST = (1 << _BITS) - 1
_COUNTS = sum(
    flags.astype(np.uint64) << np.uint64(_BITS * place)
    for place, flags in enumerate((ATTENDED, AUTHORISED, UNAUTHORISED, LATE))
)


def by_pupil(marks: Matrix) -> Tally:
    """The sessions of each pupil. Shape: (pupils,). Errors: ValueError for more than 65,535 half-days."""
    return _tally(marks, axis=1)


def by_half_day(marks: Matrix) -> Tally:
    """The sessions of each half-day, over all pupils. Shape: (columns,). Errors: ValueError beyond 65,535 pupils."""
    return _tally(marks, axis=0)


def _tally(marks: Matrix, axis: int) -> Tally:
    if marks.shape[axis] > _MOST:
        raise ValueError(f"At most {_MOST:,} marks can be counted together.")
    sums = np.take(_COUNTS, marks).sum(axis=axis, dtype=np.uint64)
    return Tally(
        *((sums >> np.uint64(_BITS * place) & np.uint64(_MOST)).astype(np.int64) for place in range(4))
    )


def code_counts(marks: Matrix) -> dict[str, int]:
    """How often each code stands in these marks, codes not met left out; most used first."""
    counted = np.bincount(marks.ravel(), minlength=256)
    found = {BY_BYTE[int(byte)].symbol: int(counted[byte]) for byte in np.flatnonzero(counted) if byte}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def persistently_absent(tally: Tally) -> NDArray[np.bool_]:
    """Who missed a tenth or more of their own possible sessions, as domain.rates has it? Shape: as the tally."""
    return (tally.possible > 0) & (tally.absent * 10 >= tally.possible)


def severely_absent(tally: Tally) -> NDArray[np.bool_]:
    """Who missed half or more of their own possible sessions, as domain.rates has it? Shape: as the tally."""
    return (tally.possible > 0) & (tally.absent * 2 >= tally.possible)
