"""Weeks, half terms, terms and years by hand, and what each is compared with."""

from datetime import date

import pytest
from hypothesis import given

from rollbook.domain.calendar import AcademicYearDates, ClosedSpan, DayKind, SchoolCalendar, TermDates
from rollbook.domain.periods import (
    Period,
    PeriodKind,
    days_between,
    half_terms_until,
    period_before,
    period_on,
    same_period_last_year,
)
from tests.strategies import calendars, days

K = PeriodKind
LAST_YEAR = AcademicYearDates(
    "2025/26",
    date(2025, 9, 1),
    date(2026, 8, 31),
    (
        TermDates("Autumn term", date(2025, 9, 3), date(2025, 12, 19)),
        TermDates("Spring term", date(2026, 1, 5), date(2026, 3, 27)),
    ),
)
THIS_YEAR = AcademicYearDates(
    "2026/27",
    date(2026, 9, 1),
    date(2027, 8, 31),
    (
        TermDates("Autumn term", date(2026, 9, 2), date(2026, 12, 18)),
        TermDates("Spring term", date(2027, 1, 4), date(2027, 3, 26)),
        TermDates("Summer term", date(2027, 4, 12), date(2027, 7, 21)),
    ),
)
CALENDAR = SchoolCalendar(
    (LAST_YEAR, THIS_YEAR),
    (
        ClosedSpan(DayKind.HALF_TERM, "Half term", date(2025, 10, 27), date(2025, 10, 31)),
        ClosedSpan(DayKind.HALF_TERM, "Half term", date(2026, 10, 26), date(2026, 10, 30)),
    ),
    {},
    (),
)
EMPTY = SchoolCalendar((), (), {}, ())


def shown(period: Period | None) -> tuple[str, str, str] | None:
    """Its words and its days."""
    return None if period is None else (period.words, f"{period.first_day}", f"{period.last_day}")


@pytest.mark.policy("P-8.1-1")
@pytest.mark.parametrize(
    ("kind", "on", "expected"),
    [
        (K.WEEK, date(2026, 11, 18), ("Week of 16 November 2026 so far", "2026-11-16", "2026-11-18")),
        (K.WEEK, date(2026, 11, 22), ("Week of 16 November 2026", "2026-11-16", "2026-11-20")),
        # In the half-term holiday it is the last week that had school.
        (K.WEEK, date(2026, 10, 28), ("Week of 19 October 2026", "2026-10-19", "2026-10-23")),
        (K.HALF_TERM, date(2026, 10, 28), ("Autumn term, first half", "2026-09-02", "2026-10-23")),
        (K.HALF_TERM, date(2026, 11, 20), ("Autumn term, second half so far", "2026-11-02", "2026-11-20")),
        (K.TERM, date(2026, 11, 20), ("Autumn term so far", "2026-09-02", "2026-11-20")),
        (K.TERM, date(2026, 12, 25), ("Autumn term", "2026-09-02", "2026-12-18")),
        (K.YEAR, date(2026, 11, 20), ("2026/27 so far", "2026-09-01", "2026-11-20")),
        (K.DAYS, date(2026, 11, 20), None),
        (K.TERM, date(2025, 9, 1), None),
        (K.WEEK, date(2025, 9, 1), None),
    ],
)
def test_the_period_a_day_falls_in(kind: K, on: date, expected: tuple[str, str, str] | None) -> None:
    assert shown(period_on(CALENDAR, kind, on)) == expected


@pytest.mark.parametrize(
    ("kind", "on", "expected"),
    [
        # Three school days of this week so far (Mon 16 to Wed 18 November) against the first three before.
        (K.WEEK, date(2026, 11, 18), ("2026-11-09", "2026-11-11")),
        # The week before the first one after half term lies before the holiday.
        (K.WEEK, date(2026, 11, 6), ("2026-10-19", "2026-10-23")),
        # 15 school days from 2 to 20 November; the first 15 of the first half: 2 to 22 September.
        (K.HALF_TERM, date(2026, 11, 20), ("2026-09-02", "2026-09-22")),
        (K.TERM, date(2027, 3, 26), ("2026-09-02", "2026-12-18")),
        # 72 school days so far, more than the whole spring term before had.
        (K.TERM, date(2026, 12, 17), ("2026-01-05", "2026-03-27")),
        (K.YEAR, date(2027, 8, 31), ("2025-09-01", "2026-08-31")),
    ],
)
def test_the_period_before(kind: K, on: date, expected: tuple[str, str]) -> None:
    period = period_on(CALENDAR, kind, on)
    assert period is not None
    before = period_before(CALENDAR, period)
    assert before is not None
    assert (f"{before.first_day}", f"{before.last_day}") == expected


