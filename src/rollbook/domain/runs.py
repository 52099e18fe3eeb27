"""How many school days in a row was a pupil absent, and is a return to the local authority due?

Three runs: days absent for any reason (the home visit), days wholly without authorisation (the attendance return), and
days of illness in the school year (the sickness return). Only days that the school met are looked at.
Source: domain.md 1.6, from regulation 13 and the guidance; the school's policy, section 8.4.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rollbook.domain.codes import BY_SYMBOL, TAKEN_BACK
from rollbook.domain.law import GUIDANCE, POLICY, Citation, Confirmation, Finding, words_for_day

UNAUTHORISED_DAYS_DUE = 10
UNAUTHORISED_DAYS_CHASE = 8
UNAUTHORISED_DAYS_PREPARE = 5
ILLNESS_DAYS_DUE = 15
ILLNESS_DAYS_REVIEW = 10
ABSENT_DAYS_VISIT = 2
ILLNESS = "I"

_ATTENDANCE_RETURN = Citation(GUIDANCE, "attendance returns", Confirmation.SECONDARY)
_SICKNESS_RETURN = Citation(GUIDANCE, "sickness returns", Confirmation.SECONDARY)
_HOME_VISIT = Citation(POLICY, "section 8.4")
_HALF_DAY = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class DayMarks:
    """The two marks of a pupil on one day that the school met. None is a mark nobody has made."""

    on: date
    am: str | None
    pm: str | None

    @property
    def marks(self) -> tuple[str | None, str | None]:
        """Both marks, the morning's first."""
        return self.am, self.pm


class DayKind(StrEnum):
    """What does a day do to a run: does it count, end it, or neither?"""

    COUNTS = "counts"
    ENDS = "ends"
    NEITHER = "neither"


class Due(StrEnum):
    """What is to be done about a run that is so long?"""

    NOTHING = "nothing"
    PREPARE = "prepare"
    CHASE = "chase"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Run:
    """School days in a row, and days among or after them that neither count nor end the run.

    `days` are those that count. `passed_over` had no possible session, or a mark is still missing.
    """

    days: tuple[date, ...] = ()
    passed_over: tuple[date, ...] = ()

    def __len__(self) -> int:
        return len(self.days)

    def __bool__(self) -> bool:
        return bool(self.days)


@dataclass(frozen=True, slots=True)
class Illness:
    """How many days of the school year were lost to illness so far, and how many will it be?

    Units: days, a session being half of one.
    """

    so_far: Fraction
    expected: Fraction
    is_review_due: bool
    is_return_due: bool


def unauthorised_day(day: DayMarks) -> DayKind:
    """Were all of the day's possible sessions G, N, O or U? One that was not ends a run."""
    return _kind(day, lambda symbol: BY_SYMBOL[symbol].counts_to_threshold)


def absent_day(day: DayMarks) -> DayKind:
    """Was the pupil absent for all of the day's possible sessions, for any reason? U is absence, though they came."""
    return _kind(day, lambda symbol: BY_SYMBOL[symbol].is_absence)


def runs(days: Iterable[DayMarks], kind: Callable[[DayMarks], DayKind]) -> list[Run]:
    """Which runs of counting days are there, earliest first? Shape: `days` are school days in any order."""
    return [run for run in _pieces(days, kind) if run]


def current_run(days: Iterable[DayMarks], kind: Callable[[DayMarks], DayKind]) -> Run:
    """Which run is still going on at the last of these days? An empty one where that day, or one since, ended it."""
    *_, last = _pieces(days, kind)
    return last


