"""The DfE's daily file: for each day, area and type of school how many sessions have each code.

The authorities' rows of days on which a single school reported are not in it, but their sessions are in the region's.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from rollbook.formats.dfe_tables.columns import AUTHORITY, GEOGRAPHY, PHASE_HEADINGS, REGIONAL, Columns
from rollbook.formats.marks_blocks import Refusals
from rollbook.formats.marks_file.words import read_day
from rollbook.formats.tables import Unreadable, rows_of

_KEYS = (*GEOGRAPHY, "time_period", "time_identifier", "attendance_date", "num_schools", "enrolments")
_SYMBOLS = frozenset({"c", "x", "z", "NA", ""})
"""What stands where a number is suppressed, not available or not applicable."""


class Area(NamedTuple):
    """One area, as the keys of a row name it."""

    geographic_level: str
    country_code: str
    country_name: str
    region_code: str
    region_name: str
    new_la_code: str
    la_name: str
    old_la_code: str


class RawDay(NamedTuple):
    """One row: a day, an area and a type of school. `counts` is None where the numbers are suppressed."""

    area: Area
    phase: str
    week: tuple[str, str]
    on: date
    schools: int
    enrolments: float | None
    counts: tuple[int, ...] | None


class HiddenDay(NamedTuple):
    """A day on which the numbers of some of these authorities are not in the file; of all of them, if certain."""

    on: date
    phase: str
    areas: tuple[Area, ...]
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Raw:
    """A daily file. Shape: the counts of each row are in the order of `columns.counts`."""

    columns: Columns
    days: Sequence[RawDay]
    refusals: Refusals


@dataclass(frozen=True, slots=True)
class Census:
    """How many schools and enrolments there are in all, reporting or not, by area and type of school."""

    of: Mapping[tuple[str, str, str, str], tuple[int, int]] = field(default_factory=dict)

    def at(self, area: Area, phase: str) -> tuple[int, int] | None:
        """Schools and enrolments; None where the census file has no such row."""
        key = (area.geographic_level, area.region_code, area.new_la_code, phase)
        return self.of.get(_area_key(key))


def read_raw(path: Path, leave_out: Collection[date] = ()) -> Raw:
    """The rows of a daily file but those of some days, such as bank holidays. Errors: Unreadable; OSError."""
    rows = rows_of(path)
    headings = [heading.strip() for heading in next(rows, [])]
    columns = Columns(headings)
    places = _places(headings, [*_KEYS, *columns.counts])
    if not columns.phase:
        raise Unreadable(f"The file has no column {' and none called '.join(PHASE_HEADINGS)}.")
    phase_at = headings.index(columns.phase)
    refusals = Refusals()
    days = []
    for line, row in enumerate(rows, 2):
        if not any(row):
            continue
        if len(row) != len(headings):
            refusals.add(line, f"It has {len(row)} values, but there are {len(headings)} headings.")
            continue
        try:
            day = _day(row, places, columns.counts, row[phase_at])
        except ValueError as problem:
            refusals.add(line, str(problem))
        else:
            if day.on not in leave_out:
                days.append(day)
    return Raw(columns, days, refusals)


def read_census(path: Path) -> Census:
    """Schools and enrolments from any table that has them, such as a published one. Errors: Unreadable; OSError."""
    rows = rows_of(path)
    headings = [heading.strip() for heading in next(rows, [])]
    phase = next((heading for heading in PHASE_HEADINGS if heading in headings), PHASE_HEADINGS[0])
    wanted = [
        "geographic_level",
        "region_code",
        "new_la_code",
        phase,
        "total_num_schools",
        "total_enrolments",
    ]
    places = _places(headings, wanted)
    found = {}
    for row in rows:
        if len(row) == len(headings):
            *key, schools, enrolments = (row[places[name]] for name in wanted)
            if schools.isdecimal() and enrolments.isdecimal():
                found[_area_key(key)] = int(schools), int(enrolments)
    return Census(found)


def _area_key(parts: Sequence[str]) -> tuple[str, str, str, str]:
    """A key in which an area's missing code is "", as some files write NA for it."""
    level, region, authority, phase = ("" if part == "NA" else part for part in parts)
    return level, region, authority, phase


def hidden_days(days: Sequence[RawDay]) -> Iterator[HiddenDay]:
    """On which days are an authority's numbers left out of the file although its schools met?

    The region then has more schools than its authorities listed, and more so than usually: some authorities are never
    listed at all. The hidden ones are among those that are listed on other days and not on such a one.
    """
    regional: dict[tuple[str, str, date], int] = {}
    listed: dict[tuple[str, str, date], int] = {}
    present: dict[tuple[str, str], dict[Area, set[date]]] = {}
    for day in days:
        where = (day.area.region_code, day.phase)
        if day.area.geographic_level == REGIONAL:
            regional[*where, day.on] = day.schools
        elif day.area.geographic_level == AUTHORITY:
            listed[*where, day.on] = listed.get((*where, day.on), 0) + day.schools
            present.setdefault(where, {}).setdefault(day.area, set()).add(day.on)
    for where, areas in present.items():
        missing = {
            key[2]: schools - listed.get(key, 0) for key, schools in regional.items() if key[:2] == where
        }
        usual = max(set(missing.values()), key=[*missing.values()].count, default=0)
        for on, schools in sorted(missing.items()):
            absent = tuple(area for area, met in areas.items() if on not in met)
            if schools > usual and absent:
                yield HiddenDay(on, where[1], absent, is_certain=schools - usual >= len(absent))


def _places(headings: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    for name in wanted:
        if headings.count(name) != 1:
            how = "has no column" if name not in headings else "has more than one column"
            raise Unreadable(f"The file {how} {name}. It must be a file as the DfE publishes it.")
    return {name: headings.index(name) for name in wanted}


def _day(row: Sequence[str], places: Mapping[str, int], counts: Sequence[str], phase: str) -> RawDay:
    on = read_day(row[places["attendance_date"]])
    if isinstance(on, str):
        raise ValueError(on)  # noqa: TRY004  the text is not of the right kind, not the value
    area = Area(*(row[places[name]] for name in GEOGRAPHY))
    numbers = [_number(row[places[name]], name) for name in counts]
    enrolments = row[places["enrolments"]]
    return RawDay(
        area,
        phase,
        (row[places["time_period"]], row[places["time_identifier"]]),
        date.fromordinal(on),
        _number(row[places["num_schools"]], "num_schools") or 0,
        None if enrolments in _SYMBOLS else float(_number(enrolments, "enrolments") or 0),
        None if None in numbers else tuple(number for number in numbers if number is not None),
    )


def _number(written: str, name: str) -> int | None:
    """A count; None for a symbol. Errors: ValueError."""
    if written in _SYMBOLS:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) <= 15):
        raise ValueError(f"'{written[:40]}' in {name[:60]} is not a whole number.")
    return int(written)
