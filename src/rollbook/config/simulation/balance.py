"""What each pupil is absent for, such that both the pupils' totals and the codes' totals come out."""

import numpy as np
from numpy.typing import NDArray

from rollbook.config.simulation.shares import ABSENCE_CODES, Shares

Amounts = NDArray[np.float64]

_ROUNDS = 60
_YEAR_OF_EXAMINATIONS = 11


def mixes_of_reasons(
    shares: Shares, rates: Amounts, year_groups: NDArray[np.int64], numbers: np.random.Generator
) -> dict[str, Amounts]:
    """How much of the year each pupil is absent under each code.

    Shape: by code, one amount a pupil; a pupil's amounts add up to their rate. Units: fraction of sessions.
    """
    likely = _likely(rates, year_groups, numbers, shares)
    table = np.stack([likely[code] for code in ABSENCE_CODES], axis=1)
    wanted = np.array([shares.codes[code] for code in ABSENCE_CODES]) * len(rates)
    wanted[table.sum(axis=0) == 0] = 0
    wanted *= rates.sum() / wanted.sum()
    for _ in range(_ROUNDS):
        columns = table.sum(axis=0)
        table *= np.divide(wanted, columns, out=np.zeros_like(wanted), where=columns > 0)
        table *= (rates / np.maximum(table.sum(axis=1), 1e-12))[:, None]
    return {code: table[:, number] for number, code in enumerate(ABSENCE_CODES)}


def _likely(
    rates: Amounts, year_groups: NDArray[np.int64], numbers: np.random.Generator, shares: Shares
) -> dict[str, Amounts]:
    """How likely each reason is for each pupil before anything is balanced."""
    pupils = len(rates)
    severity = rates / rates.mean()

    def habit(shape: float) -> Amounts:
        return numbers.gamma(shape, 1 / shape, size=pupils)

    def only(share: float, least: float = 0.0) -> Amounts:
        """1 for about so many of the pupils whose absence is at least `least`, and for one at the least."""
        eligible = np.flatnonzero((rates >= least) & (rates < 0.6))
        chosen = np.zeros(pupils)
        if len(eligible):
            count = min(len(eligible), max(1, round(share * pupils)))
            chosen[numbers.choice(eligible, size=count, replace=False)] = 1.0
        return chosen

    oldest = (year_groups == _YEAR_OF_EXAMINATIONS).astype(np.float64)
    return {
        "I": habit(3) / (1 + severity / 4),
        "M": habit(1.5),
        "R": only(0.2),
        "S": oldest * habit(2),
        "T": only(0.01, 0.05),
        "E": only(0.07, 0.04) * habit(1),
        "C": habit(0.5) * severity,
        "C1": only(0.01),
        "J1": oldest * only(0.5),
        "C2": only(min(0.15, 8 * shares.codes["C2"]), 0.12) * habit(2),
        "G": only(0.16) * habit(2),
        "U": habit(0.4) * np.sqrt(severity),
        "O": habit(1) * severity**1.3,
    }