def continuous_unauthorised(days: Iterable[DayMarks]) -> Finding[Due]:
    """Is an attendance return due for ten school days of unauthorised absence in a row, up to the last of these days?

    At five days the return is prepared, at eight the school asks again, at ten it is due.
    """
    run = current_run(days, unauthorised_day)
    count = len(run)
    levels = (
        (UNAUTHORISED_DAYS_DUE, Due.RETURN),
        (UNAUTHORISED_DAYS_CHASE, Due.CHASE),
        (UNAUTHORISED_DAYS_PREPARE, Due.PREPARE),
    )
    answer = next((due for least, due in levels if count >= least), Due.NOTHING)
    because = (
        f"{_days(count)} in a row marked only G, N, O or U{_since(run)}; the return to the local authority is due "
        f"at {UNAUTHORISED_DAYS_DUE}."
    )
    return Finding(answer, "runs.ten_days", because, {"run": run}, _ATTENDANCE_RETURN)


def consecutive_absence(days: Iterable[DayMarks]) -> Finding[bool]:
    """Has the pupil been absent two school days in a row or more, so that a home visit is to be thought of?"""
    run = current_run(days, absent_day)
    because = f"Absent {_days(len(run))} in a row{_since(run)}; a home visit is thought of from {ABSENT_DAYS_VISIT}."
    return Finding(len(run) >= ABSENT_DAYS_VISIT, "runs.home_visit", because, {"run": run}, _HOME_VISIT)


def illness_days(days: Iterable[DayMarks], expected_away: Sequence[date] = ()) -> Finding[Illness]:
    """Will the pupil miss fifteen school days of this school year through illness, in a row or added up?

    `days` are the school year's so far; `expected_away` are school days still to come on which the pupil is expected to
    be ill. A day that is in both is counted once, as it was marked. The return is due as soon as the school reasonably
    believes it; for minor ailments the head may decline.
    """
    marked = {day.on: day for day in days}
    sessions = sum(mark == ILLNESS for day in marked.values() for mark in day.marks)
    so_far = sessions * _HALF_DAY
    ahead = [day for day in sorted(set(expected_away)) if day not in marked or not _is_marked(marked[day])]
    expected = so_far + len(ahead)
    answer = Illness(so_far, expected, expected >= ILLNESS_DAYS_REVIEW, expected >= ILLNESS_DAYS_DUE)
    until = f", {_days(expected)} with those expected until {words_for_day(ahead[-1])}" if ahead else ""
    because = f"{_days(so_far)} of illness this school year{until}; the sickness return is due at {ILLNESS_DAYS_DUE}."
    facts = {"so_far": so_far, "expected": expected, "ahead": tuple(ahead)}
    return Finding(answer, "runs.fifteen_days_ill", because, facts, _SICKNESS_RETURN)


def _kind(day: DayMarks, counts: Callable[[str], bool]) -> DayKind:
    possible = [mark for mark in day.marks if mark is not None and BY_SYMBOL[mark].is_possible]
    if not all(map(counts, possible)):
        return DayKind.ENDS
    # A mark still missing may turn out either way: nothing is assumed, the day waits.
    return DayKind.COUNTS if possible and _is_marked(day) else DayKind.NEITHER


def _is_marked(day: DayMarks) -> bool:
    return all(mark is not None and mark != TAKEN_BACK.symbol for mark in day.marks)


def _pieces(days: Iterable[DayMarks], kind: Callable[[DayMarks], DayKind]) -> list[Run]:
    """What lies before, between and after the days that end a run; the last piece is still going on."""
    pieces: list[tuple[list[date], list[date]]] = [([], [])]
    for day in sorted(days, key=lambda each: each.on):
        what = kind(day)
        counted, passed = pieces[-1]
        if what is DayKind.ENDS:
            pieces.append(([], []))
        elif what is DayKind.COUNTS:
            counted.append(day.on)
        elif counted:  # what went before the first counting day is not part of the run
            passed.append(day.on)
    return [Run(tuple(counted), tuple(passed)) for counted, passed in pieces]


def _since(run: Run) -> str:
    return f" since {words_for_day(run.days[0])}" if run else ""


def _days(count: int | Fraction) -> str:
    if count == _HALF_DAY:
        return "Half a day"
    whole, half = divmod(Fraction(count), 1)
    words = f"{whole}½" if half else f"{whole}"
    return f"{words} school day" if count == 1 else f"{words} school days"
