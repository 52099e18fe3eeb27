"""The pupils on the roll whose attendance is of concern, the most pressing first, with every reason why."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from rollbook.analytics import tallies
from rollbook.analytics.packed import ATTENDED
from rollbook.apps.insight.queries.ground import Ground, ground
from rollbook.apps.roll.queries.cohort import Member
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.concern import CLOSE_SESSIONS, Concern, Known, concern
from rollbook.domain.periods import Period, PeriodKind, period_on
from rollbook.domain.rates import Totals
from rollbook.domain.roll import is_compulsory_school_age, year_group_words
from rollbook.domain.runs import (
    ABSENT_DAYS_VISIT,
    ILLNESS,
    ILLNESS_DAYS_REVIEW,
    DayMarks,
    consecutive_absence,
    continuous_unauthorised,
    illness_days,
)
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.thresholds import SESSIONS_EARLY, WEEKS, Missed, school_weeks, standing_on

_DAYS_OF_WEEKS = WEEKS * 5
_ILL = tallies.flags_of([ILLNESS])


@dataclass(frozen=True, slots=True)
class PupilConcern:
    """One pupil of concern, with the sessions of the school year so far."""

    member: Member
    year_group: str
    totals: Totals
    concern: Concern


@dataclass(frozen=True)
class Concerns:
    """Everybody of concern, ranked, of `on_roll` pupils looked at.

    Marks of the year that nobody made are `missing_count`; `unexplained_count` are still N.
    """

    year: Period
    rows: list[PupilConcern]
    on_roll: int
    missing_count: int
    unexplained_count: int


@dataclass(frozen=True)
class _Look:
    """The periods that a concern is looked for in, and what their marks add up to for every row of a ground."""

    ground: Ground
    today: date
    below: Fraction
    year_columns: NDArray[np.bool_]
    weeks: tuple[date, ...]
    year: tallies.Tally
    half_term: tallies.Tally | None
    half_term_before: tallies.Tally | None
    window: NDArray[np.bool_]
    """The columns of the ten school weeks that end today."""
    alike: tuple[object, ...]
    """What the rules are told of everybody alike; the rest is a pupil's own day of birth and marks."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the rules said, with all that they were told: of everybody alike, and of each pupil."""

    alike: tuple[object, ...]
    by_pupil: dict[int, tuple[date, bytes, Concern]]


KEPT_SCHOOLS = 16
_kept: OrderedDict[int, _Kept] = OrderedDict()
_kept_lock = Lock()


def forget_concerns() -> None:
    """Drops what is kept in memory, to measure what a look costs without it."""
    with _kept_lock:
        _kept.clear()


def concerns(viewer: Viewer, now: datetime) -> Concerns | None:
    """Who of those on roll today is of concern, and why; None before the school's first year. Four queries at most.

    A kernel finds those for whom any rule could have something to say; the rules themselves then say it.
    """
    calendar = timetable(viewer).calendar
    today = now.date()
    year = period_on(calendar, PeriodKind.YEAR, today)
    if year is None:
        return None
    below = Fraction(timetable(viewer).setting("concern_percent", today), 100)
    half_term = period_on(calendar, PeriodKind.HALF_TERM, today)
    before = None
    if half_term is not None:
        before = period_on(calendar, PeriodKind.HALF_TERM, half_term.first_day - timedelta(days=1))
    recent = calendar.previous_school_days(today, _DAYS_OF_WEEKS)
    first_days = [year.first_day, *recent[:1], *([] if before is None else [before.first_day])]
    found = ground(viewer, min(first_days), today, now)
    return found.once(
        f"concerns on {today} below {below}",
        lambda: _concerns(viewer.school_id, year, _look(found, today, below, year, half_term, before)),
    )


def _concerns(school_id: int, year: Period, look: _Look) -> Concerns:
    """Worked out once for the same marks; after a change, the rules are asked again for those it has changed only."""
    found, today = look.ground, look.today
    here = np.array([any(today in span for span in member.spans) for member in found.members], np.bool_)
    of_the_year = found.between(year.first_day, today)
    rows = []
    for row, known in _asked_once(school_id, look, np.flatnonzero(here & _could_be(look)).tolist()):
        if known.is_one:
            member = found.members[row]
            words = year_group_words(member.year_group_on(today))
            rows.append(PupilConcern(member, words, look.year.at(row), known))
    rows.sort(key=lambda each: each.concern.rank)
    return Concerns(year, rows, int(here.sum()), of_the_year.missing_count, of_the_year.unexplained_count)


def _asked_once(school_id: int, look: _Look, rows: list[int]) -> list[tuple[int, Concern]]:
    """What the rules say of each of these rows. Shape: the rows as given, each with its answer.

    Hundreds of pupils take a quarter of a second, so what was said is kept and said again for whom the rules would be
    told the very same: the marks themselves are compared, so a change is never missed, wherever it came from.
    """
    with _kept_lock:
        kept = _kept.get(school_id)
    before = kept.by_pupil if kept is not None and kept.alike == look.alike else {}
    said: dict[int, tuple[date, bytes, Concern]] = {}
    answers = []
    for row in rows:
        member, marks = look.ground.members[row], look.ground.marks[row].tobytes()
        was = before.get(member.id)
        if was is None or was[:2] != (member.born_on, marks):
            was = member.born_on, marks, concern(_known(look, row))
        said[member.id] = was
        answers.append((row, was[2]))
    with _kept_lock:
        _kept[school_id] = _Kept(look.alike, said)
        _kept.move_to_end(school_id)
        while len(_kept) > KEPT_SCHOOLS:
            _kept.popitem(last=False)
    return answers


