"""Did attendance change with what was done for pupils, and could it be chance?

Each pupil is looked at over as many school weeks before it began, while it went on, and after it ended; the change is
set beside that of comparable pupils who did not have it. Whether many pupils changed is told by the exact interval of
the sign test for the median, which assumes nothing about how attendance is spread; one pupil's change is set beside how
far their own weeks before differ. That two things happened together never proves that one caused the other.
Source: the school's policy, sections 3.2 and 8.3; the interval is that of Conover, Practical Nonparametric Statistics.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from math import comb

from rollbook.domain.law import POLICY, Citation, Finding
from rollbook.domain.rates import percent, round_half_up
from rollbook.domain.spans import Span
from rollbook.domain.thresholds import monday_of

LONGEST_WEEKS = 12
FEW_SESSIONS = 20
"""Fewer possible sessions in a window, two school weeks, say nothing."""
FEW_WEEKS = 4
"""From fewer weeks before, nobody can say how far a pupil's weeks differ by themselves."""
CONFIDENCE = Fraction(95, 100)
BANDS = (Fraction(95, 100), Fraction(9, 10), Fraction(1, 2))
"""Pupils are comparable whose attendance before lay in the same band: from 95%, from 90%, from half, below."""

_POLICY = Citation(POLICY, "sections 3.2 and 8.3")
_SIX_DAYS = timedelta(days=6)


class Verdict(StrEnum):
    """What can be said of a change?"""

    HIGHER = "higher"
    LOWER = "lower"
    NOT_CLEAR = "not clear"
    TOO_FEW = "too few"


@dataclass(frozen=True, slots=True)
class Windows:
    """The days before, during and after; `after` None while it goes on or no school week has followed.

    `before` and `during` None where the calendar has no such weeks. Units: `weeks` are school weeks.
    """

    weeks: int
    before: Span | None
    during: Span | None
    after: Span | None


@dataclass(frozen=True, slots=True)
class Interval:
    """The median of some changes and the interval that holds the true one with 95% confidence or more."""

    median: Fraction
    low: Fraction
    high: Fraction


def windows(first_day: date, last_day: date | None, today: date, weeks: Sequence[date]) -> Windows:
    """Which days are compared? Shape: `weeks` are the Mondays of the school weeks up to today, in order.

    The weeks in which it began and ended count as during, with the days from the first to the last; all windows have as
    many school weeks, at most twelve. After it ended there may not have been as many yet.
    """
    end = min(last_day or today, today)
    start_place = bisect_left(weeks, monday_of(first_day))
    end_place = bisect_right(weeks, end)
    length = min(LONGEST_WEEKS, end_place - start_place)
    if length <= 0:
        return Windows(0, None, None, None)
    before = weeks[max(0, start_place - length) : start_place]
    during_end = min(end, weeks[start_place + length - 1] + _SIX_DAYS)
    after = weeks[end_place : end_place + length] if last_day is not None else []
    return Windows(
        length,
        Span(before[0], before[-1] + _SIX_DAYS) if before else None,
        Span(max(first_day, weeks[start_place]), during_end),
        Span(after[0], min(today, after[-1] + _SIX_DAYS)) if after else None,
    )


def band_of(attended: int, possible: int) -> int:
    """In which band did attendance lie? 0 is the highest. Errors: ValueError where no session was possible."""
    if not possible:
        raise ValueError("No session was possible, so there is no band.")
    return sum(attended * line.denominator < possible * line.numerator for line in BANDS)


def median_interval(values: Sequence[Fraction]) -> Interval | None:
    """What is the median, and between which of the values does the true one lie with 95% confidence?

    Exact for any distribution: of n values, k lie below the true median with the chance of k heads in n tosses. None
    for fewer than six values, between which no interval is so sure.
    """
    ordered, count = sorted(values), len(values)
    middle = count // 2
    # The largest number of values to leave out at each end that still keeps the confidence.
    left_out, below = -1, 0
    while 2 * (below + comb(count, left_out + 1)) <= (1 - CONFIDENCE) * 2**count:
        left_out += 1
        below += comb(count, left_out)
    if left_out < 0:
        return None
    median = ordered[middle] if count % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return Interval(median, ordered[left_out], ordered[count - 1 - left_out])


def effect_on_many(changes: Sequence[Fraction]) -> Finding[Verdict]:
    """Did the attendance of several pupils change? Shape: one change for each, of what was attended of 1."""
    found = median_interval(changes)
    rose, fell = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    facts = {"changes": tuple(changes), "interval": found}
    counted = f"Of {_pupils(len(changes))} {rose} rose and {fell} fell"
    if found is None:
        because = f"{counted}: too few pupils to say; six at least are needed."
        return Finding(Verdict.TOO_FEW, "effect.many", because, facts, _POLICY)
    words = (
        f"{counted}. The middle change is {points(found.median)} points; with 95% confidence it lies between "
        f"{points(found.low)} and {points(found.high)}"
    )
    if found.low > 0:
        return Finding(Verdict.HIGHER, "effect.many", f"{words}: a rise.", facts, _POLICY)
    if found.high < 0:
        return Finding(Verdict.LOWER, "effect.many", f"{words}: a fall.", facts, _POLICY)
    because = f"{words}, so it may be chance."
    return Finding(Verdict.NOT_CLEAR, "effect.many", because, facts, _POLICY)


def effect_on_one(weeks_before: Sequence[tuple[int, int]], during: tuple[int, int]) -> Finding[Verdict]:
    """Did one pupil's attendance change beyond what their weeks differ by themselves?

    Shape: sessions attended and possible, of each week before and of the whole time during.
    """
    known = [week for week in weeks_before if week[1]]
    possible = sum(week[1] for week in known)
    facts = {"weeks_before": tuple(weeks_before), "during": during}
    if len(known) < FEW_WEEKS or min(possible, during[1]) < FEW_SESSIONS:
        because = (
            f"{possible} possible sessions in {len(known)} weeks before and {during[1]} during: too few sessions to "
            "say."
        )
        return Finding(Verdict.TOO_FEW, "effect.one", because, facts, _POLICY)
    rates = [Fraction(*week) for week in known]
    now = Fraction(*during)
    words = (
        f"{percent(now)} of {during[1]} sessions during; the {len(known)} weeks before lay between "
        f"{percent(min(rates))} and {percent(max(rates))}"
    )
    if now > max(rates):
        return Finding(Verdict.HIGHER, "effect.one", f"{words}: higher than in any of them.", facts, _POLICY)
    if now < min(rates):
        return Finding(Verdict.LOWER, "effect.one", f"{words}: lower than in any of them.", facts, _POLICY)
    because = f"{words}, so it may be chance."
    return Finding(Verdict.NOT_CLEAR, "effect.one", because, facts, _POLICY)


def points(change: Fraction) -> str:
    """A change in percentage points with its sign: "+4.2"."""
    rounded = round_half_up(change * 100, 1)
    sign = "+" if rounded > 0 else "\N{MINUS SIGN}" if rounded < 0 else ""
    return f"{sign}{abs(rounded)}"


def _pupils(count: int) -> str:
    return "1 pupil" if count == 1 else f"{count} pupils"
