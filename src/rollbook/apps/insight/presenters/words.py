"""Differences of rates and addresses of the pupils behind a figure, as every page of figures shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.domain.law import MONTHS
from rollbook.domain.meetings import About, Origin
from rollbook.domain.periods import Period, PeriodKind
from rollbook.domain.rates import percent, round_half_up

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Change:
    """How much a rate moved, in percentage points: "+0.7". `is_worse` where it went the wrong way."""

    words: str
    is_worse: bool
    is_better: bool


def change(
    now: Fraction | None, before: Fraction | None, *, more_is_better: bool = True, is_share: bool = True
) -> Change | None:
    """The change of a rate to one decimal; None where one of the two is not known.

    Units: percentage points, or those of the figure itself where it is no share.
    """
    if now is None or before is None:
        return None
    points = round_half_up((now - before) * (100 if is_share else 1), 1)
    if points == 0:
        return Change("0.0", is_worse=False, is_better=False)
    sign = "+" if points > 0 else MINUS
    is_better = (points > 0) == more_is_better
    return Change(f"{sign}{abs(points):,}", is_worse=not is_better, is_better=is_better)


def change_words(moved: Change | None, than: str) -> str:
    """ "0.8 points below last week"; "" where nothing is known to compare with."""
    if moved is None:
        return ""
    if moved.words == "0.0":
        return f"the same as {than}"
    direction = "above" if moved.words.startswith("+") else "below"
    return f"{moved.words[1:]} points {direction} {than}"


def period_query(period: Period) -> dict[str, str]:
    """The part of an address that names a period by its days, so that it stays the same tomorrow."""
    return {
        "period_name": PeriodKind.DAYS.value,
        "first_day": period.first_day.isoformat(),
        "last_day": period.last_day.isoformat(),
    }


def behind_url(period: Period, **choices: str) -> str:
    """Where the pupils behind a figure of a period are listed; choices: which, by, group."""
    query: Mapping[str, Any] = period_query(period) | {
        name: value for name, value in choices.items() if value
    }
    return f"{reverse('insight:behind')}?{urlencode(query)}"


def call_url(pupil_id: int, origin: Origin, about: About) -> str:
    """Where a pupil's parents are called to a meeting, with what it is about and from where it is called."""
    query = urlencode({"from": origin.value, "about": about.value})
    return f"{reverse('support:call', args=[pupil_id])}?{query}"


def share(count: int, of: int) -> str:
    """A count as a part of a whole: "14.8%"; a dash of nothing."""
    return percent(Fraction(count, of) if of else None)


def month_names(mondays: Sequence[date]) -> dict[int, str]:
    """The name of each month under the first week that has its Wednesday in it."""
    months = [(monday + timedelta(days=2)).month for monday in mondays]
    return {
        place: MONTHS[month - 1][:3]
        for place, month in enumerate(months)
        if place == 0 or month != months[place - 1]
    }
