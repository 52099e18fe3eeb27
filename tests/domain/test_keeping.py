"""How long entries and back-ups are kept, with the worked example 8.12."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.keeping import (
    backup_kept_until,
    is_backup_overdue,
    may_be_purged_from,
    newest_day_to_purge,
    years_after,
)

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.policy("P-4.1-13")
def test_a_history_goes_six_years_after_its_newest_entry() -> None:
    original, amendment = date(2026, 9, 14), date(2026, 9, 16)
    assert may_be_purged_from([original]) == date(2032, 9, 14)
    assert may_be_purged_from([amendment]) == date(2032, 9, 16)
    assert may_be_purged_from([original, amendment]) == date(2032, 9, 16)


def test_a_mark_without_an_entry_is_no_question() -> None:
    with pytest.raises(ValueError, match="original entry"):
        may_be_purged_from([])


def test_six_years_after_a_leap_day_is_the_first_of_march() -> None:
    assert may_be_purged_from([date(2028, 2, 29)]) == date(2034, 3, 1)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("today", "newest"),
    [
        (date(2032, 9, 15), date(2026, 9, 15)),
        (date(2032, 2, 29), date(2026, 2, 28)),
        (date(2034, 2, 28), date(2028, 2, 28)),
        (date(2034, 3, 1), date(2028, 3, 1)),
    ],
)
def test_the_newest_day_that_may_go(today: date, newest: date) -> None:
    assert newest_day_to_purge(today) == newest


@given(DAYS, DAYS)
def test_both_ways_of_asking_agree(day: date, today: date) -> None:
    assert (may_be_purged_from([day]) <= today) == (day <= newest_day_to_purge(today))


@given(st.lists(DAYS, min_size=1), DAYS)
def test_one_more_amendment_never_shortens_the_keeping(days: list[date], later: date) -> None:
    assert may_be_purged_from([*days, later]) >= may_be_purged_from(days)


@given(st.lists(DAYS, min_size=1, max_size=6))
def test_the_order_of_the_entries_does_not_matter(days: list[date]) -> None:
    assert may_be_purged_from(days) == may_be_purged_from(reversed(days))


def test_a_backup_is_kept_six_years_after_the_school_year() -> None:
    assert backup_kept_until(date(2026, 9, 30), date(2027, 8, 31)) == date(2033, 8, 31)
    assert backup_kept_until(date(2027, 8, 31), date(2027, 8, 31)) == date(2033, 8, 31)


def test_a_backup_does_not_relate_to_a_year_that_was_over() -> None:
    with pytest.raises(ValueError, match="in which it was made"):
        backup_kept_until(date(2027, 9, 1), date(2027, 8, 31))


def test_a_backup_is_overdue_after_31_days() -> None:
    made_on = date(2026, 10, 1)
    assert not is_backup_overdue(made_on, made_on)
    assert not is_backup_overdue(made_on, made_on + timedelta(days=31))
    assert is_backup_overdue(made_on, made_on + timedelta(days=32))
    assert is_backup_overdue(None, made_on)
