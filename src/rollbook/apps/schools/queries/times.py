"""The sets of register times a school has had, has and will have."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rollbook.apps.schools.models import DayTimes
from rollbook.apps.schools.queries.timetables import as_day_times
from rollbook.domain import calendar as days
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import Issue, IssueLevel, check_day_times


@dataclass(frozen=True, slots=True)
class TimesSet:
    """The week's times from a day on, up to the day before the next set; `last_day` None for the last one."""

    first_day: date
    last_day: date | None
    rows: tuple[days.DayTimes, ...]

    def has_begun(self, on: date) -> bool:
        """Have marks been judged by these times?"""
        return self.first_day <= on

    @property
    def warnings(self) -> tuple[Issue, ...]:
        """What stands beside these times for as long as they hold, and should be known to the governors."""
        return tuple(issue for issue in check_day_times(self.rows) if issue.level is IssueLevel.WARNING)


@dataclass(frozen=True, slots=True)
class TimesHistory:
    """Every set of times, oldest first, seen from a day."""

    on: date
    sets: tuple[TimesSet, ...]

    @property
    def now(self) -> TimesSet | None:
        """The set in force."""
        return next((each for each in reversed(self.sets) if each.has_begun(self.on)), None)

    @property
    def coming(self) -> tuple[TimesSet, ...]:
        """Sets that have not begun, soonest first."""
        return tuple(each for each in self.sets if not each.has_begun(self.on))

    @property
    def past(self) -> tuple[TimesSet, ...]:
        """Sets that have been replaced, latest first."""
        begun = [each for each in self.sets if each.has_begun(self.on)]
        return tuple(reversed(begun[:-1]))


def times_history(viewer: Viewer, on: date) -> TimesHistory:
    """The sets of times of the viewer's school, seen from a day. One query."""
    rows = DayTimes.objects.filter(school_id=viewer.school_id).order_by("effective_from", "weekday")
    return TimesHistory(on, tuple(_sets(as_day_times(row) for row in rows)))


def _sets(rows: Iterable[days.DayTimes]) -> list[TimesSet]:
    by_day: dict[date, list[days.DayTimes]] = {}
    for row in rows:
        by_day.setdefault(row.effective_from, []).append(row)
    starts = sorted(by_day)
    ends = [date.fromordinal(start.toordinal() - 1) for start in starts[1:]]
    return (
        [
            TimesSet(start, last_day, tuple(by_day[start]))
            for start, last_day in zip(starts, [*ends, None], strict=True)
        ]
        if starts
        else []
    )
