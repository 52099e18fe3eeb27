"""Which pupils come late again and again, and how much of their learning has gone?

The pastoral lead monitors all lateness and identifies ongoing issues (POL 4.4). A late session is one marked L, before
the register closed, or U, after it; U is an absence as well. The school's policy says how many of them in how many
school days in a row are repeated lateness: three in ten until it chooses otherwise. Source: domain.md 4.4.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import POLICY, Citation, Finding, words_for_day
from rollbook.domain.rates import MinutesLost, minutes_lost
from rollbook.domain.sessions import SchoolSession

CITATION = Citation(POLICY, "section 4.4")


@dataclass(frozen=True, slots=True, order=True)
class Late:
    """One session a pupil came late to. Units: `minutes` as the register has them, None where it has none.

    Errors: ValueError for a code that is not a late one.
    """

    on: date
    session: SchoolSession
    code: str
    minutes: int | None

    def __post_init__(self) -> None:
        if not BY_SYMBOL[self.code].is_late:
            raise ValueError(f"'{self.code}' is not a late mark; L and U are.")


@dataclass(frozen=True, slots=True)
class Trigger:
    """From how many late sessions in how many school days in a row is lateness repeated?

    Errors: ValueError below one of either.
    """

    lates: int
    school_days: int

    def __post_init__(self) -> None:
        if self.lates < 1 or self.school_days < 1:
            raise ValueError("Repeated lateness is at least one late session in at least one school day.")


@dataclass(frozen=True, slots=True)
class Repeated:
    """The most late sessions of a pupil that lie within so many school days in a row, and whether they are too many."""

    is_repeated: bool
    lates: tuple[Late, ...]


def lost(lates: Iterable[Late]) -> MinutesLost:
    """How many minutes were lost in these sessions?"""
    return minutes_lost((late.code, late.minutes) for late in lates)


def repeated_lateness(
    lates: Iterable[Late], days_met: Sequence[date], trigger: Trigger, *, since: date
) -> Finding[Repeated]:
    """Did a pupil come late too often within any so many school days in a row that end on `since` or later?

    Of several such stretches the fullest is told, of equally full ones the latest. Shape: `days_met` are the days the
    school met, in order, from at least so many before `since`; `lates` in any order, all of them on such days.
    """
    ordered = sorted(lates)
    places = [_place(days_met, late.on) for late in ordered]
    best: tuple[Late, ...] = ()
    start = 0
    for end, place in enumerate(places):
        while places[start] <= place - trigger.school_days:
            start += 1
        if ordered[end].on >= since and end - start + 1 >= len(best):
            best = tuple(ordered[start : end + 1])
    answer = Repeated(len(best) >= trigger.lates, best)
    facts = {"lates": len(best), "least": trigger.lates, "school_days": trigger.school_days}
    return Finding(answer, "punctuality.repeated", _because(answer, trigger), facts, CITATION)


def _place(days_met: Sequence[date], on: date) -> int:
    place = bisect_left(days_met, on)
    if place == len(days_met) or days_met[place] != on:
        raise ValueError(f"The school did not meet on {words_for_day(on)}.")
    return place


def _because(found: Repeated, trigger: Trigger) -> str:
    line = f"{_lates(trigger.lates)} in {_days(trigger.school_days)} are repeated lateness."
    if not found.lates:
        return f"Not late; {line}"
    first, last = found.lates[0].on, found.lates[-1].on
    when = (
        f"on {words_for_day(last)}"
        if first == last
        else f"from {words_for_day(first)} to {words_for_day(last)}"
    )
    return f"{_lates(len(found.lates)).capitalize()} {when}; {line}"


def _lates(count: int) -> str:
    return "1 late session" if count == 1 else f"{count} late sessions"


def _days(count: int) -> str:
    return "1 school day" if count == 1 else f"{count} school days"
