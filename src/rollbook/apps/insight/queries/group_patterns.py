"""Does the absence of a whole group follow the week or the holidays? Weeks are compared, pupils never added up.

One bad cold keeps many pupils away on one day, so their absences can't be counted as if each came by itself. Instead
each week is asked which of its days had the most absence, each day which of its halves, and each day beside a holiday
whether it had more than the same weekday of the nearest ordinary week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from rollbook.analytics.packed import LATE, POSSIBLE
from rollbook.analytics.tallies import ABSENT, flags_of
from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.apps.insight.queries.ground import Ground
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.disclosure import hidden_groups
from rollbook.domain.law import Finding
from rollbook.domain.patterns import SET_BY_SCHOOL, Judged, MetDay, judge_weeks
from rollbook.domain.sessions import SchoolSession

WHOLE_SCHOOL = "All together"
LOOKED_AT = 10
_COULD = POSSIBLE & ~flags_of(SET_BY_SCHOOL)
_AWAY = ABSENT & ~LATE & _COULD
_SCHOOL_WEEK = 5
_A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class GroupPatterns:
    """What was looked at for one group, the least likely by chance first; None where the group is hidden."""

    label: str
    pupils: int
    found: tuple[Finding[Judged], ...] | None


def by_group(
    viewer: Viewer, found: Ground, days: Sequence[MetDay], dimension: Dimension
) -> list[GroupPatterns]:
    """Everybody together, then each group; small ones are hidden from those outside the staff team."""
    labelled = found.labelled(dimension)
    hidden: frozenset[str] = frozenset()
    if not viewer.may(Permission.MEASURES_VIEW):
        hidden = hidden_groups({label: len(rows) for label, rows in labelled.items()})
    whole = GroupPatterns(
        WHOLE_SCHOOL, len(found.members), found.once("patterns", lambda: _looked_at(found, days, None))
    )

    def looked_at(label: str) -> tuple[Finding[Judged], ...]:
        return found.once(
            f"patterns:{dimension.name}:{label}", lambda: _looked_at(found, days, labelled[label])
        )

    return [
        whole,
        *(
            GroupPatterns(
                label,
                len(labelled[label]),
                None if label in hidden else looked_at(label),
            )
            for label in sorted(labelled, key=dimension.order)
        ),
    ]


def _looked_at(found: Ground, days: Sequence[MetDay], rows: list[int] | None) -> tuple[Finding[Judged], ...]:
    marks = found.marks if rows is None else found.marks[np.asarray(rows, np.intp)]
    away, possible = (np.count_nonzero(flags[marks], axis=0).tolist() for flags in (_AWAY, _COULD))
    halves = {
        half_day: (gone, could)
        for half_day, gone, could in zip(found.half_days, away, possible, strict=True)
        if could
    }
    rate: dict[date, Fraction] = {}
    for day in days:
        parts = [halves[day.on, session] for session in SchoolSession if (day.on, session) in halves]
        if parts:
            rate[day.on] = Fraction(sum(gone for gone, _ in parts), sum(could for _, could in parts))
    findings = [*_of_weeks(rate), *_of_halves(halves), *_of_breaks(rate, days)]
    return tuple(sorted(findings, key=lambda each: (each.answer.chance is None, each.answer.chance or 0)))


def _of_weeks(rate: dict[date, Fraction]) -> list[Finding[Judged]]:
    """On which weekday was the most absence, in the weeks with five school days and one day that had it?"""
    weeks: dict[date, list[Fraction]] = {}
    for day, value in sorted(rate.items()):
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(value)
    full = [week for week in weeks.values() if len(week) == _SCHOOL_WEEK]
    worst = [week.index(max(week)) for week in full if week.count(max(week)) == 1]
    fifth = Fraction(1, _SCHOOL_WEEK)
    findings = [
        judge_weeks(
            len(worst),
            worst.count(weekday),
            fifth,
            LOOKED_AT,
            f"{WEEKDAYS[weekday]} had the most absence of its week",
        )
        for weekday in range(_SCHOOL_WEEK)
    ]
    ends = worst.count(0) + worst.count(4)
    what = "Monday or Friday had the most absence of the week"
    return [*findings, judge_weeks(len(worst), ends, 2 * fifth, LOOKED_AT, what)]


def _of_halves(halves: dict[tuple[date, SchoolSession], tuple[int, int]]) -> list[Finding[Judged]]:
    """Were afternoons missed more than mornings, or the other way, on the days on which they differed?"""
    more = {SchoolSession.AM: 0, SchoolSession.PM: 0}
    for (day, session), (gone, could) in halves.items():
        if session is SchoolSession.AM and (day, SchoolSession.PM) in halves:
            gone_later, could_later = halves[day, SchoolSession.PM]
            if gone * could_later != gone_later * could:
                is_more_later = gone * could_later < gone_later * could
                more[SchoolSession.PM if is_more_later else SchoolSession.AM] += 1
    tries = sum(more.values())
    return [
        judge_weeks(
            tries,
            count,
            Fraction(1, 2),
            LOOKED_AT,
            f"The {session.words} had more absence than the other half of the day",
        )
        for session, count in more.items()
    ]


def _of_breaks(rate: dict[date, Fraction], days: Sequence[MetDay]) -> list[Finding[Judged]]:
    """Had the days beside a holiday or long weekend more absence than the same weekday nearby?"""
    findings = []
    for what, beside in (
        ("The last day before a holiday", [day.on for day in days if day.is_before_break]),
        ("The first day after a holiday", [day.on for day in days if day.is_after_break]),
    ):
        pairs = [(rate[day], _ordinary(rate, day, days)) for day in beside if day in rate]
        differ = [(own, other) for own, other in pairs if other is not None and own != other]
        seen = sum(own > other for own, other in differ)
        words = f"{what} had more absence than the same weekday of the nearest ordinary week"
        findings.append(judge_weeks(len(differ), seen, Fraction(1, 2), LOOKED_AT, words))
    return findings


def _ordinary(rate: dict[date, Fraction], on: date, days: Sequence[MetDay]) -> Fraction | None:
    """The same weekday a week earlier or else later; None where neither is an ordinary school day."""
    beside = {day.on for day in days if day.is_before_break or day.is_after_break}
    for other in (on - _A_WEEK, on + _A_WEEK):
        if other in rate and other not in beside:
            return rate[other]
    return None
