"""The marks of everybody who was on the roll in a period, as one matrix: the ground every figure stands on."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from rollbook.analytics import tallies
from rollbook.analytics.packed import LATE, Matrix, PackedYear
from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.roll.queries.cohort import Member, cohort
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.rates import Totals
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.spans import Span

HalfDay = tuple[date, SchoolSession]
Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")

_NOT_ESTABLISHED = BY_SYMBOL["N"].byte


@dataclass(frozen=True)
class Measures:
    """The figures of some pupils over a period.

    `pupils` are those who had a possible session; of them `persistent` and `severe` missed a tenth or half of theirs.
    """

    pupils: int
    totals: Totals
    persistent: int
    severe: int


@dataclass(frozen=True)
class Ground:
    """Everybody on the roll in a period and their marks.

    Shape: `marks[row, column]` as in analytics.packed, a row for each of `members` and a column for each of
    `half_days`: those of school days whose register has opened. A mark on a day when the pupil was not on the roll is
    not in it, so leavers count to their last day (domain.md 4.1.7). The first `closed_columns` are of registers that
    have closed; before that a missing mark is nobody's fault. `years` are those the marks were taken from.

    A ground may be another request's too: read it, never write it. What it was asked before, it still knows.
    """

    calendar: SchoolCalendar
    first_day: date
    last_day: date
    members: list[Member]
    half_days: list[HalfDay]
    marks: Matrix
    on_roll: NDArray[np.bool_]
    closed_columns: int
    years: Sequence[PackedYear]
    _pieces: "dict[tuple[date, date], Ground]" = field(default_factory=dict, repr=False, compare=False)
    _labelled: dict[str, dict[str, list[int]]] = field(default_factory=dict, repr=False, compare=False)
    _made: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What a page works out from these marks alone, worked out once. Shape: one name, one kind of answer."""
        if name not in self._made:
            self._made[name] = make()
        found: Made = self._made[name]
        return found

    @cached_property
    def by_pupil(self) -> tallies.Tally:
        """The sessions of each pupil."""
        return tallies.by_pupil(self.marks)

    @cached_property
    def by_half_day(self) -> tallies.Tally:
        """The sessions of each half-day, all pupils together."""
        return tallies.by_half_day(self.marks)

    @cached_property
    def persistent(self) -> NDArray[np.bool_]:
        """Who is persistently absent in the period, severely or not."""
        return tallies.persistently_absent(self.by_pupil)

    @cached_property
    def severe(self) -> NDArray[np.bool_]:
        """Who is severely absent in the period."""
        return tallies.severely_absent(self.by_pupil)

    @cached_property
    def row_of(self) -> dict[int, int]:
        """The row of each pupil."""
        return {member.id: row for row, member in enumerate(self.members)}

    @cached_property
    def missing_count(self) -> int:
        """Marks nobody made, of pupils on the roll, in registers that have closed."""
        closed = slice(0, self.closed_columns)
        return int(np.count_nonzero((self.marks[:, closed] == 0) & self.on_roll[:, closed]))

    @cached_property
    def unexplained_count(self) -> int:
        """Marks that are still N and will become something else (domain.md 4.1.13)."""
        return int(np.count_nonzero(self.marks == _NOT_ESTABLISHED))

    @cached_property
    def lates(self) -> list[tuple[int, int, int | None]]:
        """Each late mark as it stands: its row, its column, and the minutes; None where nobody wrote them down."""
        year_of = {year.first_day: year for year in self.years}
        columns = []
        for day, session in self.half_days:
            year = year_of[year_bounds(self.calendar, day)[0]]
            columns.append((year, year.column(day, session is SchoolSession.PM)))
        found = []
        for row, place in np.argwhere(LATE[self.marks]).tolist():
            year, column = columns[place]
            found.append((row, place, year.minutes(self.members[row].id, column)))
        return found

    @cached_property
    def minutes_lost(self) -> NDArray[np.int64]:
        """The minutes each pupil came late, as far as they were written down."""
        minutes = np.zeros(len(self.members), dtype=np.int64)
        for row, _, late in self.lates:
            minutes[row] += late or 0
        return minutes

    def measures(self, rows: NDArray[np.intp] | Sequence[int] | None = None) -> Measures:
        """The figures of these rows, or of everybody."""
        chosen: slice | NDArray[np.intp] = slice(None) if rows is None else np.asarray(rows, dtype=np.intp)
        return Measures(
            int(np.count_nonzero(self.by_pupil.possible[chosen])),
            self.by_pupil.total(chosen),
            int(self.persistent[chosen].sum()),
            int(self.severe[chosen].sum()),
        )

    def groups(self, key: Callable[[Member], Key]) -> dict[Key, list[int]]:
        """The rows of the members that have each key, in the order in which the keys are met."""
        found: dict[Key, list[int]] = {}
        for row, member in enumerate(self.members):
            found.setdefault(key(member), []).append(row)
        return found

    def labelled(self, dimension: Dimension) -> dict[str, list[int]]:
        """The rows of each group of a dimension, as the members were on the last day."""
        if dimension.name not in self._labelled:
            self._labelled[dimension.name] = self.groups(
                lambda member: dimension.label_of(member, self.last_day)
            )
        return self._labelled[dimension.name]

    def only(self, rows: Sequence[int]) -> "Ground":
        """The same period for some of the members."""
        chosen = np.asarray(rows, dtype=np.intp)
        return Ground(
            self.calendar,
            self.first_day,
            self.last_day,
            [self.members[row] for row in rows],
            self.half_days,
            self.marks[chosen],
            self.on_roll[chosen],
            self.closed_columns,
            self.years,
        )

    def between(self, first_day: date, last_day: date) -> "Ground":
        """Some of the days, of those members who were on the roll on any of them."""
        asked = (first_day, last_day)
        if asked not in self._pieces:
            if len(self._pieces) >= KEPT_PIECES:
                self._pieces.clear()
            self._pieces[asked] = self._between(first_day, last_day)
        return self._pieces[asked]

    def _between(self, first_day: date, last_day: date) -> "Ground":
        columns = [place for place, (day, _) in enumerate(self.half_days) if first_day <= day <= last_day]
        piece = slice(columns[0], columns[-1] + 1) if columns else slice(0, 0)
        rows = np.flatnonzero(self.on_roll[:, piece].any(axis=1))
        return Ground(
            self.calendar,
            first_day,
            last_day,
            [self.members[row] for row in rows],
            self.half_days[piece],
            self.marks[rows, piece],
            self.on_roll[rows, piece],
            sum(1 for column in columns if column < self.closed_columns),
            self.years,
        )


