from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.spans import Span
from tests.strategies import days

WEEK = Span(date(2026, 10, 26), date(2026, 10, 30))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first_day = draw(days)
    length = draw(st.none() | st.integers(0, 60))
    return Span(first_day, None if length is None else first_day + timedelta(days=length))


def test_both_ends_are_within() -> None:
    assert date(2026, 10, 26) in WEEK
    assert date(2026, 10, 30) in WEEK
    assert date(2026, 10, 25) not in WEEK
    assert date(2026, 10, 31) not in WEEK
    assert "2026-10-26" not in WEEK


def test_days_and_length() -> None:
    assert list(WEEK.days()) == [date(2026, 10, day) for day in range(26, 31)]
    assert len(WEEK) == 5
    assert len(Span(date(2026, 10, 26), date(2026, 10, 26))) == 1


def test_without_a_last_day() -> None:
    onwards = Span(date(2026, 10, 26))
    assert date(2050, 1, 1) in onwards
    assert list(islice(onwards.days(), 2)) == [date(2026, 10, 26), date(2026, 10, 27)]
    assert onwards  # asking whether there is one does not ask how long it is
    with pytest.raises(ValueError, match="no last day yet"):
        len(onwards)


def test_the_last_day_is_not_before_the_first() -> None:
    with pytest.raises(ValueError, match="on or after the first"):
        Span(date(2026, 10, 26), date(2026, 10, 25))


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        (Span(date(2026, 10, 20), date(2026, 10, 25)), False),
        (Span(date(2026, 10, 20), date(2026, 10, 26)), True),
        (Span(date(2026, 10, 30), date(2026, 11, 6)), True),
        (Span(date(2026, 10, 31), date(2026, 11, 6)), False),
        (Span(date(2026, 10, 30)), True),
        (Span(date(2026, 10, 31)), False),
        (Span(date(2020, 1, 1)), True),
    ],
)
def test_overlap(other: Span, overlaps: bool) -> None:
    assert WEEK.overlaps(other) is overlaps


@given(spans(), spans())
def test_overlap_means_a_shared_day_and_is_the_same_from_both_sides(one: Span, other: Span) -> None:
    later_start = max(one.first_day, other.first_day)
    assert one.overlaps(other) == other.overlaps(one) == (later_start in one and later_start in other)
