"""What a pupil may be shown of their own attendance: this term, this year, and beside the half term before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from rollbook.apps.insight.queries.ground import Ground, ground
from rollbook.apps.insight.queries.punctuality import lates_of
from rollbook.apps.registers.queries.pupil import pupil_to_see
from rollbook.apps.roll.queries import Pupil
from rollbook.apps.schools.queries import timetable
from rollbook.apps.support.queries.supports import open_by_pupil
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.law import Finding
from rollbook.domain.own_view import Half, Here, OwnCount, Turn, compare, count_own, days_of
from rollbook.domain.periods import Period, PeriodKind, period_on
from rollbook.domain.punctuality import lost


@dataclass(frozen=True, slots=True)
class Stretch:
    """A term or year of the pupil up to today. Units: minutes as the register has them."""

    period: Period
    count: OwnCount
    minutes: int


@dataclass(frozen=True, slots=True)
class Turned:
    """This half term beside the one before."""

    now: OwnCount
    before: OwnCount
    finding: Finding[Turn]


@dataclass(frozen=True)
class OwnView:
    """One pupil's attendance for the pupil. `days` are those of the term; `aims` only for those who may see support."""

    pupil: Pupil
    stretches: list[Stretch]
    days: list[tuple[date, Here]]
    turned: Turned | None
    aims: list[str]


def own_view(viewer: Viewer, pupil_id: int, now: datetime) -> OwnView | None:
    """A pupil's own attendance; None where the viewer may not see the pupil.

    The queries of the pupil and of the ground, and one for support. A half-day without a mark is in none of it.
    """
    seen = pupil_to_see(viewer, pupil_id, now.date())
    if seen is None:
        return None
    pupil, _ = seen
    calendar, today = timetable(viewer).calendar, now.date()
    periods = [period_on(calendar, kind, today) for kind in (PeriodKind.TERM, PeriodKind.YEAR)]
    begun = [period for period in periods if period is not None]
    own = _own(viewer, calendar, begun, pupil_id, now)
    aims = [
        each.aim for each in open_by_pupil(viewer, [pupil_id]).get(pupil_id, []) if each.first_day <= today
    ]
    if own is None:
        return OwnView(pupil, [], [], None, aims)
    return OwnView(
        pupil=pupil,
        stretches=_stretches(own, begun, pupil_id),
        days=days_of(_halves(own, begun[0])),
        turned=_turned(own, calendar, today),
        aims=aims,
    )


def _own(
    viewer: Viewer, calendar: SchoolCalendar, periods: list[Period], pupil_id: int, now: datetime
) -> Ground | None:
    """The pupil's marks from the half term before, or the start of the year, to now; None where there are none."""
    if not periods:
        return None
    half_term = _half_term_before(calendar, now.date())
    firsts = [period.first_day for period in [*periods, *([half_term] if half_term else [])]]
    found = ground(viewer, min(firsts), now.date(), now)
    row = found.row_of.get(pupil_id)
    return None if row is None else found.only([row])


def _half_term_before(calendar: SchoolCalendar, today: date) -> Period | None:
    """The whole half term before the one of today."""
    now = period_on(calendar, PeriodKind.HALF_TERM, today)
    return (
        None if now is None else period_on(calendar, PeriodKind.HALF_TERM, now.first_day - timedelta(days=1))
    )


def _halves(own: Ground, period: Period) -> list[Half]:
    """The pupil's marks of a period."""
    places = np.flatnonzero(own.marks[0])
    return [
        (*own.half_days[place], BY_BYTE[int(own.marks[0, place])].symbol)
        for place in places.tolist()
        if period.first_day <= own.half_days[place][0] <= period.last_day
    ]


def _stretches(own: Ground, periods: list[Period], pupil_id: int) -> list[Stretch]:
    """The term and the year, or only the term where the year has no other days of the pupil yet."""
    lates = lates_of(own).get(pupil_id, [])
    found: list[Stretch] = []
    for period in periods:
        count = count_own(_halves(own, period))
        if any(each.count == count for each in found):
            continue
        inside = [late for late in lates if period.first_day <= late.on <= period.last_day]
        found.append(Stretch(period, count, lost(inside).minutes))
    return found


def _turned(own: Ground, calendar: SchoolCalendar, today: date) -> Turned | None:
    now, before = period_on(calendar, PeriodKind.HALF_TERM, today), _half_term_before(calendar, today)
    if now is None or before is None:
        return None
    this, last = (count_own(_halves(own, period)) for period in (now, before))
    return Turned(this, last, compare(this, last))