@dataclass(frozen=True)
class _Seen:
    """What a ground was made of. While all of it is the same, so is the ground."""

    calendar_version: int
    half_days: int
    closed_columns: int
    members: list[Member]
    years: list[tuple[PackedYear, int]]

    def is_still(self, other: "_Seen") -> bool:
        """Whether nothing has changed: the lists and years are kept where they come from, so they are the same ones."""
        return (
            (self.calendar_version, self.half_days, self.closed_columns)
            == (other.calendar_version, other.half_days, other.closed_columns)
            and self.members is other.members
            and len(self.years) == len(other.years)
            and all(
                own is theirs and edition == their_edition
                for (own, edition), (theirs, their_edition) in zip(self.years, other.years, strict=True)
            )
        )


KEPT_GROUNDS = 16
KEPT_PIECES = 64
_kept: OrderedDict[tuple[int, date, date], tuple[_Seen, Ground]] = OrderedDict()
_kept_lock = Lock()


def forget_grounds() -> None:
    """Drops what is kept in memory, to measure what a look costs without it."""
    with _kept_lock:
        _kept.clear()


def ground(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> Ground:
    """The marks of the viewer's school from a day to a day, up to now.

    Three queries, and one more for each further academic year. What was worked out before is kept in memory and used
    again only where neither the calendar nor the roll nor a mark has changed since.
    """
    calendar = timetable(viewer).calendar
    last_day = min(last_day, now.date())
    half_days, closed_columns = _half_days(calendar, first_day, last_day, now)
    members = cohort(viewer, Span(first_day, last_day)) if first_day <= last_day else []
    bounds = list(dict.fromkeys(year_bounds(calendar, day) for day, _ in half_days))
    years = [packed_year(viewer.school_id, each) for each in bounds]
    seen = _Seen(
        viewer.calendar_version, len(half_days), closed_columns, members, [(y, y.edition) for y in years]
    )
    key = (viewer.school_id, first_day, last_day)
    with _kept_lock:
        known = _kept.get(key)
    if known is not None and seen.is_still(known[0]):
        return known[1]
    on_roll, marks = _matrices(years, members, half_days)
    made = Ground(calendar, first_day, last_day, members, half_days, marks, on_roll, closed_columns, years)
    with _kept_lock:
        _kept[key] = seen, made
        _kept.move_to_end(key)
        while len(_kept) > KEPT_GROUNDS:
            _kept.popitem(last=False)
    return made


def ground_of_pupil(viewer: Viewer, member: Member, first_day: date, last_day: date, now: datetime) -> Ground:
    """The same for one pupil alone, whose spans reach over these days. One query for each academic year."""
    calendar = timetable(viewer).calendar
    last_day = min(last_day, now.date())
    half_days, closed_columns = _half_days(calendar, first_day, last_day, now)
    bounds = dict.fromkeys(year_bounds(calendar, day) for day, _ in half_days)
    years = [packed_year(viewer.school_id, each) for each in bounds]
    on_roll, marks = _matrices(years, [member], half_days)
    return Ground(calendar, first_day, last_day, [member], half_days, marks, on_roll, closed_columns, years)


def _matrices(
    years: list[PackedYear], members: list[Member], half_days: list[HalfDay]
) -> tuple[NDArray[np.bool_], Matrix]:
    """Who was on the roll when, and their marks on those days; neither can be written."""
    on_roll = _on_roll(members, half_days)
    marks = _marks(years, members, half_days)
    marks[~on_roll] = 0
    for shared in (marks, on_roll):
        shared.setflags(write=False)
    return on_roll, marks


def _half_days(
    calendar: SchoolCalendar, first_day: date, last_day: date, now: datetime
) -> tuple[list[HalfDay], int]:
    """The half-days whose register has opened by now, and how many of them have closed."""
    opened: list[HalfDay] = []
    closed = 0
    for day in calendar.school_days(first_day, last_day) if first_day <= last_day else []:
        for school_session in SchoolSession:
            times = calendar.times(day, school_session) if day == now.date() else None
            if day < now.date() or (times is not None and times.opens_at <= now.time()):
                opened.append((day, school_session))
                closed += day < now.date() or (times is not None and times.closes_at <= now.time())
    return opened, closed


def _on_roll(members: list[Member], half_days: list[HalfDay]) -> NDArray[np.bool_]:
    days = np.array([day.toordinal() for day, _ in half_days], dtype=np.int64)
    found = np.zeros((len(members), len(half_days)), dtype=np.bool_)
    for row, member in enumerate(members):
        for span in member.spans:
            start = np.searchsorted(days, span.first_day.toordinal())
            stop = (
                len(days)
                if span.last_day is None
                else np.searchsorted(days, span.last_day.toordinal(), side="right")
            )
            found[row, start:stop] = True
    return found


def _marks(years: list[PackedYear], members: list[Member], half_days: list[HalfDay]) -> Matrix:
    marks = np.zeros((len(members), len(half_days)), dtype=np.uint8)
    for year in years:
        places = [place for place, (day, _) in enumerate(half_days) if year.first_day <= day <= year.last_day]
        rows = [
            (row, year.row_of[member.id]) for row, member in enumerate(members) if member.id in year.row_of
        ]
        if not rows:
            continue
        into, source = (np.array(each, dtype=np.intp) for each in zip(*rows, strict=True))
        columns = [
            year.column(day, session is SchoolSession.PM)
            for day, session in (half_days[place] for place in places)
        ]
        marks[np.ix_(into, np.asarray(places))] = year.marks[np.ix_(source, np.asarray(columns))]
    return marks
