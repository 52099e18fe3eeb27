"""Which published figure compares with one of ours: which series, phase and stretch of the year?

The DfE publishes two series that must never meet in one comparison: daily attendance data (official statistics, year
to date and by term) and the school census (accredited, whole years). For Birmingham's special schools in 2024/25
persistent absence is 47.54% in the one and 41.20% in the other. Source: domain.md 4.1.2, 4.1.14 and 4.3.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from rollbook.domain.dfe_windows import DfeYear, dfe_year_of
from rollbook.domain.law import MONTHS, Citation, Finding, words_for_day
from rollbook.domain.spans import Span

ATTRIBUTION = "Department for Education, Pupil attendance in schools"
LICENCE = "Open Government Licence v3.0"

_DAILY = Citation(ATTRIBUTION, "year-to-date and termly tables")
_CENSUS = Citation("Pupil absence in schools in England (DfE)", "school census, full academic year")

NEAR_ENOUGH_DAYS = 42
"""Persistent absence compares only with a stretch that begins and ends, both together, within so many days of ours."""


class Series(StrEnum):
    """From which of the DfE's collections does a figure come?"""

    DAILY = "daily"
    CENSUS = "census"

    @property
    def words(self) -> str:
        """The series as a page names it."""
        return {"daily": "DfE daily attendance data", "census": "DfE school census (accredited)"}[self]


class Stretch(StrEnum):
    """Which part of a school year does a table cover?"""

    YEAR = "year"
    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"
    TO_WEEK = "to-week"


class PublishedPhase(StrEnum):
    """Which schools are pooled in a figure? All are state-funded."""

    ALL = "all"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    SPECIAL = "special"

    @property
    def words(self) -> str:
        """The schools as a page names them: special schools."""
        return f"{self.value} schools"


class Level(StrEnum):
    """How wide is the area of a figure?"""

    NATION = "nation"
    REGION = "region"
    AUTHORITY = "authority"


class DayFrom(StrEnum):
    """From where is it known on which day a table was published?

    A school may compare only with what is out, so each table has a day; only some carry one themselves. The DfE puts
    the census of a full academic year out in March. Source: domain.md 4.1.10.
    """

    FILE = "file"
    YEARS_FILE = "years-file"
    TIMETABLE = "timetable"

    def words(self, day: date) -> str:
        """What a page says of the day: as at 7 August 2025; or that it is assumed, and why."""
        if self is DayFrom.FILE:
            return f"as at {words_for_day(day)}"
        if self is DayFrom.YEARS_FILE:
            return (
                f"as at {words_for_day(day)}, the day of the whole year's table, which it agrees with; it has no "
                "day of its own"
            )
        return (
            f"out since {MONTHS[day.month - 1]} {day.year} by the DfE's timetable. The day itself is not known here; "
            "the last of the month is assumed"
        )


