"""How often each code occurs, and how absence is spread over pupils: published figures (README.md says which)."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

PHASES = ("primary", "secondary", "special")
ABSENCE_CODES = ("I", "M", "R", "S", "T", "E", "C", "C1", "J1", "C2", "G", "U", "O")
ACTIVITY_CODES = ("B", "P", "V", "W", "K")
# The last band is "50 percent and over"; few pupils of it never come at all.
_TOP_BAND = (50.0, 92.0)
_FIRST_YEAR_OF_NEW_CODES = 2024
# Before the codes of 2024 the same absences were recorded under these.
_OLDER = {"C1": "C", "C2": "C", "J1": "C", "K": "B"}


@dataclass(frozen=True)
class Shares:
    """What one academic year looks like in one phase. Units: fractions of possible sessions; factors round 1."""

    codes: dict[str, float]
    bands: dict[int, tuple[float, ...]]
    weekdays: tuple[float, ...]
    terms: tuple[float, ...]
    autumn_weeks: tuple[float, ...]

    @property
    def absence(self) -> float:
        """Overall absence as a fraction of possible sessions."""
        return sum(self.codes[code] for code in ABSENCE_CODES)

    def absence_of(self, year_group: int, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """The yearly absence of pupils from their places in their year group: 0 the least absent, 1 the most.

        Shape: as `places`. Units: fraction of sessions.
        """
        known = sorted(self.bands)
        shares = self.bands[min(max(year_group, known[0]), known[-1])]
        upper = np.cumsum(shares) / sum(shares)
        edges = np.array([5.0 * number for number in range(len(shares))] + [_TOP_BAND[1]])
        # Few pupils are never absent: the lowest band starts a little above nought.
        edges[0] = 0.4
        rates: NDArray[np.float64] = np.interp(places, np.concatenate([[0.0], upper]), edges)
        return rates / 100


@cache
def _data() -> dict[str, Any]:
    text = files("rollbook.config.simulation").joinpath("shares.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def shares_of(phase: str, starts_in: int) -> Shares:
    """The shares for the academic year that starts in September of `starts_in`, or the nearest year that is known.

    Errors: KeyError for a phase that is not in PHASES.
    """
    data = _data()
    known = sorted(data["codes"])
    first = int(known[0][:4])
    year = known[min(max(starts_in - first, 0), len(known) - 1)]
    codes = {code: percent / 100 for code, percent in data["codes"][year][phase].items()}
    if starts_in < _FIRST_YEAR_OF_NEW_CODES:
        for code, older in _OLDER.items():
            codes[older] += codes[code]
            codes[code] = 0.0
    return Shares(
        codes=codes,
        bands={int(group): tuple(shares) for group, shares in data["absence"][phase].items()},
        weekdays=tuple(data["weekdays"][phase]),
        terms=tuple(data["terms"][phase]),
        autumn_weeks=tuple(data["autumn_weeks"][phase]),
    )