def concern_words(viewer: Viewer, pupil_id: int, now: datetime) -> list[str]:
    """Why one pupil of the viewer's school is of concern, a sentence for each reason; none where they are not."""
    found = concerns(viewer, now) if viewer.may(Permission.MEASURES_VIEW) else None
    return [
        cause.finding.because
        for row in ([] if found is None else found.rows)
        if row.member.id == pupil_id
        for cause in row.concern.causes
    ]


def _look(
    found: Ground,
    today: date,
    below: Fraction,
    year: Period,
    half_term: Period | None,
    before: Period | None,
) -> _Look:
    days = np.array([day.toordinal() for day, _ in found.half_days], dtype=np.int64)

    def columns(first_day: date, last_day: date) -> NDArray[np.bool_]:
        return (days >= first_day.toordinal()) & (days <= last_day.toordinal())

    def tally(period: Period | None) -> tallies.Tally | None:
        if period is None:
            return None
        return tallies.by_pupil(found.marks[:, columns(period.first_day, period.last_day)])

    year_columns = columns(year.first_day, today)
    weeks = school_weeks(day for day, _ in found.half_days)
    first_week = weeks[-WEEKS:][0] if weeks else today
    return _Look(
        ground=found,
        today=today,
        below=below,
        year_columns=year_columns,
        weeks=weeks,
        year=tallies.by_pupil(found.marks[:, year_columns]),
        half_term=tally(half_term),
        half_term_before=tally(before),
        window=columns(first_week, today),
        alike=(today, below, year, half_term, before, found.half_days),
    )


def _could_be(look: _Look) -> NDArray[np.bool_]:
    """For whom any of the rules of `domain.concern` could find a reason; it may be true for a few more."""
    marks, year = look.ground.marks, look.year
    line = look.below
    found = year.attended * line.denominator < year.possible * line.numerator
    # Three more in a row would make persistent absence.
    found |= (year.absent + CLOSE_SESSIONS) * 10 >= year.possible + CLOSE_SESSIONS
    if look.half_term is not None and look.half_term_before is not None:
        now, before = look.half_term, look.half_term_before
        found |= before.attended * now.possible > now.attended * before.possible
    unauthorised = np.count_nonzero(tallies.UNAUTHORISED[marks[:, look.window]], axis=1)
    found |= unauthorised >= SESSIONS_EARLY
    ill = np.count_nonzero(_ILL[marks[:, look.year_columns]], axis=1)
    found |= ill >= 2 * ILLNESS_DAYS_REVIEW
    away_since = _last_attended(marks)[:, None] < np.arange(marks.shape[1])
    away = np.count_nonzero(tallies.ABSENT[marks] & away_since, axis=1)
    return np.asarray(found | (away >= ABSENT_DAYS_VISIT), dtype=np.bool_)


def _last_attended(marks: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The last column in which each row was attended; -1 for none."""
    attended = ATTENDED[marks]
    last = marks.shape[1] - 1 - np.argmax(attended[:, ::-1], axis=1) if marks.shape[1] else 0
    return np.asarray(np.where(attended.any(axis=1), last, -1), dtype=np.intp)


def _known(look: _Look, row: int) -> Known:
    """What the rules are told of one pupil: marks of the columns that they need, and no more."""
    marks, member = look.ground.marks[row], look.ground.members[row]
    half_days = look.ground.half_days
    missed = [
        Missed(*half_days[place], BY_BYTE[int(marks[place])].symbol)
        for place in np.flatnonzero(tallies.UNAUTHORISED[marks] & look.window)
        if is_compulsory_school_age(member.born_on, half_days[place][0]).answer
    ]
    attended = np.flatnonzero(ATTENDED[marks])
    since = half_days[attended[-1]][0] if len(attended) else date.min
    lately = _days(look, row, [place for place, (day, _) in enumerate(half_days) if day >= since])
    ill = _days(look, row, np.flatnonzero(_ILL[marks] & look.year_columns).tolist())
    return Known(
        year=look.year.at(row),
        below=look.below,
        half_term=None if look.half_term is None else look.half_term.at(row),
        half_term_before=None if look.half_term_before is None else look.half_term_before.at(row),
        threshold=standing_on(missed, look.weeks, look.today) if missed else None,
        unauthorised_days=continuous_unauthorised(lately) if lately else None,
        illness=illness_days(ill) if ill else None,
        away=consecutive_absence(lately) if lately else None,
    )


def _days(look: _Look, row: int, places: Iterable[int]) -> list[DayMarks]:
    """The marks of these columns by day; a half-day of another column, or not opened yet, is a mark nobody made."""
    by_day: dict[date, dict[SchoolSession, str | None]] = {}
    for place in places:
        day, school_session = look.ground.half_days[place]
        byte = int(look.ground.marks[row, place])
        by_day.setdefault(day, {})[school_session] = BY_BYTE[byte].symbol if byte else None
    return [
        DayMarks(day, found.get(SchoolSession.AM), found.get(SchoolSession.PM))
        for day, found in by_day.items()
    ]
