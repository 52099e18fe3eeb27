"""Attendance before, during and after what was done for pupils, beside comparable pupils without it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rollbook.analytics import tallies
from rollbook.analytics.packed import ATTENDED
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.ground import Ground, ground
from rollbook.apps.roll.queries.cohort import Member
from rollbook.apps.schools.queries import timetable
from rollbook.apps.support.queries.supports import Dealt
from rollbook.domain.access import Viewer
from rollbook.domain.effect import (
    BANDS,
    FEW_SESSIONS,
    LONGEST_WEEKS,
    Verdict,
    Windows,
    effect_on_many,
    effect_on_one,
    windows,
)
from rollbook.domain.law import Finding
from rollbook.domain.spans import Span
from rollbook.domain.thresholds import school_weeks

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Count:
    """Sessions attended of so many possible ones."""

    attended: int = 0
    possible: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.attended + other.attended, self.possible + other.possible)

    @property
    def rate(self) -> Fraction | None:
        """The attendance rate."""
        return Fraction(self.attended, self.possible) if self.possible else None


_NONE = Count()


@dataclass(frozen=True, slots=True)
class Counts3:
    """What the windows before, during and after came to."""

    before: Count = _NONE
    during: Count = _NONE
    after: Count = _NONE

    def __add__(self, other: "Counts3") -> "Counts3":
        return Counts3(self.before + other.before, self.during + other.during, self.after + other.after)

    @property
    def change(self) -> Fraction | None:
        """By how much the rate moved from before to during."""
        before, during = self.before.rate, self.during.rate
        return None if before is None or during is None else during - before


@dataclass(frozen=True)
class PupilEffect:
    """One pupil's part: own counts, and those of the `comparable` pupils in the same days.

    `net` is the own change less theirs, or the own one where there are none; None with too few sessions.
    """

    dealt: Dealt
    windows: Windows
    own: Counts3
    comparable: tuple[Member, ...]
    others: Counts3
    net: Fraction | None
    weeks: dict[int, tuple[Count, Count]]
    """Own and others' counts by school week: -1 is the last before, 1 the first during."""


@dataclass(frozen=True)
class Effect:
    """What came of one kind of help, all pupils together; of one pupil where there is one row."""

    rows: list[PupilEffect]
    own: Counts3
    others: Counts3
    finding: Finding[Verdict]
    weeks: list[tuple[int, Count, Count]]

    @property
    def pupils(self) -> int:
        """How many pupils had it, each once however often they did."""
        return len({row.dealt.pupil_id for row in self.rows})

    @property
    def told_count(self) -> int:
        """For how many there are sessions enough to say something."""
        return sum(row.net is not None for row in self.rows)


class _Sums:
    """Sums over any days of any rows of a ground, from running totals."""

    def __init__(self, found: Ground) -> None:
        self.days = np.array([day.toordinal() for day, _ in found.half_days], dtype=np.int64)
        shape = (len(found.members), 1)
        self.attended, self.possible = (
            np.concatenate(
                [np.zeros(shape, np.int32), np.cumsum(flags[found.marks], axis=1, dtype=np.int32)], axis=1
            )
            for flags in (ATTENDED, ATTENDED | tallies.ABSENT)
        )

    def over(self, span: Span | None) -> tuple[Counts, Counts]:
        """Attended and possible of every row in these days. Shape: (members,) each."""
        if span is None or span.last_day is None:
            none = np.zeros(len(self.attended), dtype=np.int64)
            return none, none
        start = np.searchsorted(self.days, span.first_day.toordinal())
        stop = np.searchsorted(self.days, span.last_day.toordinal(), side="right")
        attended, possible = (
            (sums[:, stop] - sums[:, start]).astype(np.int64) for sums in (self.attended, self.possible)
        )
        return attended, possible


def effect(viewer: Viewer, dealt: Sequence[Dealt], alike: Sequence[Dealt], now: datetime) -> Effect:
    """What changed for these pupils. `alike` are all who had the same, none of whom is comparable.

    Three queries, and one more for each further academic year.
    """
    calendar, today = timetable(viewer).calendar, now.date()
    first_day = min((each.first_day for each in dealt), default=today)
    reach = calendar.previous_school_days(min(first_day, today), 5 * LONGEST_WEEKS)
    found = ground(viewer, min([first_day, *reach[:1]]), today, now)
    sums = _Sums(found)
    weeks = school_weeks(day for day, _ in found.half_days)
    year_groups = np.array(
        [DIMENSIONS["year-group"].label_of(member, today) for member in found.members], dtype=object
    )
    treated = np.array([member.id in {each.pupil_id for each in alike} for member in found.members], np.bool_)
    rows = [
        _of_pupil(each, found, sums, weeks, year_groups, treated, today)
        for each in dealt
        if each.pupil_id in found.row_of and each.first_day <= today
    ]
    return Effect(
        rows,
        sum((row.own for row in rows), Counts3()),
        sum((row.others for row in rows), Counts3()),
        _finding(rows),
        _pooled(rows),
    )


