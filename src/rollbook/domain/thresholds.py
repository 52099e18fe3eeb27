"""Has a pupil missed so many sessions without authorisation that a penalty notice must be considered?

Ten sessions marked G, N, O or U, in any mix, within a rolling period of ten school weeks. A school week is a week in
which the school met; holidays are skipped, so the ten weeks run on across terms and academic years. Meeting it means
that a notice must be considered, not that one must be issued. N counts while it stands but is shown apart, because a
notice never rests on it. Source: domain.md 3.1, from the national framework and the school's policy, section 5.2.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import POLICY, Citation, Finding, words_for_day
from rollbook.domain.sessions import SchoolSession

SESSIONS_MET = 10
SESSIONS_NEAR = 8
SESSIONS_EARLY = 5
WEEKS = 10
PROVISIONAL = "N"
_DAYS_OF_WEEK = 7
_FRAMEWORK = Citation(POLICY, "section 5.2, after the national framework for penalty notices")


class Alignment(StrEnum):
    """Where may the ten school weeks begin? The framework says "rolling" and not on which day.

    CALENDAR counts whole weeks from Monday; SLIDING begins the weeks on the weekday of the first session missed, and so
    is met at the same time or earlier.
    """

    CALENDAR = "calendar"
    SLIDING = "sliding"


class Nearness(StrEnum):
    """How near is the threshold? Five sessions are an early warning, eight are near, ten meet it."""

    NONE = "none"
    EARLY = "early"
    NEAR = "near"
    MET = "met"


@dataclass(frozen=True, slots=True, order=True)
class Missed:
    """One session that counts to the threshold. Errors: ValueError for a code that does not."""

    on: date
    session: SchoolSession
    code: str

    def __post_init__(self) -> None:
        if not counts(self.code):
            raise ValueError(f"'{self.code}' does not count to the threshold; G, N, O and U do.")

    @property
    def is_provisional(self) -> bool:
        """May the session still turn out to be authorised? That is what N says."""
        return self.code == PROVISIONAL


@dataclass(frozen=True, slots=True)
class Standing:
    """The sessions that count within one window of ten school weeks, and on which day so many were first reached.

    `first_met` is None where they never were; then `sessions` are the most that any window holds. Where it was met,
    they are the sessions that met it, up to the one that completed them.
    """

    first_met: date | None
    sessions: tuple[Missed, ...]

    @property
    def confirmed(self) -> int:
        """How many of the sessions are G, O or U?"""
        return len(self.sessions) - self.provisional

    @property
    def provisional(self) -> int:
        """How many of the sessions are N, whose reason is still to be found out?"""
        return sum(missed.is_provisional for missed in self.sessions)

    @property
    def nearness(self) -> Nearness:
        """How near is the threshold with these sessions?"""
        count = len(self.sessions)
        return next((level for least, level in _LEVELS if count >= least), Nearness.NONE)


_LEVELS = ((SESSIONS_MET, Nearness.MET), (SESSIONS_NEAR, Nearness.NEAR), (SESSIONS_EARLY, Nearness.EARLY))
_RULE_WORDS: Mapping[Alignment, str] = MappingProxyType(
    {
        Alignment.CALENDAR: "ten school weeks",
        Alignment.SLIDING: "ten school weeks counted from the first of them",
    }
)


def counts(symbol: str | None) -> bool:
    """Does a session with this mark count to the threshold? G, N, O and U do."""
    code = BY_SYMBOL.get(symbol or "")
    return code is not None and code.counts_to_threshold


def school_weeks(days_met: Iterable[date]) -> tuple[date, ...]:
    """Which weeks are school weeks? The Mondays of the weeks with a day on which the school met, in order."""
    return tuple(sorted({monday_of(day) for day in days_met}))


def monday_of(day: date) -> date:
    """On which Monday did the week of this day begin?"""
    return day - timedelta(days=day.weekday())


def threshold(
    missed: Iterable[Missed],
    weeks: Sequence[date],
    *,
    alignment: Alignment = Alignment.CALENDAR,
    least: int = SESSIONS_MET,
) -> Finding[Standing]:
    """When were so many sessions first missed within ten school weeks, and which?

    Shape: `missed` in any order, all of days on which the pupil was of compulsory school age; `weeks` as from
    `school_weeks`. A session in a week that is not a school week makes it one. Errors: ValueError for `least` below 1.
    """
    if least < 1:
        raise ValueError("The threshold is at least one session.")
    ordered = sorted(set(missed))
    places = _places(ordered, weeks, alignment)
    best: tuple[Missed, ...] = ()
    first_met = None
    start = 0
    for end, place in enumerate(places):
        while places[start] <= place - _reach(alignment):
            start += 1
        if end - start + 1 > len(best):
            best = tuple(ordered[start : end + 1])
        if len(best) == least:
            first_met = ordered[end].on
            break
    standing = Standing(first_met, best)
    facts = {"least": least, "alignment": alignment, "weeks": len(weeks), "nearness": standing.nearness}
    return Finding(standing, "threshold.ten_in_ten", _because(standing, least, alignment), facts, _FRAMEWORK)


def standing_on(
    missed: Iterable[Missed], weeks: Sequence[date], on: date, *, alignment: Alignment = Alignment.CALENDAR
) -> Finding[Standing]:
    """Which sessions count in the ten school weeks that end with this day, and how near is the threshold?

    For a day in a holiday these are the ten school weeks before it. Units: sessions.
    """
    ordered = [each for each in sorted(set(missed)) if each.on <= on]
    places = _places(ordered, weeks, alignment)
    known = sorted({*weeks, *(monday_of(each.on) for each in ordered)})
    now = _place(on, known, alignment)
    inside = tuple(
        each for each, place in zip(ordered, places, strict=True) if place > now - _reach(alignment)
    )
    first_met = inside[SESSIONS_MET - 1].on if len(inside) >= SESSIONS_MET else None
    standing = Standing(first_met, inside)
    because = (
        f"{_sessions(len(inside))} marked G, N, O or U in the {_RULE_WORDS[alignment]} up to {words_for_day(on)}; "
        f"{SESSIONS_MET} meet the threshold."
    )
    facts = {"on": on, "alignment": alignment, "nearness": standing.nearness}
    return Finding(standing, "threshold.standing", because, facts, _FRAMEWORK)


def _reach(alignment: Alignment) -> int:
    return WEEKS if alignment is Alignment.CALENDAR else WEEKS * _DAYS_OF_WEEK


def _places(ordered: Sequence[Missed], weeks: Sequence[date], alignment: Alignment) -> list[int]:
    """Where each session stands on a line on which holiday weeks take no room."""
    known = sorted({*weeks, *(monday_of(each.on) for each in ordered)})
    return [_place(each.on, known, alignment) for each in ordered]


def _place(day: date, weeks: Sequence[date], alignment: Alignment) -> int:
    """A school week's number, or for sliding weeks a day's. A day in a holiday stands at the end of the week before."""
    number = bisect_right(weeks, day) - 1
    if alignment is Alignment.CALENDAR:
        return number
    is_school_week = number >= 0 and weeks[number] == monday_of(day)
    return number * _DAYS_OF_WEEK + (day.weekday() if is_school_week else _DAYS_OF_WEEK - 1)


def _because(standing: Standing, least: int, alignment: Alignment) -> str:
    window = _RULE_WORDS[alignment]
    if standing.first_met is None:
        most = len(standing.sessions)
        return f"At most {_sessions(most)} marked G, N, O or U in any {window}; {least} were asked about."
    apart = f", {standing.provisional} of them N, which may still change" if standing.provisional else ""
    return (
        f"{_sessions(least)} marked G, N, O or U within {window}, reached on "
        f"{words_for_day(standing.first_met)}{apart}."
    )


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"
