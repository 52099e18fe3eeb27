"""Repeated lateness: POL 4.4, worked by hand and against trying every stretch of school days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.punctuality import Late, Trigger, lost, repeated_lateness
from rollbook.domain.rates import MinutesLost
from rollbook.domain.sessions import SchoolSession

AM, PM = SchoolSession.AM, SchoolSession.PM
FIRST = date(2026, 9, 14)
DAYS = [FIRST + timedelta(days=n) for n in range(40) if (FIRST + timedelta(days=n)).weekday() < 5]
THREE_IN_TEN = Trigger(3, 10)


def late(day: int, session: SchoolSession = AM, code: str = "L", minutes: int | None = 5) -> Late:
    return Late(DAYS[day], session, code, minutes)


@pytest.mark.policy("P-4.4-4")
@pytest.mark.parametrize(
    ("days", "is_repeated"),
    [
        ([0, 4, 9], True),  # the tenth school day in a row
        ([0, 4, 10], False),  # the eleventh
        ([0, 10, 11], False),
        ([0, 10, 11, 19], True),
        ([], False),
    ],
)
def test_three_in_ten_school_days(days: list[int], is_repeated: bool) -> None:
    found = repeated_lateness([late(day) for day in days], DAYS, THREE_IN_TEN, since=FIRST)

    assert found.answer.is_repeated is is_repeated


def test_both_sessions_of_a_day_count_and_u_as_much_as_l() -> None:
    found = repeated_lateness([late(3), late(3, PM, "U"), late(4)], DAYS, THREE_IN_TEN, since=FIRST)

    assert found.answer.is_repeated
    assert found.because == (
        "3 late sessions from 17 September 2026 to 18 September 2026; "
        "3 late sessions in 10 school days are repeated lateness."
    )


def test_only_stretches_that_end_since_then_count_and_of_equals_the_latest() -> None:
    lates = [late(0), late(1), late(2), late(20), late(25), late(26)]

    assert repeated_lateness(lates, DAYS, THREE_IN_TEN, since=FIRST).answer.lates == tuple(lates[3:])
    since = repeated_lateness(lates[:4], DAYS, THREE_IN_TEN, since=DAYS[15]).answer
    assert (since.is_repeated, since.lates) == (False, (late(20),))


def test_what_is_not_repeated_is_said_in_words() -> None:
    one = repeated_lateness([late(1)], DAYS, Trigger(2, 1), since=FIRST)
    none = repeated_lateness([], DAYS, Trigger(1, 5), since=FIRST)

    assert (
        one.because
        == "1 late session on 15 September 2026; 2 late sessions in 1 school day are repeated lateness."
    )
    assert none.because == "Not late; 1 late session in 5 school days are repeated lateness."


def test_minutes_are_those_recorded_and_the_others_are_counted() -> None:
    assert lost([late(0, minutes=7), late(1, code="U", minutes=40), late(2, minutes=None)]) == MinutesLost(
        47, 3, 1
    )


def test_what_can_not_be_is_refused() -> None:
    with pytest.raises(ValueError, match="not a late mark"):
        late(0, code="/")
    with pytest.raises(ValueError, match="at least one"):
        Trigger(0, 10)
    with pytest.raises(ValueError, match="did not meet"):
        repeated_lateness([Late(date(2026, 9, 19), AM, "L", 1)], DAYS, THREE_IN_TEN, since=FIRST)
    with pytest.raises(ValueError, match="did not meet"):
        repeated_lateness([Late(date(2027, 9, 20), AM, "L", 1)], DAYS, THREE_IN_TEN, since=FIRST)


@given(
    st.sets(
        st.tuples(st.integers(0, len(DAYS) - 1), st.sampled_from([AM, PM])),
        max_size=20,
    ),
    st.integers(1, 6),
    st.integers(1, 12),
    st.integers(0, len(DAYS) - 1),
)
def test_it_is_the_fullest_of_all_stretches(
    chosen: set[tuple[int, SchoolSession]], least: int, length: int, since: int
) -> None:
    trigger = Trigger(least, length)

    found = repeated_lateness([late(*each) for each in chosen], DAYS, trigger, since=DAYS[since]).answer

    most = max(
        sum(end - length < day <= end for day, _ in chosen)
        for end, _ in [*((day, 0) for day, _ in chosen if day >= since), (-1, 0)]
    )
    assert len(found.lates) == most
    assert found.is_repeated == (most >= least)
