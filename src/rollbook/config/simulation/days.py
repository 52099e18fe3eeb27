"""The school days of one academic year as the generator counts them: day 0 has the sessions 0 and 1, and so on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from rollbook.clock import LONDON
from rollbook.config.simulation.terms import YearDates
from rollbook.domain.calendar import RegisterTimes, SchoolCalendar, SchoolSession


@dataclass(frozen=True)
class SchoolDays:
    """Shape: one item a school day in each list; `times[session]` for every session of the year."""

    dates: list[date]
    weekdays: list[int]
    term_of: list[int]
    week_of_term: list[int]
    times: list[RegisterTimes]
    midnights: list[datetime]

    @property
    def sessions(self) -> int:
        """How many half-days the year has."""
        return 2 * len(self.dates)

    def at(self, day: int, second: int) -> datetime:
        """The moment so many seconds after midnight by the school's clock, in UTC. Clocks change on Sundays."""
        return self.midnights[day] + timedelta(seconds=second)

    def first_on_or_after(self, on: date) -> int:
        """The number of the first school day that is not before a date; the count of days where there is none."""
        return sum(day < on for day in self.dates)


def school_days(calendar: SchoolCalendar, year: YearDates) -> SchoolDays:
    """The days of one year on which registers are taken."""
    dates = calendar.school_days(year.dates.first_day, year.dates.last_day)
    times = []
    for day in dates:
        for school_session in SchoolSession:
            found = calendar.times(day, school_session)
            if found is None:
                raise ValueError(f"no times are set for {day}")
            times.append(found)
    terms = [next(n for n, term in enumerate(year.dates.terms) if day <= term.last_day) for day in dates]
    return SchoolDays(
        dates=dates,
        weekdays=[day.weekday() for day in dates],
        term_of=terms,
        week_of_term=_weeks(year, dates, terms),
        times=times,
        midnights=[datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC) for day in dates],
    )


def seconds(at: time) -> int:
    """Seconds since midnight."""
    return at.hour * 3600 + at.minute * 60 + at.second


def clock_time(second: int) -> time:
    """The time of day, to the minute."""
    return time(second // 3600, second // 60 % 60)


def _weeks(year: YearDates, dates: Sequence[date], terms: Sequence[int]) -> list[int]:
    """Which school week of its term each day is in, counting only weeks with a school day."""
    weeks, seen = [], dict[tuple[int, date], int]()
    counts = [0] * len(year.dates.terms)
    for day, term in zip(dates, terms, strict=True):
        monday = day - timedelta(days=day.weekday())
        if (term, monday) not in seen:
            seen[term, monday] = counts[term]
            counts[term] += 1
        weeks.append(seen[term, monday])
    return weeks
