"""Half-days of a week: the grid, the patterns that make it up, its words."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import WHOLE_WEEK, WeekGrid, sessions_on, weekday_words

AM, PM = SchoolSession.AM, SchoolSession.PM
MONDAY = date(2026, 9, 14)
grids = st.builds(WeekGrid, st.integers(0, 1023))


@pytest.mark.parametrize(
    ("half_days", "words"),
    [
        ([], "none"),
        ([(0, AM), (0, PM)], "Mon"),
        ([(1, AM), (1, PM), (3, AM), (3, PM)], "Tue and Thu"),
        ([(day, AM) for day in range(5)], "Mon to Fri mornings"),
        ([(0, AM), (0, PM), (2, AM), (4, PM)], "Mon; Wed mornings; Fri afternoons"),
        ([(0, PM), (1, PM), (4, PM)], "Mon, Tue and Fri afternoons"),
    ],
)
def test_half_days_as_one_says_them(half_days: list[tuple[int, SchoolSession]], words: str) -> None:
    assert WeekGrid.of(half_days).words == words


@pytest.mark.parametrize("bits", [-1, 1024])
def test_a_week_has_ten_half_days(bits: int) -> None:
    with pytest.raises(ValueError, match="ten half-days"):
        WeekGrid(bits)


def test_a_weekend_is_in_no_grid() -> None:
    assert (5, AM) not in WHOLE_WEEK
    assert not WHOLE_WEEK.holds(date(2026, 9, 19), AM)
    with pytest.raises(ValueError):
        WeekGrid.of([(6, PM)])


@given(grids)
def test_a_grid_and_its_rest_are_the_whole_week_and_share_nothing(grid: WeekGrid) -> None:
    assert len(grid) + len(grid.rest) == 10
    assert not set(grid.half_days) & set(grid.rest.half_days)
    assert grid.rest.rest == grid
    assert WeekGrid.of(grid.half_days) == grid


@given(grids)
def test_the_patterns_hold_exactly_the_half_days_of_the_grid(grid: WeekGrid) -> None:
    found = [
        (offset, each)
        for offset in range(7)
        for sessions, weekdays in grid.patterns()
        for each in sessions_on(MONDAY + timedelta(days=offset), weekdays, sessions)
    ]
    assert sorted(found) == sorted(grid.half_days)
    assert len(grid.patterns()) <= 3


@pytest.mark.parametrize(
    ("weekdays", "words"),
    [(0b1, "Mon"), (0b11111, "Mon to Fri"), (0b10001, "Mon and Fri"), (0b11, "Mon and Tue")],
)
def test_weekdays_in_words(weekdays: int, words: str) -> None:
    assert weekday_words(weekdays) == words
