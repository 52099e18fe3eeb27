"""The kernels against the rule: domain.rates.totals says what any marks add up to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.analytics import tallies
from rollbook.analytics.packed import Matrix
from rollbook.domain import rates
from rollbook.domain.codes import BY_BYTE, BY_SYMBOL, CODES

BYTES = [0, *sorted(BY_BYTE)]


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    """Marks of up to five pupils over up to twelve half-days, nobody's mark among them."""
    rows, columns = draw(st.integers(0, 5)), draw(st.integers(0, 12))
    row = st.lists(st.sampled_from(BYTES), min_size=columns, max_size=columns)
    return np.array(draw(st.lists(row, min_size=rows, max_size=rows)), dtype=np.uint8).reshape(rows, columns)


def oracle(marks: Matrix) -> rates.Totals:
    return rates.totals(BY_BYTE[int(byte)].symbol if byte else None for byte in marks.ravel())


def counted(of: rates.Totals) -> tuple[int, ...]:
    return (of.possible, of.attended, of.authorised, of.unauthorised, of.late)


@given(matrices())
def test_every_count_is_the_rules(marks: Matrix) -> None:
    by_pupil, by_half_day = tallies.by_pupil(marks), tallies.by_half_day(marks)

    for row in range(marks.shape[0]):
        assert counted(by_pupil.at(row)) == counted(oracle(marks[row]))
    for column in range(marks.shape[1]):
        assert counted(by_half_day.at(column)) == counted(oracle(marks[:, column]))
    assert counted(by_pupil.total()) == counted(by_half_day.total()) == counted(oracle(marks))
    assert tallies.code_counts(marks) == dict(oracle(marks).by_code)


@given(matrices())
def test_who_is_persistently_and_severely_absent_is_the_rules(marks: Matrix) -> None:
    tally = tallies.by_pupil(marks)

    expected = [oracle(row) for row in marks]
    assert tallies.persistently_absent(tally).tolist() == [
        rates.is_persistently_absent(of).answer for of in expected
    ]
    assert tallies.severely_absent(tally).tolist() == [rates.is_severely_absent(of).answer for of in expected]


@given(matrices(), st.data())
def test_neighbours_pooled_are_the_same_marks(marks: Matrix, data: st.DataObject) -> None:
    width = marks.shape[1]
    starts = sorted({0, *data.draw(st.lists(st.integers(0, max(0, width - 1)), max_size=4))}) if width else []
    pooled = tallies.by_half_day(marks).pooled(starts)

    for place, start in enumerate(starts):
        stop = starts[place + 1] if place + 1 < len(starts) else width
        assert counted(pooled.at(place)) == counted(oracle(marks[:, start:stop]))


def test_the_chosen_rows_are_pooled_and_no_rate_is_averaged() -> None:
    # One pupil present once of once, another absent three times of three: together 1 of 4, not half.
    present, absent = (next(code.byte for code in CODES if code.symbol == symbol) for symbol in ("/", "O"))
    marks = np.array([[present, 0, 0], [absent, absent, absent]], dtype=np.uint8)

    together = tallies.by_pupil(marks).total(np.array([0, 1]))

    assert counted(together) == (4, 1, 0, 3, 0)
    assert rates.percent(rates.attendance_rate(together)) == "25.0%"


@pytest.mark.parametrize("symbols", [("G", "O"), ()])
def test_flags_are_true_for_their_codes_alone(symbols: tuple[str, ...]) -> None:
    flags = tallies.flags_of(symbols)

    assert {BY_BYTE[int(byte)].symbol for byte in np.flatnonzero(flags)} == set(symbols)


def test_more_marks_than_the_counters_hold_are_refused() -> None:
    full = np.full((1, 65_535), BY_SYMBOL["L"].byte, dtype=np.uint8)

    assert tallies.by_pupil(full).at(0).late == 65_535
    assert tallies.by_pupil(full).at(0).attended == 65_535
    with pytest.raises(ValueError, match="65,535"):
        tallies.by_pupil(np.zeros((1, 65_536), dtype=np.uint8))
