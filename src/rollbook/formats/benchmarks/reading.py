"""Reads the published figures that come with the product; kept in memory, as they change only with the product."""

import csv
import gzip
from collections.abc import Container, Iterator
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from pathlib import Path

from rollbook.domain.benchmarks import (
    Area,
    DayFrom,
    Key,
    Level,
    Published,
    PublishedPhase,
    Series,
    Stretch,
    Window,
    areas_for,
)
from rollbook.domain.spans import Span

FOLDER = Path(__file__).parent
FIGURES = ("daily.csv.gz", "census.csv", "groups.csv")
_KEYS = ("window", "area", "phase", "pupils")


@lru_cache(maxsize=32)
def published(local_authority: str) -> Published:
    """What is published for England, and for the region and the authority of that name where they are found.

    Units: shares of one, as exact as they were published. The areas come the widest first.
    """
    everywhere = [
        Area(row["code"], row["name"], Level(row["level"]), row["region"])
        for row in rows_of(FOLDER / "areas.csv")
    ]
    areas = {area.code: area for area in areas_for(local_authority, everywhere).answer}
    windows = {window.key: window for window in map(window_of, rows_of(FOLDER / "windows.csv"))}
    figures: dict[Key, dict[str, Fraction]] = {}
    for name in FIGURES:
        for row in rows_of(FOLDER / name, areas):
            key = (row["window"], row["area"], PublishedPhase(row["phase"]), row.get("pupils", ""))
            figures[key] = {
                measure: Fraction(value) / 100
                for measure, value in row.items()
                if measure not in _KEYS and value
            }
    return Published(areas, windows, figures)


def window_of(row: dict[str, str]) -> Window:
    """One table of the list."""
    return Window(
        row["key"],
        Series(row["series"]),
        Stretch(row["stretch"]),
        int(row["begins_in"]),
        Span(date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])),
        date.fromisoformat(row["published_on"]),
        DayFrom(row["day_from"]),
    )


def rows_of(path: Path, areas: Container[str] | None = None) -> Iterator[dict[str, str]]:
    """The rows of a CSV file by heading; what a short row leaves out is empty.

    With `areas` only the rows whose second column is one of them: of thousands of rows a school needs a few hundred.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        lines: Iterator[str] = iter(file)
        if areas is not None:
            lines = chain([next(lines)], (line for line in lines if line.split(",", 2)[1] in areas))
        yield from csv.DictReader(lines, restval="")
