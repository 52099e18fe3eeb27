"""The year in memory against a dictionary: whatever is folded, in whatever batches, it says what the marks say."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.analytics.packed import LATE, PackedYear
from rollbook.domain.codes import BY_BYTE, CODES
from rollbook.domain.rates import totals

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 10)
COLUMNS = 20
BYTES = sorted(BY_BYTE)

# A small year and few pupils, so that the same half-day is often marked again.
entries = st.lists(
    st.tuples(
        st.integers(1, 200).map(lambda number: number * 7919),
        st.integers(0, COLUMNS - 1),
        st.sampled_from(BYTES),
    ),
    max_size=300,
)
Entry = tuple[int, int, int]


def folded(parts: Sequence[Sequence[Entry]]) -> PackedYear:
    year = PackedYear(FIRST, LAST)
    for part in parts:
        year.fold([each[0] for each in part], [each[1] for each in part], [each[2] for each in part])
    return year


def newest(made: Sequence[Entry]) -> dict[tuple[int, int], int]:
    """The oracle: a later entry of the same pupil and half-day takes the place of an earlier one."""
    return {(pupil, column): code for pupil, column, code in made}


def in_parts(made: Sequence[Entry], cuts: Sequence[int]) -> list[Sequence[Entry]]:
    places = [0, *sorted(cut % (len(made) + 1) for cut in cuts), len(made)]
    return [made[first:last] for first, last in pairwise(places)]


@given(entries, st.lists(st.integers(0, 1000), max_size=6))
def test_any_batching_gives_the_newest_marks(made: list[Entry], cuts: list[int]) -> None:
    year = folded(in_parts(made, cuts))

    expected = newest(made)
    pupils = {pupil for pupil, _, _ in made}
    assert set(year.row_of) == pupils
    assert year.marks.shape == (len(pupils), COLUMNS)
    for pupil in pupils:
        assert year.of_pupil(pupil).tolist() == [
            expected.get((pupil, column), 0) for column in range(COLUMNS)
        ]


@given(entries, st.integers(0, COLUMNS))
def test_counts_are_those_of_the_rules(made: list[Entry], up_to: int) -> None:
    year = folded([made])
    expected = newest(made)
    asked = [*{pupil for pupil, _, _ in made}, 5]  # 5 is a pupil nobody has marked

    counts = year.counts(asked, up_to_column=up_to)

    for pupil, (attended, possible) in zip(asked, counts.tolist(), strict=True):
        marks = [expected.get((pupil, column)) for column in range(up_to)]
        by_rule = totals(None if byte is None else BY_BYTE[byte].symbol for byte in marks)
        assert (attended, possible) == (by_rule.attended, by_rule.possible)


@given(entries, st.integers(0, COLUMNS), st.integers(0, COLUMNS))
def test_the_histogram_is_that_of_the_rules(made: list[Entry], first: int, last: int) -> None:
    year = folded([made])
    expected = newest(made)
    asked = [5, *{pupil for pupil, _, _ in made}]

    counted = year.histogram(asked, slice(first, last))

    assert counted.shape == (len(asked), 256)
    for pupil, row in zip(asked, counted.tolist(), strict=True):
        by_rule = totals(
            BY_BYTE[expected[pupil, column]].symbol if (pupil, column) in expected else None
            for column in range(first, last)
        )
        found = {BY_BYTE[byte].symbol: n for byte, n in enumerate(row) if n and byte}
        assert found == dict(by_rule.by_code)
        assert row[0] == by_rule.missing
        assert sum(n for byte, n in enumerate(row) if LATE[byte]) == by_rule.late


def test_without_columns_the_histogram_is_of_the_whole_year() -> None:
    year = folded([[(1, 0, BYTES[0]), (1, COLUMNS - 1, BYTES[0]), (1, 3, BYTES[1])]])

    [row] = year.histogram([1]).tolist()

    assert (row[BYTES[0]], row[BYTES[1]], row[0]) == (2, 1, COLUMNS - 3)


def test_it_grows_with_its_pupils_and_forgets_none() -> None:
    year = PackedYear(FIRST, LAST)
    for pupil in range(1, 1001):
        year.fold([pupil], [pupil % COLUMNS], [1 + pupil % len(CODES)])

    assert len(year.marks) == 1000
    for pupil in (1, 64, 65, 128, 129, 999, 1000):
        assert year.of_pupil(pupil)[pupil % COLUMNS] == 1 + pupil % len(CODES)
    assert int((year.marks > 0).sum()) == 1000


@given(entries)
def test_the_days_of_a_pupil_are_those_with_a_mark(made: list[Entry]) -> None:
    year = folded([made])

    for pupil in {5, *(each[0] for each in made)}:
        columns = {column for other, column, _ in made if other == pupil}
        assert year.days_of(pupil) == sorted({FIRST + timedelta(days=column // 2) for column in columns})


def test_nothing_folded_changes_nothing() -> None:
    year = folded([[(1, 2, 3)]])
    before = year.marks.copy()

    year.fold([], [], [])

    assert np.array_equal(year.marks, before)


def test_a_pupil_without_a_mark_has_an_empty_year() -> None:
    year = folded([[(1, 2, 3)]])

    assert year.of_pupil(2).tolist() == [0] * COLUMNS
    assert year.counts([2]).tolist() == [[0, 0]]
    assert year.counts([]).shape == (0, 2)


@given(st.dates(FIRST, LAST), st.booleans())
def test_a_column_is_a_half_day(on: date, is_pm: bool) -> None:
    year = PackedYear(FIRST, LAST)
    column = year.column(on, is_pm)

    assert 0 <= column < year.columns == COLUMNS
    assert year.day_of(column) == on
    assert column % 2 == is_pm


@pytest.mark.parametrize("on", [FIRST - timedelta(days=1), LAST + timedelta(days=1)])
def test_a_day_outside_the_year_has_no_column(on: date) -> None:
    with pytest.raises(ValueError, match="is not between"):
        PackedYear(FIRST, LAST).column(on, is_pm=False)
