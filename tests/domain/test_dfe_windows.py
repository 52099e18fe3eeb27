"""The DfE's terms and the pupils it counts: domain.md 4.1.5 to 4.1.9."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.dfe_windows import (
    MOVED_SPRING_BANK_HOLIDAYS,
    DfeTerm,
    DfeYear,
    dfe_term_of,
    dfe_year_of,
    easter_sunday,
    spring_bank_holiday,
)
from rollbook.domain.population import Enrolment, comparable_days, is_of_comparable_age
from rollbook.domain.spans import Span

YEAR = DfeYear(2025)
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    "easter",
    [
        date(1961, 4, 2),
        date(1981, 4, 19),  # the year in which the plain rule of Gauss goes wrong
        date(2000, 4, 23),
        date(2008, 3, 23),
        date(2011, 4, 24),
        date(2022, 4, 17),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
        date(2038, 4, 25),  # the latest it can be
        date(2049, 4, 18),
    ],
)
def test_easter_sunday(easter: date) -> None:
    assert easter_sunday(easter.year) == easter


@given(st.integers(1900, 2299))
def test_easter_is_a_sunday_from_22_march_to_25_april(year: int) -> None:
    easter = easter_sunday(year)
    assert easter.isoweekday() == 7
    assert date(year, 3, 22) <= easter <= date(year, 4, 25)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2021, date(2021, 5, 31)),
        (2022, date(2022, 6, 2)),
        (2026, date(2026, 5, 25)),
        (2027, date(2027, 5, 31)),
    ],
)
def test_the_spring_bank_holiday(year: int, day: date) -> None:
    assert spring_bank_holiday(year) == day


@given(st.integers(1990, 2090))
def test_the_spring_bank_holiday_is_the_last_monday_in_may_unless_moved(year: int) -> None:
    day = spring_bank_holiday(year)
    if year not in MOVED_SPRING_BANK_HOLIDAYS:
        assert (day.isoweekday(), day.month, (day + timedelta(days=7)).month) == (1, 5, 6)


def test_the_windows_of_2025_26() -> None:
    """Easter Sunday 2026 is 5 April, the spring bank holiday 25 May."""
    assert YEAR.name == "2025/26"
    assert {term: YEAR.window(term) for term in DfeTerm} == {
        DfeTerm.AUTUMN: Span(date(2025, 8, 1), date(2025, 12, 31)),
        DfeTerm.SPRING: Span(date(2026, 1, 1), date(2026, 4, 5)),
        DfeTerm.SUMMER_1: Span(date(2026, 4, 6), date(2026, 5, 24)),
        DfeTerm.SUMMER_2: Span(date(2026, 5, 25), date(2026, 7, 31)),
    }


def test_a_century_is_written_with_two_digits() -> None:
    assert DfeYear(2099).name == "2099/00"


@given(days)
def test_every_day_is_in_one_window(on: date) -> None:
    year = dfe_year_of(on)
    assert on in year.days
    assert [term for term in DfeTerm if on in year.window(term)] == [dfe_term_of(on).answer]


@given(st.integers(1990, 2090))
def test_the_windows_follow_one_another_through_the_year(begins_in: int) -> None:
    year = DfeYear(begins_in)
    assert [day for term in DfeTerm for day in year.window(term).days()] == list(year.days.days())


def test_a_day_s_window_says_why() -> None:
    found = dfe_term_of(date(2026, 4, 6))
    assert found.because == (
        "6 April 2026 is in the DfE summer term, first half of 2025/26, which begins on 6 April 2026."
    )


@pytest.mark.parametrize(
    ("born_on", "counts"),
    [
        (date(2020, 8, 31), True),  # five that day
        (date(2020, 9, 1), False),  # four
        (date(2009, 9, 1), True),  # fifteen
        (date(2009, 8, 31), False),  # sixteen that day
    ],
)
def test_pupils_aged_5_to_15_on_31_august_are_compared(born_on: date, counts: bool) -> None:
    assert is_of_comparable_age(born_on, YEAR).answer is counts


def test_the_age_says_why() -> None:
    assert (
        is_of_comparable_age(date(2009, 9, 1), YEAR).because == "Aged 15 on 31 August 2025, so from 5 to 15."
    )
    assert is_of_comparable_age(date(2020, 9, 1), YEAR).because == (
        "Aged 4 on 31 August 2025; the DfE counts only pupils aged 5 to 15 then."
    )


YEAR_8, YEAR_11 = date(2013, 1, 1), date(2010, 1, 1)
SEPTEMBER, WHIT = date(2025, 9, 1), date(2026, 5, 25)


@pytest.mark.parametrize(
    ("enrolment", "counted"),
    [
        (Enrolment(YEAR_8, date(2024, 9, 2)), YEAR.days),
        (Enrolment(YEAR_8, SEPTEMBER, date(2026, 2, 6)), Span(SEPTEMBER, date(2026, 2, 6))),
        (Enrolment(YEAR_8, SEPTEMBER, date(2027, 2, 6)), Span(SEPTEMBER, date(2026, 7, 31))),
        (Enrolment(YEAR_8, WHIT - timedelta(days=1)), Span(date(2026, 5, 24), date(2026, 7, 31))),
        (Enrolment(YEAR_8, WHIT), None),  # began in the second half of the summer term
        (Enrolment(YEAR_11, SEPTEMBER), Span(SEPTEMBER, date(2026, 5, 24))),
        (Enrolment(YEAR_11, SEPTEMBER, date(2026, 3, 1)), Span(SEPTEMBER, date(2026, 3, 1))),
        (Enrolment(YEAR_11, SEPTEMBER, date(2026, 6, 26)), Span(SEPTEMBER, date(2026, 5, 24))),
        (Enrolment(date(2021, 1, 1), SEPTEMBER), None),  # four
        (Enrolment(YEAR_8, date(2023, 9, 1), date(2025, 7, 20)), None),  # left before the year
        (Enrolment(YEAR_8, date(2026, 9, 1)), None),
    ],
)
def test_the_days_that_count(enrolment: Enrolment, counted: Span | None) -> None:
    assert comparable_days(enrolment, YEAR).answer == counted


def test_the_days_that_count_say_why() -> None:
    assert comparable_days(Enrolment(YEAR_11, SEPTEMBER), YEAR).because == (
        "Counted from 1 September 2025 to 24 May 2026; "
        "the second half of the summer term is left out for pupils aged 15."
    )
    assert comparable_days(Enrolment(YEAR_8, SEPTEMBER), YEAR).because == (
        "Counted from 1 September 2025 to 31 July 2026."
    )
    assert comparable_days(Enrolment(YEAR_8, WHIT), YEAR).because == (
        "The enrolment began on 25 May 2026, in the second half of the summer term, "
        "and the DfE leaves such enrolments out."
    )
    assert comparable_days(Enrolment(YEAR_8, date(2026, 9, 1)), YEAR).because == (
        "The pupil was not on the roll in 2025/26."
    )


@given(days, days, st.none() | st.integers(0, 4000), st.integers(2010, 2040))
def test_only_days_on_the_roll_in_the_year_count(
    born_on: date, admitted_on: date, stayed: int | None, begins_in: int
) -> None:
    year = DfeYear(begins_in)
    last_day = None if stayed is None else admitted_on + timedelta(days=stayed)
    found = comparable_days(Enrolment(born_on, admitted_on, last_day), year).answer
    if found is not None:
        assert found.last_day is not None
        assert admitted_on <= found.first_day <= found.last_day
        assert last_day is None or found.last_day <= last_day
        assert found.first_day in year.days
        assert found.last_day in year.days