@dataclass(frozen=True, slots=True)
class Area:
    """For which area is a figure published? `region` is the code of the region an authority lies in, else empty."""

    code: str
    name: str
    level: Level
    region: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Which days does a published table cover, and since when is it out? `begins_in` is the year of its September.

    `day_from` says whether the day of publication is the DfE's own or assumed.
    """

    key: str
    series: Series
    stretch: Stretch
    begins_in: int
    days: Span
    published_on: date
    day_from: DayFrom = DayFrom.FILE

    @property
    def name(self) -> str:
        """The stretch in words: autumn term 2024/25."""
        year = DfeYear(self.begins_in).name
        if self.stretch is Stretch.YEAR:
            return year
        return (
            f"{year} to {words_for_day(self.last_day)}" if self.is_to_week else f"{self.stretch} term {year}"
        )

    @property
    def is_to_week(self) -> bool:
        """Does it end in the middle of a term?"""
        return self.stretch is Stretch.TO_WEEK

    @property
    def last_day(self) -> date:
        """The last day counted. Errors: ValueError for a table without an end."""
        if self.days.last_day is None:
            raise ValueError("A published table has a last day.")
        return self.days.last_day

    def distance(self, first_day: date, last_day: date) -> int:
        """How far do its first and last day lie from these, both together, within the school year? Units: days."""
        return abs(_place(self.days.first_day) - _place(first_day)) + abs(
            _place(self.last_day, self.days.first_day) - _place(last_day, first_day)
        )


Key = tuple[str, str, PublishedPhase, str]
"""Window, area, phase and group of pupils ("" for all of them)."""


@dataclass(frozen=True)
class Published:
    """What is published: areas by code, tables by key, and each figure as a share of one by place and measure."""

    areas: Mapping[str, Area] = field(default_factory=dict)
    windows: Mapping[str, Window] = field(default_factory=dict)
    figures: Mapping[Key, Mapping[str, Fraction]] = field(default_factory=dict)

    def figure(
        self, measure: str, window: Window, area: Area, phase: PublishedPhase, pupils: str = ""
    ) -> Fraction | None:
        """What is published there? None where it was suppressed or never published."""
        return self.figures.get((window.key, area.code, phase, pupils), {}).get(measure)

    def windows_with(
        self, measure: str, series: Series, phase: PublishedPhase, pupils: str = ""
    ) -> list[Window]:
        """Which tables of a series have this measure for England?"""
        return [
            window
            for window in self.windows.values()
            if window.series is series
            and any(
                measure in self.figures.get((window.key, area.code, phase, pupils), {})
                for area in self.areas.values()
                if area.level is Level.NATION
            )
        ]


def phases_for(phase: str, *, is_independent: bool) -> Finding[tuple[PublishedPhase, ...]]:
    """With which schools is a school of this phase compared? The first is the nearest, others stand beside it.

    An independent special school has no figures of its own kind: published "special" means state-funded.
    """
    if phase == "special" and is_independent:
        answer: tuple[PublishedPhase, ...] = (PublishedPhase.SPECIAL, PublishedPhase.SECONDARY)
        because = (
            "Published figures are of state-funded schools. For an independent special school state-funded special "
            "schools are the nearest, with secondary schools beside them; neither compares directly."
        )
    elif phase in _PHASES:
        answer = (_PHASES[phase],)
        because = f"Compared with state-funded {answer[0].words}."
        if is_independent:
            because += " An independent school is in no published figure, so the comparison is a rough one."
    else:
        answer = ()
        because = "The published figures have no schools of this phase, so there is nothing to compare with."
    return Finding(
        answer, "benchmarks.phase", because, {"phase": phase, "independent": is_independent}, _DAILY
    )


_PHASES: Mapping[str, PublishedPhase] = MappingProxyType(
    {
        "primary": PublishedPhase.PRIMARY,
        "secondary": PublishedPhase.SECONDARY,
        "all-through": PublishedPhase.ALL,
        "special": PublishedPhase.SPECIAL,
    }
)
_NOT_A_NAME = re.compile(
    r"\b(london borough of|royal borough of|city of|county of|the|metropolitan|borough|city|county|district|council"
    r"|unitary|authority|mbc|local)\b|[^a-z ]"
)


def areas_for(local_authority: str, areas: Iterable[Area]) -> Finding[tuple[Area, ...]]:
    """The country, and the region and the authority that the school's own settings name, the widest first.

    The authority is found by its name, however it is written ("Birmingham City Council"); the region follows from it.
    """
    known = tuple(areas)
    nations = tuple(area for area in known if area.level is Level.NATION)
    wanted = _plain(local_authority)
    own = next(
        (area for area in known if area.level is Level.AUTHORITY and _plain(area.name) == wanted), None
    )
    facts = {"local_authority": local_authority}
    if own is None:
        because = (
            f"No published figures are found for an authority called '{local_authority}'."
            if local_authority
            else "The school's settings name no local authority, so only England is compared with."
        )
        return Finding(nations, "benchmarks.areas", because, facts, _DAILY)
    regions = tuple(area for area in known if area.code == own.region)
    because = (
        f"{own.name} is the school's authority" + "".join(f"; it is in {area.name}" for area in regions) + "."
    )
    return Finding((*nations, *regions, own), "benchmarks.areas", because, facts, _DAILY)


def _plain(name: str) -> str:
    return " ".join(_NOT_A_NAME.sub(" ", name.casefold().replace("&", "and")).split())


def window_for(
    windows: Iterable[Window], first_day: date, last_day: date, today: date, *, by_period: bool
) -> Finding[Window | None]:
    """Which published table compares with these days? Of those out by `today`.

    The stretch of the school year that lies nearest, in the same year or the newest before it. `by_period` for
    measures that depend on the length of the period, as persistent absence does: then only a stretch that is near
    enough, so that a year to date compares with a year to date; a whole year of the census always asks for that.
    """
    out = [window for window in windows if window.published_on <= today]
    facts = {"first_day": first_day, "last_day": last_day, "today": today}
    citation = _CENSUS if any(window.series is Series.CENSUS for window in out) else _DAILY
    if not out:
        return Finding(None, "benchmarks.window", "No such figure is published.", facts, citation)
    nearest = min(out, key=lambda window: (window.distance(first_day, last_day), window.is_to_week))
    alike = [window for window in out if _is_alike(window, nearest)]
    year = dfe_year_of(last_day).begins_in
    chosen = min(alike, key=lambda window: (window.begins_in > year, abs(window.begins_in - year)))
    if (by_period or chosen.series is Series.CENSUS) and nearest.distance(
        first_day, last_day
    ) > NEAR_ENOUGH_DAYS:
        because = (
            f"The nearest published stretch is {chosen.name}, too far from these days: this figure depends on the "
            "length of the period."
        )
        return Finding(None, "benchmarks.window", because, facts, citation)
    because = (
        f"{chosen.series.words}, {chosen.name}: {words_for_day(chosen.days.first_day)} to "
        f"{words_for_day(chosen.last_day)}, {chosen.day_from.words(chosen.published_on)}."
    )
    return Finding(chosen, "benchmarks.window", because, facts, citation)


def _is_alike(window: Window, other: Window) -> bool:
    """The same stretch of whatever year; a year to a week is alike only to itself."""
    return window.stretch is other.stretch and (not window.is_to_week or window == other)


def _place(day: date, since: date | None = None) -> int:
    """How many days into the DfE's year that `since`, or the day itself, falls in?"""
    return (day - dfe_year_of(since or day).days.first_day).days