def _of_pupil(
    dealt: Dealt,
    found: Ground,
    sums: _Sums,
    weeks: Sequence[date],
    year_groups: NDArray[np.object_],
    treated: NDArray[np.bool_],
    today: date,
) -> PupilEffect:
    row = found.row_of[dealt.pupil_id]
    span = windows(dealt.first_day, dealt.last_day, today, weeks)
    before, during, after = (sums.over(each) for each in (span.before, span.during, span.after))
    own = Counts3(_at(before, row), _at(during, row), _at(after, row))
    is_told = min(own.before.possible, own.during.possible) >= FEW_SESSIONS
    alike = np.zeros(len(treated), dtype=np.bool_)
    if is_told:
        bands = _bands(*before)
        alike = (year_groups == year_groups[row]) & (bands == bands[row]) & ~treated
        alike &= (before[1] >= FEW_SESSIONS) & (during[1] >= FEW_SESSIONS)
    others = Counts3(_sum(before, alike), _sum(during, alike), _sum(after, alike))
    net = own.change if is_told else None
    if net is not None and others.change is not None:
        net -= others.change
    comparable = tuple(found.members[each] for each in np.flatnonzero(alike).tolist())
    by_week = _weeks(span, sums, weeks, row, alike)
    return PupilEffect(dealt, span, own, comparable, others, net, by_week)


def _bands(attended: Counts, possible: Counts) -> Counts:
    """`domain.effect.band_of` for many at once; where nothing was possible it means nothing. Shape: as given."""
    found = np.zeros(len(possible), dtype=np.int64)
    for line in BANDS:
        found += attended * line.denominator < possible * line.numerator
    return found


def _weeks(
    span: Windows, sums: _Sums, weeks: Sequence[date], row: int, alike: NDArray[np.bool_]
) -> dict[int, tuple[Count, Count]]:
    """The weeks of all three windows, counted from the beginning; there is no week 0."""
    found = {}
    known = [each for each in (span.before, span.during, span.after) if each is not None]
    start = None if span.during is None else span.during.first_day
    for each in known:
        for place, monday in enumerate(weeks):
            sunday = date.fromordinal(monday.toordinal() + 6)
            if start is None or not each.overlaps(Span(monday, sunday)):
                continue
            inside = Span(max(monday, each.first_day), min(sunday, each.last_day or sunday))
            number = place - _place(weeks, start)
            counted = sums.over(inside)
            found[number + 1 if number >= 0 else number] = (_at(counted, row), _sum(counted, alike))
    return found


def _place(weeks: Sequence[date], day: date) -> int:
    return max(place for place, monday in enumerate(weeks) if monday <= day)


def _at(counted: tuple[Counts, Counts], row: int) -> Count:
    return Count(int(counted[0][row]), int(counted[1][row]))


def _sum(counted: tuple[Counts, Counts], rows: NDArray[np.bool_]) -> Count:
    return Count(int(counted[0][rows].sum()), int(counted[1][rows].sum()))


def _finding(rows: Sequence[PupilEffect]) -> Finding[Verdict]:
    if len(rows) == 1:
        row = rows[0]
        before = [
            (own.attended, own.possible) for number, (own, _) in sorted(row.weeks.items()) if number < 0
        ]
        return effect_on_one(before, (row.own.during.attended, row.own.during.possible))
    return effect_on_many([row.net for row in rows if row.net is not None])


def _pooled(rows: Sequence[PupilEffect]) -> list[tuple[int, Count, Count]]:
    """All pupils together, week by week; no week for which fewer than half of them are counted, which would jump."""
    found: dict[int, tuple[Count, Count]] = {}
    counted: Counter[int] = Counter()
    for row in rows:
        for number, (own, others) in row.weeks.items():
            was = found.get(number, (_NONE, _NONE))
            found[number] = (was[0] + own, was[1] + others)
            counted[number] += bool(own.possible)
    least = sum(bool(row.weeks) for row in rows) / 2
    return [(number, *found[number]) for number in sorted(found) if counted[number] >= least]
