"""Medians and tails of what was measured."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """Times of many like requests. Units: ms."""

    count: int
    median: float
    p95: float
    p99: float
    worst: float

    def as_dict(self) -> dict[str, float]:
        """For the JSON file."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def figures(times: Sequence[float]) -> Figures:
    """What a list of times comes to. Errors: ValueError for an empty list."""
    if not times:
        raise ValueError("nothing was measured")
    ordered = sorted(times)
    return Figures(len(ordered), *(percentile(ordered, share) for share in (0.5, 0.95, 0.99)), ordered[-1])


def percentile(ordered: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of a sorted list: a time that was really measured."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
