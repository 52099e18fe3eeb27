"""Who has so many sessions within ten school weeks: the threshold of `domain.thresholds`, for many pupils at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollbook.domain.thresholds import WEEKS, Alignment

Numbers = NDArray[np.int64]
_DAYS_OF_WEEK = 7
# The ordinal day 1 is a Monday, so weeks are counted from there.
_MONDAY = 1
_MANY_WEEKS = 1 << 20


@dataclass(frozen=True, slots=True)
class Met:
    """For each pupil who meets it, the places of the first and the last of the sessions that do, among those given."""

    first: NDArray[np.intp]
    last: NDArray[np.intp]


def first_met(
    pupils: Numbers,
    days: Numbers,
    school_of: Numbers,
    days_met: tuple[Numbers, Numbers],
    *,
    least: int,
    alignment: Alignment,
) -> Met:
    """When each pupil first has `least` sessions within ten weeks of those in which their school met.

    Shape: the sessions that count, sorted by pupil and time; `school_of[pupil]`; `days_met` schools and ordinal days.
    """
    met_at, met_on = days_met
    schools = school_of[pupils]
    # A school's weeks stand beside one another: its number, then the week's.
    weeks = schools * _MANY_WEEKS + (days - _MONDAY) // _DAYS_OF_WEEK
    known = np.union1d(met_at * _MANY_WEEKS + (met_on - _MONDAY) // _DAYS_OF_WEEK, weeks)
    places = np.searchsorted(known, weeks) - np.searchsorted(known, schools * _MANY_WEEKS)
    reach = WEEKS
    if alignment is Alignment.SLIDING:
        places, reach = places * _DAYS_OF_WEEK + (days - _MONDAY) % _DAYS_OF_WEEK, WEEKS * _DAYS_OF_WEEK
    last = np.arange(least - 1, len(days))
    first = last - (least - 1)
    is_met = (pupils[first] == pupils[last]) & (places[last] - places[first] < reach)
    first, last = first[is_met], last[is_met]
    _, earliest = np.unique(pupils[last], return_index=True)
    return Met(first[earliest], last[earliest])