def test_chosen_days_are_compared_with_as_many_school_days_before_them() -> None:
    # Monday 2 to Wednesday 4 November: three school days; before the holiday they are 21 to 23 October.
    before = period_before(CALENDAR, days_between(date(2026, 11, 2), date(2026, 11, 4)))

    assert before == days_between(date(2026, 10, 21), date(2026, 10, 23))
    assert before.words == "21 October 2026 to 23 October 2026"
    assert days_between(date(2026, 11, 2), date(2026, 11, 2)).words == "2 November 2026"


def test_there_is_nothing_before_the_first_of_all() -> None:
    first = period_on(CALENDAR, K.YEAR, date(2025, 12, 1))
    assert first is not None
    assert period_before(CALENDAR, first) is None
    assert same_period_last_year(CALENDAR, first) is None
    assert period_before(CALENDAR, days_between(date(2025, 9, 3), date(2025, 9, 3))) is None
    assert period_before(CALENDAR, days_between(date(2026, 8, 1), date(2026, 8, 2))) is None


@pytest.mark.policy("P-8.1-1", "P-8.2-3")
@pytest.mark.parametrize(
    ("kind", "on", "expected"),
    [
        # Seven school days of the half term so far (2 to 10 November), and the first seven of last year's: 3 to 11.
        (K.HALF_TERM, date(2026, 11, 10), ("2025-11-03", "2025-11-11")),
        (K.TERM, date(2026, 12, 18), ("2025-09-03", "2025-12-19")),
        # 2 to 4 September are three school days; last year's first three: 3 to 5 September.
        (K.YEAR, date(2026, 9, 4), ("2025-09-01", "2025-09-05")),
        (K.WEEK, date(2026, 11, 20), ("2025-11-17", "2025-11-21")),
        # Last year has no summer term here, and no school in these weeks.
        (K.TERM, date(2027, 4, 20), None),
        (K.WEEK, date(2027, 4, 16), None),
    ],
)
def test_the_same_time_last_year(kind: K, on: date, expected: tuple[str, str] | None) -> None:
    period = period_on(CALENDAR, kind, on)
    assert period is not None
    before = same_period_last_year(CALENDAR, period)
    assert (None if before is None else (f"{before.first_day}", f"{before.last_day}")) == expected


def test_half_terms_that_have_begun_end_with_the_day_asked_on() -> None:
    found = half_terms_until(CALENDAR, THIS_YEAR, date(2026, 11, 20))

    assert [(each.name, each.first_day, each.is_over) for each in found] == [
        ("Autumn term, first half", date(2026, 9, 2), True),
        ("Autumn term, second half", date(2026, 11, 2), False),
    ]
    assert found[-1].last_day == date(2026, 11, 20)
    assert half_terms_until(CALENDAR, THIS_YEAR, date(2026, 9, 1)) == []


def test_chosen_days_of_last_year_are_the_same_weekdays() -> None:
    before = same_period_last_year(CALENDAR, days_between(date(2026, 11, 16), date(2026, 11, 20)))

    assert before is not None
    assert (before.first_day, before.last_day) == (date(2025, 11, 17), date(2025, 11, 21))


def test_a_calendar_without_years_has_no_periods() -> None:
    assert [period_on(EMPTY, kind, date(2026, 11, 20)) for kind in K] == [None] * 5
    assert (
        same_period_last_year(
            EMPTY, Period(K.TERM, "Term", date(2026, 9, 1), date(2026, 9, 1), date(2026, 9, 1))
        )
        is None
    )


def test_kinds_are_named_as_people_say_them() -> None:
    assert [kind.words for kind in K] == ["week", "half term", "term", "year", "days"]


@given(calendars(), days)
def test_a_period_begins_and_ends_by_its_day_and_what_it_is_compared_with_is_over(
    calendar: SchoolCalendar, on: date
) -> None:
    for kind in (K.WEEK, K.HALF_TERM, K.TERM, K.YEAR):
        period = period_on(calendar, kind, on)
        if period is not None:
            assert period.first_day <= on
            assert period.first_day <= period.last_day <= on
            before = period_before(calendar, period)
            assert before is None or before.last_day < period.first_day
