"""Persistent and severe absence over time, as its template takes it."""

from fractions import Fraction
from typing import Any

from rollbook.apps.insight.presenters.words import behind_url, change, change_words
from rollbook.apps.insight.queries.history import History, HistoryAsked, LinePlace, Stretch
from rollbook.apps.insight.queries.measures import Counted
from rollbook.apps.insight.queries.narrowing import SEPARATOR
from rollbook.domain.rates import percent
from rollbook.ui.charts import LineChart, Series, line_chart

TOGETHER = "All pupils"


def history_context(found: History, asked: HistoryAsked, *, names: bool) -> dict[str, Any]:
    """Everything `insight/history.html` needs but its form; shares lead on only for those who may see the pupils."""
    return {
        "found": found,
        "measure": asked.measure,
        "dimension": asked.dimension,
        "year": asked.year,
        "only": asked.only.partition(SEPARATOR)[2],
        "line_title": line_title(found.line),
        "line": _line(found, asked, names=names) if len(found.line) > 1 else None,
        "tables": [
            _table(f"{asked.year.name} by half term", found.half_terms, found, asked, names=names),
            _table("Year by year", found.years, found, asked, names=names),
        ],
    }


def line_title(line: list[LinePlace]) -> str:
    """The one message: the newest half term, and the same one a year before or the one before it."""
    if not line:
        return "No possible session in any half term"
    now = line[-1]
    whole = "" if now.period.is_over else "the whole of "
    namesakes = [place for place in line[:-1] if place.period.name == now.period.name]
    before, than = (
        (namesakes[-1], f"{whole}it a year before" if whole else "a year before")
        if namesakes
        else (line[-2], f"{whole}the half term before")
        if len(line) > 1
        else (None, "")
    )
    text = (
        f"{now.period.words}: {percent(now.persistent)} persistently absent, {percent(now.severe)} severely"
    )
    if before is None:
        return text
    moved = change(now.persistent, before.persistent, more_is_better=False)
    return f"{text}; persistent absence is {change_words(moved, than)}"


def _line(found: History, asked: HistoryAsked, *, names: bool) -> LineChart:
    def series(name: str, kind: str, which: str, values: list[Fraction | None]) -> Series:
        urls = {
            place: behind_url(each.period, which=which, only=asked.only)
            for place, each in enumerate(found.line)
            if values[place]
        }
        return Series(name, kind, values, urls if names else None)

    places = [f"{each.period.name} {each.year}" for each in found.line]
    first_of = {each.year: place for place, each in reversed(list(enumerate(found.line)))}
    said = "; ".join(
        f"{place}: {percent(each.persistent)} and {percent(each.severe)}"
        for place, each in zip(places, found.line, strict=True)
    )
    return line_chart(
        [
            series("Persistently absent", "now", "persistent", [each.persistent for each in found.line]),
            series("Of them severely", "before", "severe", [each.severe for each in found.line]),
        ],
        places,
        {place: year for year, place in first_of.items()},
        f"Persistent and severe absence by half term. {said}.",
    )


def _table(
    title: str, stretches: list[Stretch], found: History, asked: HistoryAsked, *, names: bool
) -> dict[str, Any]:
    used = [label for label in found.labels if any(label in each.groups for each in stretches)]
    rows = [
        {
            "label": label,
            "cells": [
                _cell(each, each.groups[label], label, asked, names=names)
                if label in each.groups
                else {"name": each.period.name}
                for each in stretches
            ],
        }
        for label in used
    ]
    together = [_cell(each, each.together, "", asked, names=names) for each in stretches]
    return {
        "title": title,
        "columns": [each.period for each in stretches],
        "rows": rows,
        "total": {"label": asked.only.partition(SEPARATOR)[2] or TOGETHER, "cells": together},
    }


def _cell(
    stretch: Stretch, of: Counted | None, label: str, asked: HistoryAsked, *, names: bool
) -> dict[str, Any]:
    if of is None:
        return {"is_hidden": True, "name": stretch.period.name}
    choices = {"by": asked.dimension.name, "group": label} if label else {}
    url = behind_url(stretch.period, which=asked.measure.which.value, only=asked.only, **choices)
    return {
        "name": stretch.period.name,
        "share": percent(of.value),
        "part": f"{of.part:,} of {of.whole:,}",
        "url": url if names and of.part else "",
    }
