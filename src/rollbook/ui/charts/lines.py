"""Rates over time as lines on one scale: this year strong, what it is compared with quiet, an aim dashed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from rollbook.domain import rates
from rollbook.ui.charts.scales import scale

# Units: per cent of the picture's width, so that it fits any screen; the height is in pixels.
LEFT, RIGHT = Fraction(7), Fraction(96)
HEIGHT, TOP, BOTTOM = 240, 24, 208
_AIM = "aim"
_WIDE, _HIGH = 8, 20  # the room that a figure takes


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the picture and its figure, or a name below it. `at` in pixels or in per cent, as text."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """One figure: where it stands, what it says in full and where it leads ("" nowhere)."""

    x: str
    y: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `paths` are its unbroken stretches in thousandths of the width and pixels; `kind` is its look.

    The figure of its `last` point stands above it, or below where another line's figure stands above.

    Kinds: now (strong, with dots), before (quiet), aim (dashed).
    """

    name: str
    kind: str
    paths: tuple[str, ...]
    points: tuple[Point, ...]
    last: Point | None
    is_last_below: bool = False


@dataclass(frozen=True, slots=True)
class LineChart:
    """A picture of lines with the table behind it. `summary` says its message to those who don't see it."""

    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    names: tuple[Tick, ...]
    summary: str
    columns: tuple[str, ...]
    table: tuple[dict[str, Any], ...]
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Series:
    """The figures of one line, a rate or None for each place; `urls` lead from a place to what is behind it."""

    name: str
    kind: str
    values: Sequence[Fraction | None]
    urls: Mapping[int, str] | None = None


def line_chart(
    series: Sequence[Series],
    places: Sequence[str],
    names: Mapping[int, str],
    summary: str,
    *,
    whole: bool = True,
) -> LineChart:
    """Lines over the same places from left to right.

    `places` are each place in words (for the table), `names` what stands below some of them. Rates are at most 1 where
    `whole`. Errors: ValueError where a line has another number of places.
    """
    if any(len(each.values) != len(places) for each in series):
        raise ValueError("Every line has one value, or None, for each place.")
    known = [value for each in series for value in each.values if value is not None]
    low, high, step = scale(known, whole=whole)
    span = high - low
    width = (RIGHT - LEFT) / max(1, len(places) - 1)

    def x_of(place: int) -> Fraction:
        return LEFT + place * width

    def y_of(value: Fraction) -> Fraction:
        return BOTTOM - (value * 100 - low) / span * (BOTTOM - TOP)

    count = int(span / step)
    return LineChart(
        lines=_apart([_line(each, places, x_of, y_of) for each in series]),
        ticks=tuple(
            Tick(
                _text(y_of((low + n * step) / 100)),
                rates.percent((low + n * step) / 100, 1 if step < 1 else 0),
            )
            for n in range(count + 1)
        ),
        names=tuple(Tick(_text(x_of(place)), words) for place, words in sorted(names.items())),
        summary=summary,
        columns=tuple(each.name for each in series),
        table=_table(series, places),
    )


def _table(series: Sequence[Series], places: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """A row for each place, a cell for each line."""
    return tuple(
        {
            "name": words,
            "cells": [
                {"words": rates.percent(each.values[place]), "url": (each.urls or {}).get(place, "")}
                for each in series
            ],
        }
        for place, words in enumerate(places)
    )


def _line(series: Series, places: Sequence[str], x_of: Any, y_of: Any) -> Line:
    stretches: list[list[Point]] = [[]]
    for place, value in enumerate(series.values):
        if value is None:
            stretches.append([])
            continue
        words = f"{series.name}, {places[place]}: {rates.percent(value)}"
        url = (series.urls or {}).get(place, "")
        stretches[-1].append(Point(_text(x_of(place)), _text(y_of(value)), words, url))
    drawn = [stretch for stretch in stretches if stretch]
    points = tuple(point for stretch in drawn for point in stretch)
    last = next((value for value in reversed(series.values) if value is not None), None)
    return Line(
        name=series.name,
        kind=series.kind,
        paths=tuple(_path(stretch) for stretch in drawn if len(stretch) > 1),
        points=points if series.kind != _AIM else (),
        last=None if last is None else Point(points[-1].x, points[-1].y, rates.percent(last), points[-1].url),
    )


def _apart(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lets the figure of the lower of two lines that end beside one another stand below its point."""
    ends = [(n, line.last) for n, line in enumerate(lines) if line.last is not None and line.kind != _AIM]
    below = set()
    for n, end in ends:
        for other, its_end in ends:
            gap = Fraction(end.y) - Fraction(its_end.y)
            beside = abs(Fraction(end.x) - Fraction(its_end.x)) < _WIDE
            if beside and ((gap == 0 and n > other) or 0 < gap < _HIGH):
                below.add(n)
    return tuple(replace(line, is_last_below=n in below) for n, line in enumerate(lines))


def _path(points: Sequence[Point]) -> str:
    return "M" + " L".join(f"{_text(Fraction(point.x) * 10)} {point.y}" for point in points)


def _text(value: Fraction) -> str:
    return str(rates.round_half_up(value, 2))
