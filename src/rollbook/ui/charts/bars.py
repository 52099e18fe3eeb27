"""Bars of counts: how far a register is, and what totals are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rollbook.domain import rates

PROGRESS_PARTS = ("present", "late", "absent", "other", "unmarked")
_PART_KINDS = {"absent": "noreason"}
_PART_WORDS = {
    "present": "present",
    "late": "late",
    "absent": "absent, no reason yet",
    "other": "other codes",
    "unmarked": "to mark",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar. Units: per cent of its length, as text, so that rounding happens once."""

    kind: str
    x: str
    width: str


def progress(counts: Mapping[str, int]) -> dict[str, Any]:
    """A register's bar: its parts from left to right, and the same in words."""
    total = sum(counts[name] for name in PROGRESS_PARTS)
    parts: list[Part] = []
    before = 0
    for name in PROGRESS_PARTS:
        count = counts[name]
        x, width = (rates.round_half_up(Fraction(n * 100, total or 1), 2) for n in (before, count))
        parts.append(Part(_PART_KINDS.get(name, name), str(x), str(width)))
        before += count
    said = [f"{counts[name]} {_PART_WORDS[name]}" for name in PROGRESS_PARTS]
    return {"parts": parts, "words": ", ".join(said)}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart of totals. `width` in per cent of the longest row's scale, as text."""

    label: str
    count: int
    share: str
    width: str
    kind: str


def bars(rows: Iterable[tuple[str, int, str]]) -> list[Bar]:
    """Totals as bars on one scale from nothing to their sum. Each row: words, count, kind (see `Kind`)."""
    listed = list(rows)
    total = sum(count for _, count, _ in listed) or 1
    shares = [Fraction(count, total) for _, count, _ in listed]
    return [
        Bar(label, count, rates.percent(share), str(rates.round_half_up(share * 100, 2)), kind)
        for (label, count, kind), share in zip(listed, shares, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class RateBar:
    """A share as a bar of its own, from nothing to all, with what it is a share of. `width` in per cent, as text."""

    label: str
    rate: Fraction | None
    width: str
    of: str


def rate_bars(rows: Iterable[tuple[str, int, int]]) -> list[RateBar]:
    """Shares as bars on one scale from nothing to all. Each row: words, how many, of how many."""
    made = []
    for label, count, of in rows:
        rate = Fraction(count, of) if of else None
        width = str(rates.round_half_up((rate or Fraction(0)) * 100, 2))
        made.append(RateBar(label, rate, width, f"{count:,} of {of:,}"))
    return made
