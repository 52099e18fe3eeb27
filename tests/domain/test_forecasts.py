"""What can still become of a pupil: domain.md 4.1.1, worked by hand and against trying it out."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.forecasts import Outlook, outlook, sessions_before_persistent
from rollbook.domain.rates import Totals, is_persistently_absent, totals

FIRST = date(2026, 6, 1)


def marked(absent: int, possible: int) -> Totals:
    return totals(["I"] * absent + ["/"] * (possible - absent) + ["Y4", None])


def coming(count: int) -> list[date]:
    return [FIRST + timedelta(days=number // 2) for number in range(count)]


@pytest.mark.parametrize(
    ("absent", "possible", "left"),
    [
        (11, 120, 2),  # 12 of 121 is under 10 %, 13 of 122 is over it
        (12, 120, 0),  # exactly 10 % already
        (0, 9, 1),  # one of ten
        (0, 10, 2),  # one of eleven is under it
        (0, 100, 12),  # 11 of 111 is just under it
        (0, 0, 1),
        (5, 5, 0),
    ],
)
def test_sessions_left_before_persistent_absence(absent: int, possible: int, left: int) -> None:
    assert sessions_before_persistent(marked(absent, possible)).answer == left


def test_the_sessions_left_say_why() -> None:
    assert sessions_before_persistent(marked(11, 120)).because == (
        "Missed 11 of 120; 2 sessions more, missed in a row, would make 13 of 122, which is 10% or more."
    )
    assert sessions_before_persistent(marked(12, 120)).because.endswith(
        "The pupil is already persistently absent."
    )
    assert "1 session more" in sessions_before_persistent(marked(0, 9)).because


def test_persistent_absence_can_be_left_by_attending_in_a_row() -> None:
    """12 of 100 missed: the 21st session attended makes 12 of 121; with 40 to come, 13 of 140 may be missed in all."""
    found = outlook(marked(12, 100), coming(40))
    assert found.answer == Outlook(to_come=40, may_miss=1, attend_in_a_row=21, clear_on=date(2026, 6, 11))
    assert found.because == (
        "Missed 12 of 100 so far, with 40 sessions to come: attending the next 21 brings it under 10% on 11 June 2026; "
        "of all to come 1 may be missed."
    )


def test_too_late_to_leave_it() -> None:
    found = outlook(marked(12, 100), coming(20))
    assert found.answer == Outlook(to_come=20, may_miss=None, attend_in_a_row=None, clear_on=None)
    assert found.because == (
        "Missed 12 of 100 so far, with 20 sessions to come: even if every one is attended, 12 of 120 is 10% or more."
    )


def test_who_is_not_in_it_may_miss_so_many() -> None:
    found = outlook(marked(3, 100), coming(21))
    assert found.answer == Outlook(to_come=21, may_miss=9, attend_in_a_row=0, clear_on=None)  # 12 of 121
    assert found.because.endswith("9 more may be missed before 10% of all sessions is reached.")


def test_with_nothing_to_come_and_nothing_behind() -> None:
    assert outlook(marked(0, 0), []).answer == Outlook(0, 0, 0, None)
    assert outlook(marked(3, 100), []).answer.may_miss == 0
    assert "1 session to come" in outlook(marked(0, 0), coming(1)).because


some = st.integers(0, 60).flatmap(lambda possible: st.tuples(st.integers(0, possible), st.just(possible)))


@given(some)
def test_the_last_of_the_sessions_left_makes_it_persistent(counts: tuple[int, int]) -> None:
    absent, possible = counts
    left = sessions_before_persistent(marked(absent, possible)).answer
    after = [
        is_persistently_absent(marked(absent + more, possible + more)).answer for more in range(left + 1)
    ]
    assert after == [False] * left + [True]


@given(some, st.integers(0, 60))
def test_the_outlook_is_what_trying_it_out_shows(counts: tuple[int, int], to_come: int) -> None:
    absent, possible = counts
    found = outlook(marked(absent, possible), coming(to_come)).answer
    ends = [
        is_persistently_absent(marked(absent + more, possible + to_come)).answer
        for more in range(to_come + 1)
    ]
    fine = [more for more, is_in in enumerate(ends) if not is_in]
    assert found.may_miss == (max(fine) if fine else None)
    attended = [is_persistently_absent(marked(absent, possible + more)).answer for more in range(to_come + 1)]
    clear = [more for more, is_in in enumerate(attended) if not is_in]
    assert found.attend_in_a_row == (min(clear) if clear else None)
    if found.attend_in_a_row:
        assert found.clear_on == coming(to_come)[found.attend_in_a_row - 1]
