"""The academic years of an English school, worked out for any year: terms, half terms, INSET days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from rollbook.domain.calendar import (
    AcademicYearDates,
    ClosedSpan,
    DayKind,
    DayTimes,
    RegisterTimes,
    SchoolCalendar,
    TermDates,
)

_MONDAY, _TUESDAY, _FRIDAY = 0, 1, 4


@dataclass(frozen=True)
class YearDates:
    """One academic year with the days on which the school is closed in it."""

    starts_in: int
    dates: AcademicYearDates
    closed: tuple[ClosedSpan, ...]

    @property
    def name(self) -> str:
        """For example 2026/27."""
        return self.dates.name


def starts_in(on: date) -> int:
    """In which calendar year did the academic year of this day start?"""
    return on.year if on.month >= 9 else on.year - 1


def year_dates(year: int) -> YearDates:
    """The academic year that starts on 1 September of `year`."""
    autumn = TermDates(
        "Autumn term", _weekday_from(date(year, 9, 1)), _on_or_before(date(year, 12, 20), _FRIDAY)
    )
    spring_first = _on_or_after(date(year + 1, 1, 2), _MONDAY)
    spring_last, summer_first = _around_easter(year + 1)
    spring = TermDates("Spring term", spring_first, spring_last)
    summer = TermDates("Summer term", summer_first, _on_or_after(date(year + 1, 7, 20), _TUESDAY))
    breaks = (
        ("Autumn half term", _on_or_before(date(year, 10, 31), _MONDAY)),
        ("February half term", _on_or_after(date(year + 1, 2, 12), _MONDAY)),
        ("May half term", _on_or_before(date(year + 1, 5, 31), _MONDAY)),
    )
    inset = (
        autumn.first_day,
        breaks[0][1] + timedelta(days=7),
        spring_first if spring_first.day > 3 else spring_first + timedelta(days=1),
        breaks[2][1] + timedelta(days=7),
        _on_or_after(date(year + 1, 6, 24), _FRIDAY),
    )
    closed = (
        *(ClosedSpan(DayKind.HALF_TERM, name, day, day + timedelta(days=4)) for name, day in breaks),
        *(ClosedSpan(DayKind.INSET, "INSET day", day, day) for day in inset),
    )
    dates = AcademicYearDates(
        f"{year}/{(year + 1) % 100:02}", date(year, 9, 1), date(year + 1, 8, 31), (autumn, spring, summer)
    )
    return YearDates(year, dates, tuple(sorted(closed, key=lambda span: span.first_day)))


def calendar_of(
    years: tuple[YearDates, ...], day_times: tuple[DayTimes, ...], bank_holidays: Mapping[date, str]
) -> SchoolCalendar:
    """The calendar the rules ask, over all these years."""
    return SchoolCalendar(
        years=tuple(year.dates for year in years),
        closed=tuple(span for year in years for span in year.closed),
        bank_holidays=bank_holidays,
        day_times=day_times,
    )


def week_times(
    effective_from: date,
    morning: tuple[str, str, str],
    afternoon: tuple[str, str, str],
    friday_ends: str | None = None,
) -> tuple[DayTimes, ...]:
    """The same times from Monday to Friday, each (opens, closes, session ends), with another end on Fridays."""
    am = RegisterTimes(*(time.fromisoformat(each) for each in morning))
    opens, closes, ends = (time.fromisoformat(each) for each in afternoon)
    friday = time.fromisoformat(friday_ends) if friday_ends else ends
    return tuple(
        DayTimes(
            weekday, effective_from, am, RegisterTimes(opens, closes, friday if weekday == _FRIDAY else ends)
        )
        for weekday in range(5)
    )


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian reckoning."""
    golden, century = year % 19, year // 100
    skipped = century - century // 4 - (8 * century + 13) // 25
    moon = (skipped + 19 * golden + 15) % 30
    moon -= moon // 28 * (1 - moon // 28 * (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))


def _around_easter(year: int) -> tuple[date, date]:
    """The last day before the Easter holidays and the first day after them."""
    sunday = easter(year)
    if sunday < date(year, 4, 1):
        return sunday - timedelta(days=3), sunday + timedelta(days=15)
    monday_before = sunday - timedelta(days=6)
    return monday_before - timedelta(days=3), monday_before + timedelta(days=14)


def _weekday_from(day: date) -> date:
    return day if day.weekday() <= _FRIDAY else _on_or_after(day, _MONDAY)


def _on_or_after(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _on_or_before(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)
