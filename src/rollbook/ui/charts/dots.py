"""Groups side by side: a dot for each on one scale, the whole and what it is compared with as lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rollbook.domain import rates
from rollbook.ui.charts.scales import scale

# Units: per cent of the lane's width; room at both ends for a dot.
LEFT, RIGHT = Fraction(2), Fraction(98)
_HALF = 50


@dataclass(frozen=True, slots=True)
class Marker:
    """A line through all lanes. Kinds: own (strong) and benchmark (dashed). `anchor` as SVG has it."""

    name: str
    words: str
    kind: str
    x: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One group. `x` is "" where it has no figure; the stem goes from `stem_x` to the dot over `stem_width`."""

    label: str
    words: str
    x: str
    stem_x: str = ""
    stem_width: str = ""


@dataclass(frozen=True, slots=True)
class DotChart:
    """A picture of groups. `title` is its one message, `summary` says all of it to those who don't see it."""

    title: str
    dots: tuple[Dot, ...]
    markers: tuple[Marker, ...]
    ticks: tuple[tuple[str, str], ...]
    summary: str


def dot_chart(
    title: str,
    groups: Sequence[tuple[str, Fraction | None]],
    markers: Sequence[tuple[str, Fraction | None, str]],
    *,
    places: int = 1,
    unit: str = rates.PER_CENT,
) -> DotChart:
    """Each group's rate as a dot. Groups: name, rate. Markers: name, rate, kind ("own", "benchmark").

    The stem of a dot leads from the last marker that has a rate, so that its length is the gap. `places` are those of
    the percentages. Rates are at most 1; figures in any other unit ("min") are shown as they are.
    """
    of = 100 if unit == rates.PER_CENT else 1
    lines = [(name, value, kind) for name, value, kind in markers if value is not None]
    known = [value for _, value in groups if value is not None] + [value for _, value, _ in lines]
    low, high, step = scale([value * of / 100 for value in known], whole=unit == rates.PER_CENT)

    def x_of(value: Fraction) -> Fraction:
        return LEFT + (value * of - low) / (high - low) * (RIGHT - LEFT)

    start = x_of(lines[-1][1]) if lines else None
    said = [f"{name} {rates.amount(value, unit, places)}" for name, value, _ in lines]
    said += [f"{label} {rates.amount(value, unit, places)}" for label, value in groups if value is not None]
    count = int((high - low) / step)
    return DotChart(
        title=title,
        dots=tuple(
            _dot(label, rates.amount(value, unit, places), None if value is None else x_of(value), start)
            for label, value in groups
        ),
        markers=_markers(
            [(name, rates.amount(value, unit, places), kind, x_of(value)) for name, value, kind in lines]
        ),
        ticks=tuple(
            (
                _text(x_of((low + n * step) / of)),
                _tick((low + n * step) / of, unit, 1 if step < 1 else 0),
            )
            for n in range(count + 1)
        ),
        summary=f"{title} {'; '.join(said)}.",
    )


def _tick(value: Fraction, unit: str, places: int) -> str:
    """Only per cent is short enough to stand at every line of the scale."""
    return (
        rates.percent(value, places) if unit == rates.PER_CENT else f"{rates.round_half_up(value, places):,}"
    )


def _markers(lines: list[tuple[str, str, str, Fraction]]) -> tuple[Marker, ...]:
    """The lines with their names one below the other, so placed that no name lies across a line that has begun.

    Names point away from each other; where both lines lie in one half, both names point to the wider side, and the one
    that passes over the other line comes first.
    """
    left_to_right = sorted(lines, key=lambda line: line[3])
    are_right = [x > _HALF for *_, x in left_to_right]
    if all(are_right):
        placed = [(line, "end") for line in reversed(left_to_right)]
    elif not any(are_right):
        placed = [(line, "start") for line in left_to_right]
    else:
        placed = [(line, "start" if line[3] > _HALF else "end") for line in left_to_right]
    return tuple(Marker(name, words, kind, _text(x), anchor) for (name, words, kind, x), anchor in placed)


def _dot(label: str, words: str, x: Fraction | None, start: Fraction | None) -> Dot:
    if x is None or start is None:
        return Dot(label, words, "" if x is None else _text(x))
    return Dot(label, words, _text(x), _text(min(x, start)), _text(abs(x - start)))


def _text(value: Fraction) -> str:
    return str(rates.round_half_up(value, 2))
