"""Suspensions (E): consecutive school days counted, provision due on the sixth, warned of from the fourth."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.suspension import (
    Reason,
    Suspended,
    SuspensionFacts,
    check_suspension,
    count_days,
    last_day_of,
    run_of,
)
from tests import strategies
from tests.domain.school import CALENDAR

# In the school of the examples half-term is 26 to 30 October 2026.
TUESDAY = date(2026, 10, 20)


def on(day: int, month: int = 10) -> date:
    return date(2026, month, day)


def test_the_sixth_day_is_counted_by_the_calendar_over_half_term() -> None:
    """From Tuesday 20 October: 20, 21, 22, 23 October, 2 November are five; the sixth is Tuesday 3 November."""
    own = Suspended(TUESDAY, on(4, 11))
    count = count_days(own, [], CALENDAR, on(22))
    assert (count.day, count.total, count.provision_due) == (3, 7, on(3, 11))
    assert not count.is_due


@pytest.mark.policy("P-A-12")
@pytest.mark.parametrize(
    ("today", "day", "is_due", "is_overdue"),
    [
        (on(19), 0, False, False),
        (on(20), 1, False, False),
        (on(22), 3, False, False),
        (on(23), 4, True, False),
        (on(28), 4, True, False),
        (on(2, 11), 5, True, False),
        (on(3, 11), 6, True, True),
        (on(5, 11), 7, False, False),
    ],
)
def test_it_warns_from_the_fourth_day_until_it_is_over(
    today: date, day: int, is_due: bool, is_overdue: bool
) -> None:
    count = count_days(Suspended(TUESDAY, on(4, 11)), [], CALENDAR, today)
    assert (count.day, count.is_due, count.is_overdue) == (day, is_due, is_overdue)


def test_five_days_need_no_provision() -> None:
    count = count_days(Suspended(TUESDAY, on(2, 11)), [], CALENDAR, on(2, 11))
    assert (count.total, count.provision_due, count.is_due) == (5, None, False)


@pytest.mark.policy("P-A-12")
def test_provision_in_place_by_the_sixth_day_ends_the_warning_and_later_does_not() -> None:
    for provision_from, has_provision in ((on(3, 11), True), (TUESDAY, True), (on(4, 11), False)):
        count = count_days(Suspended(TUESDAY, on(4, 11), provision_from), [], CALENDAR, on(23))
        assert (count.has_provision, count.is_due) == (has_provision, not has_provision)


def test_suspensions_in_a_row_are_counted_together_over_a_weekend_and_a_holiday() -> None:
    first, second = Suspended(TUESDAY, on(23)), Suspended(on(2, 11), on(4, 11))
    for own, other in ((first, second), (second, first)):
        count = count_days(own, [other], CALENDAR, on(23))
        assert (count.run_first_day, count.total, count.provision_due) == (TUESDAY, 7, on(3, 11))
        assert count.is_due
    assert count_days(second, [first], CALENDAR, on(23)).own_total == 3


def test_a_school_day_between_breaks_the_row() -> None:
    first, second = Suspended(TUESDAY, on(22)), Suspended(on(2, 11), on(4, 11))
    assert run_of(second, [first], CALENDAR) == [second]
    assert run_of(first, [second], CALENDAR) == [first]
    assert count_days(second, [first], CALENDAR, on(4, 11)).total == 3


@pytest.mark.parametrize(
    ("count", "last_day"), [(0, on(20)), (1, on(20)), (4, on(23)), (5, on(2, 11)), (5000, None)]
)
def test_the_last_of_so_many_school_days(count: int, last_day: date | None) -> None:
    assert last_day_of(TUESDAY, count, CALENDAR) == last_day


FACTS = SuspensionFacts(
    first_day=TUESDAY,
    last_day=on(22),
    told_on=TUESDAY,
    told_how="Telephone and letter",
    provision_code="",
    provider="",
    provision_from=None,
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"told_on": None, "told_how": ""}, []),
        ({"provision_code": "B", "provider": "Hill Centre", "provision_from": on(22)}, []),
        ({"last_day": on(19)}, ["last_day"]),
        ({"first_day": on(18), "last_day": on(20)}, ["first_day"]),
        ({"last_day": date(2027, 3, 1)}, ["last_day"]),
        ({"last_day": date(2029, 3, 1)}, ["last_day"]),
        ({"told_on": on(21)}, ["told_on"]),
        ({"told_how": ""}, ["told_how"]),
        ({"told_on": None}, ["told_on"]),
        ({"provider": "Hill Centre"}, ["provision_code", "provision_from"]),
        ({"provision_code": "K"}, ["provider", "provision_from"]),
        ({"provision_code": "K", "provider": "x", "provision_from": on(23)}, ["provision_from"]),
    ],
)
def test_what_is_refused(change: dict[str, object], expected: list[str]) -> None:
    found = check_suspension(replace(FACTS, **change), [], CALENDAR, TUESDAY)  # type: ignore[arg-type]
    assert [each.field for each in found] == expected


def test_a_pupil_is_not_suspended_twice_on_one_day() -> None:
    found = check_suspension(FACTS, [Suspended(on(22), on(23))], CALENDAR, TUESDAY)
    assert [each.field for each in found] == ["first_day"]
    assert check_suspension(FACTS, [Suspended(on(23), on(23))], CALENDAR, TUESDAY) == []


def test_every_reason_has_its_own_words() -> None:
    assert len({reason.words for reason in Reason}) == len(Reason)


@st.composite
def school_weeks(draw: st.DrawFn) -> tuple[SchoolCalendar, list[date]]:
    """A calendar, and its school days from one of them on."""
    calendar = draw(strategies.calendars())
    year = calendar.years[0]
    days = calendar.school_days(year.first_day, year.last_day)
    return calendar, days[draw(st.integers(0, max(len(days) - 20, 0))) :]


@given(school_weeks(), st.integers(1, 15), strategies.days)
def test_the_provision_is_due_exactly_on_the_sixth_school_day(
    school: tuple[SchoolCalendar, list[date]], length: int, today: date
) -> None:
    calendar, days = school
    assume(len(days) >= length)
    last_day = last_day_of(days[0], length, calendar)
    assert last_day == days[length - 1]
    count = count_days(Suspended(days[0], last_day), [], calendar, today)
    assert count.total == count.own_total == length
    assert count.provision_due == (days[5] if length >= 6 else None)
    assert count.is_due == (length >= 6 and count.day >= 4 and today <= last_day)


@given(school_weeks(), st.integers(1, 8), st.integers(1, 8))
def test_a_suspension_split_in_two_counts_as_the_whole(
    school: tuple[SchoolCalendar, list[date]], one: int, two: int
) -> None:
    calendar, days = school
    assume(len(days) >= one + two)
    end = days[one + two - 1]
    whole = count_days(Suspended(days[0], end), [], calendar, end)
    first, second = Suspended(days[0], days[one - 1]), Suspended(days[one], end)
    split = count_days(second, [first], calendar, end)
    assert (whole.total, whole.provision_due, whole.day) == (split.total, split.provision_due, split.day)
