"""Whose absence or lateness follows a pattern, in the school, its groups and for each pupil, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rollbook.analytics import patterns as kernel
from rollbook.analytics.packed import LATE, POSSIBLE
from rollbook.analytics.tallies import ABSENT, flags_of
from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.apps.insight.queries.ground import Ground, HalfDay, ground
from rollbook.apps.insight.queries.group_patterns import GroupPatterns, by_group
from rollbook.apps.insight.queries.narrowing import choices_of, narrowed
from rollbook.apps.roll.queries.cohort import Member, siblings
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.law import Finding
from rollbook.domain.patterns import (
    LEAST,
    LOOKS,
    RARE,
    SET_BY_SCHOOL,
    Chance,
    Counted,
    Judged,
    Kind,
    Look,
    Marks,
    MetDay,
    Unit,
    Verdict,
    chances,
    counted,
    is_away,
    judge,
    met_days,
)
from rollbook.domain.periods import Period, PeriodKind, period_on
from rollbook.domain.sessions import SchoolSession

_COULD = POSSIBLE & ~flags_of(SET_BY_SCHOOL)
_AWAY = ABSENT & ~LATE & _COULD
Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """Something looked at for one pupil: what was found and why; `sibling` where it is about days both were away."""

    look: Look
    finding: Finding[Judged]
    evidence: tuple[HalfDay, ...] = ()
    sibling: Member | None = None

    @property
    def chance(self) -> Fraction:
        """How often chance alone would do as much; 1 where there is too little to say."""
        return Fraction(1) if self.finding.answer.chance is None else self.finding.answer.chance

    @property
    def is_marked(self) -> bool:
        """Whether chance alone would hardly do as much, or at least not easily."""
        return self.finding.answer.verdict in (Verdict.PATTERN, Verdict.PERHAPS)


@dataclass(frozen=True, slots=True)
class PupilPatterns:
    """One pupil with what was found, the least likely first."""

    member: Member
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class YearPatterns:
    """An earlier academic year of a pupil, and what stood out in it."""

    year: Period
    found: list[Found]


@dataclass(frozen=True)
class Patterns:
    """The patterns of a period. `rows` are empty for those who may not see pupils."""

    period: Period
    rows: list[PupilPatterns]
    groups: list[GroupPatterns]
    pupils: int
    too_few: int
    filters: list[tuple[str, list[tuple[str, str]]]]
    unexplained_count: int


@dataclass(frozen=True, slots=True)
class PatternsAsked:
    """Which period, whose groups, narrowed to which of them, and which kind of pattern (None for any)?"""

    period: Period
    dimension: Dimension
    only: str = ""
    kind: Kind | None = None


SIBLINGS = Look(Kind.SIBLINGS, Unit.DAY, "On the same days as a sibling")


def patterns(viewer: Viewer, asked: PatternsAsked, now: datetime) -> Patterns:
    """The patterns of everybody in a period; one query more than the ground."""
    everything = ground(viewer, asked.period.first_day, asked.period.last_day, now)
    found = narrowed(everything, asked.only, is_comparable=False)
    names = viewer.may(Permission.MEASURES_VIEW)
    rows: list[PupilPatterns] = []
    if names:
        related = siblings(viewer, (member.id for member in found.members))
        rows = _rows(found, everything, related, asked.kind)
    days_away = np.count_nonzero(_short(found)[1], axis=1)
    return Patterns(
        period=asked.period,
        rows=rows,
        groups=by_group(viewer, found, days_of(found), asked.dimension),
        pupils=int(np.count_nonzero(found.by_pupil.possible)),
        too_few=int(np.count_nonzero((found.by_pupil.possible > 0) & (days_away < LEAST))),
        filters=choices_of(everything) if names else [],
        unexplained_count=found.unexplained_count,
    )


def pupil_patterns(viewer: Viewer, pupil_id: int, period: Period, now: datetime) -> PupilPatterns | None:
    """All that was looked at for one pupil in a period, with the days behind it; None for nobody of this period."""
    found = ground(viewer, period.first_day, period.last_day, now)
    row = found.row_of.get(pupil_id)
    if row is None:
        return None
    days, marks = days_of(found), marks_of(found, row)
    related = [
        found.row_of[each] for each in siblings(viewer, [pupil_id]).get(pupil_id, ()) if each in found.row_of
    ]
    looked_at = len(LOOKS) + len(related)
    told = [_told(look, days, marks, looked_at) for look in LOOKS]
    told += [_with_sibling(found, days, row, other, looked_at) for other in related]
    return PupilPatterns(found.members[row], tuple(sorted(told, key=lambda each: each.chance)))


def earlier_years(viewer: Viewer, pupil_id: int, period: Period, now: datetime) -> list[YearPatterns]:
    """What was found for a pupil in the academic years before a period that the school has marks of, newest first."""
    told = []
    for year in sorted(timetable(viewer).calendar.years, key=lambda year: year.first_day, reverse=True):
        if year.last_day >= period.first_day:
            continue
        days = Period(PeriodKind.YEAR, year.name, year.first_day, year.last_day, year.last_day)
        found = pupil_patterns(viewer, pupil_id, days, now)
        if found is not None:
            told.append(YearPatterns(days, [each for each in found.found if each.is_marked]))
    return told


def days_of(found: Ground) -> list[MetDay]:
    """The school days of a ground, each with where it lies between holidays."""
    return found.once("days met", lambda: _days_of(found))


def _days_of(found: Ground) -> list[MetDay]:
    days = list(dict.fromkeys(day for day, _ in found.half_days))
    if not days:
        return []
    before = found.calendar.previous_school_days(days[0], 1)
    half_term = period_on(found.calendar, PeriodKind.HALF_TERM, days[-1])
    return met_days(
        days,
        before=before[0] if before else None,
        after=found.calendar.next_school_day(days[-1]),
        half_term_from=days[-1] if half_term is None else half_term.first_day,
    )


def marks_of(found: Ground, row: int) -> list[Marks]:
    """The two marks of each school day of one pupil, as the rules take them."""
    by_day: dict[date, list[str | None]] = {}
    for (day, session), byte in zip(found.half_days, found.marks[row].tolist(), strict=True):
        pair = by_day.setdefault(day, [None, None])
        pair[session is SchoolSession.PM] = BY_BYTE[byte].symbol if byte else None
    return [(first, second) for first, second in by_day.values()]


def _told(look: Look, days: Sequence[MetDay], marks: Sequence[Marks], looked_at: int) -> Found:
    of = chances(look.unit, days, marks)
    inside = [each for each in of if each.happened and look.covers(each.day, each.session)]
    evidence = _half_days(inside, days, marks)
    return Found(look, judge(counted(look, of), looked_at, look.unit.value, look.words), evidence)


def _half_days(
    happened: Sequence[Chance], days: Sequence[MetDay], marks: Sequence[Marks]
) -> tuple[HalfDay, ...]:
    """The half-days behind: of a day away the first that was missed."""
    first_away = {
        day.on: SchoolSession.AM if is_away(both[0]) else SchoolSession.PM
        for day, both in zip(days, marks, strict=True)
    }
    return tuple((each.day.on, each.session or first_away[each.day.on]) for each in happened)


def _with_sibling(found: Ground, days: Sequence[MetDay], row: int, other: int, looked_at: int) -> Found:
    marks = marks_of(found, row)
    own = chances(Unit.DAY, days, marks)
    theirs = {each.day.on: each.happened for each in chances(Unit.DAY, days, marks_of(found, other))}
    both = [each for each in own if each.day.on in theirs]
    together = [each for each in both if each.happened and theirs[each.day.on]]
    of = Counted(
        len(both),
        sum(each.happened for each in both),
        sum(theirs[each.day.on] for each in both),
        len(together),
    )
    sibling = found.members[other]
    finding = judge(of, looked_at, SIBLINGS.unit.value, f"{sibling.name} was away too")
    return Found(SIBLINGS, finding, _half_days(together, days, marks), sibling)


def _rows(
    found: Ground, everything: Ground, related: dict[int, frozenset[int]], kind: Kind | None
) -> list[PupilPatterns]:
    """Those with a pattern: the kernel says whom the exact test is worth, the rule what is to be said."""
    worth: dict[int, list[Look]] = {}
    days = days_of(found)
    looked_at = np.array(
        [
            len(LOOKS) + sum(each in everything.row_of for each in related.get(member.id, ()))
            for member in found.members
        ],
        dtype=np.int64,
    )
    for looks, table in found.once("pattern tables", lambda: _tables(found, days)):
        for row, place in np.argwhere(kernel.worth_testing(table, looked_at, float(RARE))).tolist():
            if kind in (None, looks[place].kind):
                worth.setdefault(row, []).append(looks[place])
    told: dict[int, list[Found]] = {}
    for row, looks in worth.items():
        marks = marks_of(found, row)
        told[row] = [_told(look, days, marks, int(looked_at[row])) for look in looks]
    if kind in (None, Kind.SIBLINGS):
        for row, other in _sibling_pairs(found, everything, related):
            # Of two the sibling may be of another group than was asked for, so both are looked up in everything.
            own = everything.row_of[found.members[row].id]
            told.setdefault(row, []).append(
                _with_sibling(everything, days_of(everything), own, other, int(looked_at[row]))
            )
    rows = []
    for row, each in told.items():
        kept = [one for one in each if one.finding.answer.verdict is Verdict.PATTERN]
        if kept:
            rows.append(PupilPatterns(found.members[row], tuple(sorted(kept, key=lambda one: one.chance))))
    rows.sort(key=lambda row: (row.found[0].chance, row.member.surname, row.member.forename))
    return rows


def _sibling_pairs(
    found: Ground, everything: Ground, related: dict[int, frozenset[int]]
) -> list[tuple[int, int]]:
    """The pupils and siblings, as rows of `found` and of everything, for whom the exact test is worth it."""
    pairs = [
        (row, everything.row_of[other])
        for row, member in enumerate(found.members)
        for other in sorted(related.get(member.id, ()))
        if other in everything.row_of
    ]
    if not pairs:
        return []
    could, away = _short(everything)
    own = np.array([everything.row_of[found.members[row].id] for row, _ in pairs], np.intp)
    others = np.array([other for _, other in pairs], np.intp)
    both = could[own] & could[others]
    table = kernel.Table(
        both.sum(axis=1)[:, None],
        (both & away[own]).sum(axis=1)[:, None],
        (both & away[others]).sum(axis=1)[:, None],
        (both & away[own] & away[others]).sum(axis=1)[:, None],
    )
    looked_at = np.array(
        [
            len(LOOKS) + sum(each in everything.row_of for each in related[found.members[row].id])
            for row, _ in pairs
        ],
        np.int64,
    )
    return [pairs[place] for place, _ in np.argwhere(kernel.worth_testing(table, looked_at, float(RARE)))]


def _tables(found: Ground, days: Sequence[MetDay]) -> list[tuple[list[Look], kernel.Table]]:
    """For each unit its looks, and the counts of every pupil for each of them."""
    made = []
    for unit, could, happened, places in _units(found, days):
        looks = [look for look in LOOKS if look.unit is unit]
        inside = np.array([[look.covers(day, half) for look in looks] for day, half in places], np.bool_)
        made.append((looks, kernel.table(could, happened, inside.reshape(len(places), len(looks)))))
    return made


Place = tuple[MetDay, SchoolSession | None]


def _units(found: Ground, days: Sequence[MetDay]) -> list[tuple[Unit, Bits, Bits, list[Place]]]:
    """For each unit: on which places it could have happened to each pupil, and on which it did."""
    whole: list[Place] = [(day, None) for day in days]
    halves: list[Place] = [(day, session) for day in days for session in SchoolSession]
    possible, late, away = (_by_day(found, flags) for flags in (_COULD, LATE, _AWAY))
    any_possible, any_away = (each[:, :, 0] | each[:, :, 1] for each in (possible, away))
    could, gone = _short(found)
    weekend = np.array([day.on.weekday() in (0, 4) for day in days], np.bool_)
    before = np.zeros_like(any_away)
    before[:, 1:] = any_away[:, :-1]
    fresh = any_possible & ~before
    alone = possible & (could & ~(away[:, :, 0] & away[:, :, 1]))[:, :, None]
    shape = len(found.members), len(halves)
    return [
        (Unit.DAY, could, gone, whole),
        (Unit.WEEKEND, could & weekend, gone & weekend, whole),
        (Unit.HALF, alone.reshape(shape), (alone & away).reshape(shape), halves),
        (Unit.START, fresh, fresh & any_away, whole),
        (Unit.LATE, possible.reshape(shape), (possible & late).reshape(shape), halves),
    ]


def _by_day(found: Ground, flags: Bits) -> Bits:
    """What is true of each half of each day. Shape: (pupils, days, 2)."""
    days = list(dict.fromkeys(day for day, _ in found.half_days))
    marks = np.zeros((len(found.members), len(days), 2), dtype=np.uint8)
    place_of = {day: place for place, day in enumerate(days)}
    columns = [(place_of[day], int(session is SchoolSession.PM)) for day, session in found.half_days]
    if columns:
        places, halves = (np.array(each, np.intp) for each in zip(*columns, strict=True))
        marks[:, places, halves] = found.marks
    chosen: Bits = flags[marks]
    return chosen


def _short(found: Ground) -> tuple[Bits, Bits]:
    """On which days each pupil could have been away, and was, those of long runs left out."""

    def made() -> tuple[Bits, Bits]:
        possible, away = (_by_day(found, flags) for flags in (_COULD, _AWAY))
        gone: Bits = away[:, :, 0] | away[:, :, 1]
        could = (possible[:, :, 0] | possible[:, :, 1]) & ~kernel.long_runs(gone)
        return could, could & gone

    return found.once("days away", made)
