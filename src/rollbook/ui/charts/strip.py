"""A pupil's year of half-days as squares."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from rollbook.domain.law import MONTHS
from rollbook.domain.sessions import SchoolSession
from rollbook.ui import words
from rollbook.ui.kinds import Kind, kind_of, title_of


@dataclass(frozen=True, slots=True)
class HalfDay:
    """One session of a pupil's year. `symbol` None: nobody marked it. `url` "" where there is no history."""

    on: date
    session: SchoolSession
    symbol: str | None
    words: str = ""
    url: str = ""
    is_amended: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One small square of the strip with its letter and its full sentence."""

    letter: str
    kind: str
    sentence: str
    url: str
    is_amended: bool = False


@dataclass(frozen=True, slots=True)
class Week:
    """Five days, morning and afternoon: ten cells from Monday morning on."""

    monday: date
    month: str  # only in the first week of a month that has school
    cells: tuple[Cell, ...]

    @property
    def label(self) -> str:
        """8 Sep: the week's Monday."""
        return f"{self.monday.day} {MONTHS[self.monday.month - 1][:3]}"


@dataclass(frozen=True, slots=True)
class Run:
    """Weeks of school without a whole week off between them, and the holiday that comes after."""

    caption: str
    weeks: tuple[Week, ...]
    gap_after: str


@dataclass(frozen=True, slots=True)
class YearStrip:
    """A pupil's year, run by run. `gap_before` names a holiday in front of the first run."""

    runs: tuple[Run, ...]


def year_strip(
    first_day: date,
    last_day: date,
    half_days: Iterable[HalfDay],
    closed: Mapping[date, str],
    expected: Iterable[tuple[date, SchoolSession]] = (),
) -> YearStrip:
    """A year as a strip of half-days.

    `closed` names the weekdays without school ("Half term", "INSET day"); a week wholly closed becomes a gap.
    `expected` are sessions still to come or not yet taken: they are empty cells. What is in none of the three
    (before the pupil joined, after they left) is empty too.
    """
    by_key = {(half.on, half.session): half for half in half_days}
    ahead = set(expected)
    monday = first_day - timedelta(days=first_day.weekday())
    mondays = [monday + timedelta(days=7 * n) for n in range((last_day - monday).days // 7 + 1)]

    def is_school_week(start: date) -> bool:
        week = [start + timedelta(days=n) for n in range(5)]
        return any(first_day <= day <= last_day and day not in closed for day in week)

    stretches = [(open_, list(group)) for open_, group in groupby(mondays, key=is_school_week)]
    runs: list[Run] = []
    seen_month = 0
    for index, (is_open, starts) in enumerate(stretches):
        if not is_open:
            continue
        weeks: list[Week] = []
        for start in starts:
            days = [start + timedelta(days=n) for n in range(5)]
            first_open = next((day for day in days if day >= first_day and day not in closed), start)
            month = MONTHS[first_open.month - 1][:3] if first_open.month != seen_month else ""
            seen_month = first_open.month
            cells = [_cell(day, session, by_key, closed, ahead) for day in days for session in SchoolSession]
            weeks.append(Week(start, month, tuple(cells)))
        after = stretches[index + 1][1] if index + 1 < len(stretches) else []
        runs.append(Run(_caption(starts, first_day, last_day), tuple(weeks), _gap(after, closed)))
    return YearStrip(tuple(runs))


def _caption(mondays: Sequence[date], first_day: date, last_day: date) -> str:
    first = max(mondays[0], first_day)
    last = min(mondays[-1] + timedelta(days=4), last_day)
    return f"{words.short_day(first)} to {words.short_day(last)}"


def _gap(mondays: Sequence[date], closed: Mapping[date, str]) -> str:
    names = [
        closed[day]
        for start in mondays
        for day in (start + timedelta(days=n) for n in range(5))
        if day in closed
    ]
    return max(names, key=names.count) if names else ""


def _cell(
    day: date,
    session: SchoolSession,
    by_key: Mapping[tuple[date, SchoolSession], HalfDay],
    closed: Mapping[date, str],
    ahead: set[tuple[date, SchoolSession]],
) -> Cell:
    half = by_key.get((day, session))
    when = f"{words.short_day(day)} {session.words}"
    if half is not None:
        kind = kind_of(half.symbol)
        meaning = half.words or title_of(half.symbol)
        amended = ", amended" if half.is_amended else ""
        return Cell(half.symbol or "?", kind, f"{when}: {meaning}{amended}", half.url, half.is_amended)
    if day in closed:
        return Cell("", Kind.CLOSED, f"{when}: {closed[day]}", "")
    said = "not taken yet" if (day, session) in ahead else "no session for this pupil"
    return Cell("", Kind.NONE, f"{when}: {said}", "")
