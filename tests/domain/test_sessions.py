from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.sessions import SchoolSession, minutes_after, seconds_between, words_for_time
from tests.domain.school import AFTERNOON, MORNING
from tests.strategies import times_of_day


def test_words() -> None:
    assert [session.words for session in SchoolSession] == ["morning", "afternoon"]
    assert [session.value for session in SchoolSession] == ["AM", "PM"]
    assert words_for_time(time(9, 5, 59)) == "09:05"


def test_lengths() -> None:
    assert (MORNING.open_minutes, MORNING.session_minutes) == (30, 180)
    assert (AFTERNOON.open_minutes, AFTERNOON.session_minutes) == (15, 140)


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        (time(9), 15, time(9, 15)),
        (time(12, 45), 15, time(13)),
        (time(8, 59, 30), 1, time(9, 0, 30)),
        (time(23, 50), 9, time(23, 59)),
        (time(23, 50), 10, time.max),
    ],
)
def test_minutes_after(start: time, minutes: int, expected: time) -> None:
    assert minutes_after(start, minutes) == expected


@given(times_of_day, st.integers(0, 600))
def test_minutes_after_never_goes_back(start: time, minutes: int) -> None:
    later = minutes_after(start, minutes)
    assert later == time.max or seconds_between(start, later) == minutes * 60
