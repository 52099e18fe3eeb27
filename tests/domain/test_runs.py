"""Days in a row: domain.md 1.6, worked examples 8.8 and 8.10; the policy, section 8.4."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.runs import (
    DayKind,
    DayMarks,
    Due,
    Illness,
    Run,
    absent_day,
    consecutive_absence,
    continuous_unauthorised,
    current_run,
    illness_days,
    runs,
    unauthorised_day,
)
from tests.strategies import marks

MONDAY = date(2026, 9, 7)


def school_days(*both: str | None) -> list[DayMarks]:
    """Days from Monday on, without weekends, each with the marks "AM PM" or the same for both."""
    found = []
    for number, text in enumerate(both):
        day = MONDAY + timedelta(days=number + 2 * (number // 5))
        am, pm = (text or "").split(" ") if text and " " in text else (text, text)
        found.append(DayMarks(day, None if am == "?" else am, None if pm == "?" else pm))
    return found


NINE_DAYS = school_days(*["O"] * 5, *["N"] * 2, "O", "N")


def test_illness_on_friday_morning_ends_the_run_at_nine_days() -> None:
    """8.8: week one all O, week two O and N until Thursday, Friday morning I."""
    found = continuous_unauthorised(NINE_DAYS)
    assert found.answer is Due.CHASE
    assert found.because == (
        "9 school days in a row marked only G, N, O or U since 7 September 2026; the return to the local authority "
        "is due at 10."
    )
    friday = school_days(*["O"] * 9, "I O")
    assert continuous_unauthorised(friday).answer is Due.NOTHING
    assert [len(run) for run in runs(friday, unauthorised_day)] == [9]


@pytest.mark.parametrize(
    ("count", "due"),
    [
        (0, "nothing"),
        (4, "nothing"),
        (5, "prepare"),
        (7, "prepare"),
        (8, "chase"),
        (10, "return"),
        (12, "return"),
    ],
)
def test_the_return_is_prepared_at_five_and_due_at_ten(count: int, due: str) -> None:
    assert continuous_unauthorised(school_days("/ \\", *["U"] * count)).answer == due


@pytest.mark.parametrize("ends", ["/ O", "O \\", "V", "I", "C2", "O L", "K O"])
def test_anything_present_authorised_or_approved_ends_a_run(ends: str) -> None:
    days = school_days("O", "O", ends, "O")
    assert [len(run) for run in runs(days, unauthorised_day)] == [2, 1]
    assert len(current_run(days, unauthorised_day)) == 1


@pytest.mark.parametrize("between", ["Y4", "#", "D", "X Q", "? O", "O ?", "?", "-", "? Y4"])
def test_days_without_a_possible_session_or_a_mark_neither_count_nor_end_it(between: str) -> None:
    days = school_days("O", between, "O D")
    run = current_run(days, unauthorised_day)
    assert run == Run((days[0].on, days[2].on), (days[1].on,))


def test_what_is_passed_over_before_a_run_is_not_part_of_it() -> None:
    assert current_run(school_days("Y4", "O"), unauthorised_day).passed_over == ()
    assert not current_run(school_days("Y4"), unauthorised_day)
    assert not current_run([], unauthorised_day)


def test_a_half_marked_day_that_was_attended_ends_it() -> None:
    assert unauthorised_day(DayMarks(MONDAY, "/", None)) is DayKind.ENDS


@pytest.mark.policy("P-8.4-10")
def test_two_days_absent_for_any_reason_call_for_a_visit() -> None:
    assert not consecutive_absence(school_days("/ \\", "I")).answer
    found = consecutive_absence(school_days("/ \\", "I", "N"))
    assert found.answer
    assert found.because == (
        "Absent 2 school days in a row since 8 September 2026; a home visit is thought of from 2."
    )
    assert not consecutive_absence(school_days("I", "I", "/ I")).answer
    assert consecutive_absence([]).because.startswith("Absent 0 school days in a row;")


def test_fifteen_days_of_illness_with_those_still_expected() -> None:
    """8.10: eight days in October and ten more expected in November."""
    ill = school_days(*["I"] * 8)
    november = [date(2026, 11, 2) + timedelta(days=number) for number in (*range(5), *range(7, 12))]
    assert illness_days(ill).answer == Illness(
        Fraction(8), Fraction(8), is_review_due=False, is_return_due=False
    )
    found = illness_days(ill, november)
    assert found.answer == Illness(Fraction(8), Fraction(18), is_review_due=True, is_return_due=True)
    assert found.because == (
        "8 school days of illness this school year, 18 school days with those expected until 13 November 2026; "
        "the sickness return is due at 15."
    )


def test_illness_is_counted_by_half_days() -> None:
    found = illness_days(school_days("I", "I /", "M"))
    assert found.answer.so_far == Fraction(3, 2)
    assert found.because.startswith("1½ school days of illness")
    assert illness_days(school_days("I /")).because.startswith("Half a day of illness")
    assert illness_days(school_days("I")).because.startswith("1 school day of illness")


@pytest.mark.parametrize(
    ("days", "review", "due"), [(9, False, False), (10, True, False), (14, True, False), (15, True, True)]
)
def test_illness_is_looked_at_from_ten_days(days: int, review: bool, due: bool) -> None:
    found = illness_days(school_days(*["I"] * days)).answer
    assert (found.is_review_due, found.is_return_due) == (review, due)


def test_a_day_expected_and_marked_counts_as_it_was_marked() -> None:
    days = school_days("I", "/ \\", "?")
    ahead = [day.on for day in days] * 2
    assert illness_days(days, ahead).answer.expected == 2  # the first as marked, the third still expected


def brute(days: list[DayMarks], counted: Callable[[str], bool]) -> list[list[date]]:
    """The definition read out, day by day."""
    found: list[list[date]] = [[]]
    for day in sorted(days, key=lambda each: each.on):
        possible = [mark for mark in day.marks if mark is not None and BY_SYMBOL[mark].is_possible]
        if any(not counted(mark) for mark in possible):
            found.append([])
        elif possible and None not in day.marks:
            found[-1].append(day.on)
    return found


some_days = st.lists(marks | st.sampled_from(["O", "N", "U", "G", "I"]), max_size=60).map(
    lambda both: [
        DayMarks(MONDAY + timedelta(days=number), am, pm)
        for number, (am, pm) in enumerate(zip(both[::2], both[1::2], strict=False))
    ]
)


@given(some_days, st.randoms(use_true_random=False))
def test_runs_are_what_the_definition_says(days: list[DayMarks], chance: random.Random) -> None:
    shuffled = chance.sample(days, len(days))
    for kind, counted in (
        (unauthorised_day, lambda mark: mark in "GNOU"),
        (absent_day, lambda mark: BY_SYMBOL[mark].is_absence),
    ):
        expected = brute(days, counted)
        assert [list(run.days) for run in runs(shuffled, kind)] == [run for run in expected if run]
        assert list(current_run(shuffled, kind).days) == expected[-1]


@given(some_days)
def test_a_day_without_authorisation_is_a_day_of_absence(days: list[DayMarks]) -> None:
    for day in days:
        if unauthorised_day(day) is DayKind.COUNTS:
            assert absent_day(day) is DayKind.COUNTS
