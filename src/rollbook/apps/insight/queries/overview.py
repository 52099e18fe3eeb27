"""This week, half term, term or year of the whole school, beside the one before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from rollbook.analytics import tallies
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.ground import Ground, HalfDay, Measures, ground
from rollbook.apps.insight.queries.weeks import WeekFigures, by_week
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.disclosure import hidden_groups
from rollbook.domain.periods import Period, PeriodKind, period_before, period_on, same_period_last_year
from rollbook.domain.rates import attendance_rate
from rollbook.domain.sessions import SchoolSession

_WEEKDAYS = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WeekSlot:
    """A half-day of the week, Monday morning to Friday afternoon. `is_closed`: its register has closed."""

    half_day: HalfDay
    is_school_day: bool
    is_closed: bool


@dataclass(frozen=True)
class GroupRow:
    """One year group: its figures of the period and of the one before, of the year, and of each half-day of the week.

    `week` is by half-day, None where nobody had a possible session. `period` is None where the group is hidden.
    """

    label: str
    period: Measures | None
    before: Measures | None
    year: Measures | None
    week: dict[HalfDay, Fraction | None]


@dataclass(frozen=True)
class Overview:
    """The school's figures of a period, with the year they are part of.

    `before` is what the period is compared with: the one before, for the year the same stretch of the year before; None
    where there are no marks of it. `year_measures` are of the year so far and `year_then` of the year as it stood when
    the period began (for the year: of the same stretch a year earlier): persistent absence is counted over the year.
    `weeks_before` goes on to the end of the year before, for the picture.
    """

    year: Period
    year_before: Period | None
    period: Period
    period_before: Period | None
    measures: Measures
    before: Measures | None
    year_measures: Measures
    year_then: Measures | None
    weeks: list[WeekFigures]
    weeks_before: list[WeekFigures]
    week: Period
    slots: list[WeekSlot]
    rows: list[GroupRow]
    missing_count: int
    unexplained_count: int


def overview(viewer: Viewer, now: datetime, kind: PeriodKind = PeriodKind.YEAR) -> Overview | None:
    """The figures of the period of now; None before the school's first year. Three queries for each of two years.

    While the grounds are the very same, so is the answer, which is kept: read it, never write it.
    """
    calendar = timetable(viewer).calendar
    year = period_on(calendar, PeriodKind.YEAR, now.date())
    week = period_on(calendar, PeriodKind.WEEK, now.date())
    if year is None or week is None or week.first_day > year.last_day:
        return None
    found = ground(viewer, year.first_day, year.last_day, now)
    earlier = _year_before(viewer, calendar, year, now)
    whole_before = None if earlier is None else earlier.ground
    key = (viewer.school_id, kind, viewer.may(Permission.MEASURES_VIEW))
    kept = _kept.get(key)
    if kept is not None and kept[0] is found and kept[1] is whole_before and kept[2] == now.date():
        return kept[3]
    made = _made(viewer, (year, week, kind), found, earlier, now)
    while len(_kept) >= KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[key] = found, whole_before, now.date(), made
    return made


KEPT = 32
_kept: dict[tuple[int, PeriodKind, bool], tuple[Ground, Ground | None, date, Overview]] = {}


def _made(
    viewer: Viewer,
    asked: tuple[Period, Period, PeriodKind],
    found: Ground,
    earlier: "_YearBefore | None",
    now: datetime,
) -> Overview:
    calendar = found.calendar
    year, week, kind = asked
    period = period_on(calendar, kind, now.date())
    if period is None or period.first_day < year.first_day:
        period = year
    parts = _Parts(found, found.between(period.first_day, period.last_day), None, None, None)
    before: Period | None = None
    if period.kind is PeriodKind.YEAR:
        before = None if earlier is None else earlier.same
        if earlier is not None:
            parts.before = parts.then = earlier.ground.between(earlier.same.first_day, earlier.same.last_day)
    else:
        before = period_before(calendar, period)
        if before is not None:
            parts.before = found.between(before.first_day, before.last_day)
            parts.then = found.between(year.first_day, period.first_day - _ONE_DAY)
    parts.week = found.between(week.first_day, week.last_day)
    is_compared = parts.before is not None and parts.before.by_pupil.total().possible > 0
    if not is_compared:
        before = parts.before = parts.then = None
    return Overview(
        year=year,
        year_before=None if earlier is None else earlier.same,
        period=period,
        period_before=before,
        measures=parts.period.measures(),
        before=None if parts.before is None else parts.before.measures(),
        year_measures=found.measures(),
        year_then=None if parts.then is None else parts.then.measures(),
        weeks=by_week(found),
        weeks_before=[] if earlier is None else by_week(earlier.ground),
        week=week,
        slots=_slots(calendar, week, parts.week),
        rows=_rows(viewer, parts),
        missing_count=parts.period.missing_count,
        unexplained_count=parts.period.unexplained_count,
    )


@dataclass
class _Parts:
    """The grounds of a look: the year so far, the period, and what they are compared with."""

    year: Ground
    period: Ground
    before: Ground | None
    then: Ground | None
    week: Ground | None


@dataclass(frozen=True)
class _YearBefore:
    """The whole year before, and the same stretch of it as has passed of this one."""

    ground: Ground
    same: Period


def _year_before(viewer: Viewer, calendar: SchoolCalendar, year: Period, now: datetime) -> _YearBefore | None:
    """The year before with its marks; None where it has none."""
    same = same_period_last_year(calendar, year)
    if same is None:
        return None
    whole = ground(viewer, same.first_day, same.whole_last_day, now)
    return _YearBefore(whole, same) if whole.by_pupil.total().possible else None


def _slots(calendar: SchoolCalendar, week: Period, found: Ground) -> list[WeekSlot]:
    """Every half-day of the week from Monday to Friday, those still to come too."""
    closed = set(found.half_days[: found.closed_columns])
    days = [week.first_day + timedelta(days=n) for n in range(_WEEKDAYS)]
    return [
        WeekSlot((day, each), calendar.is_school_day(day), (day, each) in closed)
        for day in days
        for each in SchoolSession
    ]


def _rows(viewer: Viewer, parts: _Parts) -> list[GroupRow]:
    dimension = DIMENSIONS["year-group"]
    year, period = parts.year.labelled(dimension), parts.period.labelled(dimension)
    before = {} if parts.before is None else parts.before.labelled(dimension)
    week = {} if parts.week is None else parts.week.labelled(dimension)
    hidden: frozenset[str] = frozenset()
    if not viewer.may(Permission.MEASURES_VIEW):
        # A group that has become small since is as small in what is shown of it.
        sizes = [{label: len(rows) for label, rows in each.items()} for each in (year, period, week)]
        fewest = {label: min(each.get(label, 0) or len(year[label]) for each in sizes) for label in year}
        hidden = hidden_groups(fewest)
    rows = []
    for label in sorted(year, key=dimension.order):
        if label in hidden:
            rows.append(GroupRow(label, None, None, None, {}))
            continue
        rows.append(
            GroupRow(
                label,
                parts.period.measures(period.get(label, [])),
                parts.before.measures(before[label])
                if parts.before is not None and label in before
                else None,
                parts.year.measures(year[label]),
                {} if parts.week is None else _by_half_day(parts.week, week.get(label, [])),
            )
        )
    return rows


def _by_half_day(week: Ground, rows: list[int]) -> dict[HalfDay, Fraction | None]:
    """The rate of each half-day whose register has closed."""
    counted = tallies.by_half_day(week.marks[rows])
    return {
        half_day: attendance_rate(counted.at(place))
        for place, half_day in enumerate(week.half_days[: week.closed_columns])
    }
