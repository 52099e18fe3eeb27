"""This year and this week of the whole school, beside the year before."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from rollbook.analytics import tallies
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.ground import Ground, HalfDay, Measures, ground
from rollbook.apps.insight.queries.weeks import WeekFigures, by_week
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.disclosure import hidden_groups
from rollbook.domain.periods import Period, PeriodKind, period_on, same_period_last_year
from rollbook.domain.rates import attendance_rate


@dataclass(frozen=True)
class GroupRow:
    """One year group: its figures of the year, of the same time last year, and of each half-day of the week.

    `week` is by half-day, None where nobody had a possible session. All is None where the group is hidden.
    """

    label: str
    year: Measures | None
    before: Measures | None
    week: dict[HalfDay, Fraction | None]


@dataclass(frozen=True)
class Overview:
    """The school's year so far. `before` is the same stretch of the year before, None where there are no marks of it.

    `weeks_before` goes on to the end of that year, for the picture.
    """

    year: Period
    year_before: Period | None
    week: Period
    week_before: Period | None
    measures: Measures
    before: Measures | None
    this_week: Measures
    last_week: Measures | None
    weeks: list[WeekFigures]
    weeks_before: list[WeekFigures]
    rows: list[GroupRow]
    half_days: list[HalfDay]
    missing_count: int
    unexplained_count: int


def overview(viewer: Viewer, now: datetime) -> Overview | None:
    """The year of now; None before the school's first. Three queries for each year looked at."""
    calendar = timetable(viewer).calendar
    year = period_on(calendar, PeriodKind.YEAR, now.date())
    week = period_on(calendar, PeriodKind.WEEK, now.date())
    if year is None or week is None or week.first_day > year.last_day:
        return None
    found = ground(viewer, year.first_day, year.last_day, now)
    year_before = same_period_last_year(calendar, year)
    whole_before = (
        None
        if year_before is None
        else ground(viewer, year_before.first_day, year_before.whole_last_day, now)
    )
    before = None
    if whole_before is not None and year_before is not None and whole_before.by_pupil.total().possible:
        before = whole_before.between(year_before.first_day, year_before.last_day)
    this_week = found.between(week.first_day, week.last_day)
    earlier = [day for day, _ in found.half_days if day < week.first_day]
    week_before = None if not earlier else period_on(calendar, PeriodKind.WEEK, max(earlier))
    last_week = None if week_before is None else found.between(week_before.first_day, week_before.last_day)
    return Overview(
        year=year,
        year_before=year_before if before is not None else None,
        week=week,
        week_before=week_before,
        measures=found.measures(),
        before=None if before is None else before.measures(),
        this_week=this_week.measures(),
        last_week=None if last_week is None else last_week.measures(),
        weeks=by_week(found),
        weeks_before=[] if before is None or whole_before is None else by_week(whole_before),
        rows=_rows(viewer, found, before, this_week),
        half_days=this_week.half_days,
        missing_count=found.missing_count,
        unexplained_count=found.unexplained_count,
    )


def _rows(viewer: Viewer, found: Ground, before: Ground | None, this_week: Ground) -> list[GroupRow]:
    dimension = DIMENSIONS["year-group"]
    own, of_week = found.labelled(dimension), this_week.labelled(dimension)
    earlier = {} if before is None else before.labelled(dimension)
    hidden: frozenset[str] = frozenset()
    if not viewer.may(Permission.MEASURES_VIEW):
        hidden = hidden_groups({label: len(rows) for label, rows in own.items()})
    rows = []
    for label in sorted(own, key=dimension.order):
        if label in hidden:
            rows.append(GroupRow(label, None, None, {}))
            continue
        rows.append(
            GroupRow(
                label,
                found.measures(own[label]),
                before.measures(earlier[label]) if before is not None and label in earlier else None,
                _by_half_day(this_week, of_week.get(label, [])),
            )
        )
    return rows


def _by_half_day(this_week: Ground, rows: list[int]) -> dict[HalfDay, Fraction | None]:
    counted = tallies.by_half_day(this_week.marks[rows])
    return {
        half_day: attendance_rate(counted.at(place)) for place, half_day in enumerate(this_week.half_days)
    }
