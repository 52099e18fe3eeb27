"""What follows a pattern, for a whole school at once: counts for every pupil, and whom an exact test is worth.

`domain.patterns` is the rule and the oracle. The chance of exactly so many is never more than that of so many or more,
so whoever the former already shows to be ordinary needs no exact test.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollbook.domain.patterns import LEAST, LONG_RUN

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]
# What floating point may be off by; whoever is this near is tested exactly.
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Table:
    """For each pupil and each look: chances, how many happened, how many lie inside, how many happened inside.

    Shape: the first two (pupils, 1), the others (pupils, looks).
    """

    chances: Counts
    happened: Counts
    inside: Counts
    happened_inside: Counts


def table(could: Flags, happened: Flags, inside: Flags) -> Table:
    """Counts for every pupil and look. Shape: (pupils, places), (pupils, places), (places, looks)."""
    looks = inside.astype(np.float32)
    # In single precision every whole number up to sixteen million is exact, and the product is a fast one.
    return Table(
        np.count_nonzero(could, axis=1)[:, None].astype(np.int64),
        np.count_nonzero(happened, axis=1)[:, None].astype(np.int64),
        (could.astype(np.float32) @ looks).astype(np.int64),
        (happened.astype(np.float32) @ looks).astype(np.int64),
    )


def long_runs(away: Flags) -> Flags:
    """Which days lie in five or more in a row away, as domain.patterns has it? Shape: (pupils, days)."""
    days = away.shape[1]
    found = np.zeros_like(away)
    if days < LONG_RUN:
        return found
    starts = away[:, : days - LONG_RUN + 1].copy()
    for later in range(1, LONG_RUN):
        starts &= away[:, later : days - LONG_RUN + 1 + later]
    for later in range(LONG_RUN):
        found[:, later : days - LONG_RUN + 1 + later] |= starts
    return found


def worth_testing(of: Table, looked_at: NDArray[np.int64], limit: float) -> Flags:
    """Where could the chance, times how much was looked at, be as small as the limit? Shape: (pupils, looks)."""
    chances, happened, inside, seen = np.broadcast_arrays(
        of.chances, of.happened, of.inside, of.happened_inside
    )
    candidates = (happened >= LEAST) & (seen * chances > happened * inside)
    places = np.nonzero(candidates)
    n, k, m, x = (each[places] for each in (chances, happened, inside, seen))
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, int(n.max(initial=0)) + 1)))])

    def choose(of_all: Counts, some: Counts) -> NDArray[np.float64]:
        found: NDArray[np.float64] = logs[of_all] - logs[some] - logs[of_all - some]
        return found

    log_chance = choose(m, x) + choose(n - m, k - x) - choose(n, k) + np.log(looked_at[places[0]])
    found = np.zeros(candidates.shape, dtype=np.bool_)
    found[places] = log_chance <= np.log(limit) + _SLACK
    return found
