"""A whole school's returns at once are those that the rule finds pupil by pupil."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rollbook.analytics.packed import PackedYear
from rollbook.analytics.seen_again import seen_again
from rollbook.domain.back import returns
from rollbook.domain.codes import BY_BYTE, BY_SYMBOL
from rollbook.domain.sessions import SchoolSession

FIRST = date(2026, 9, 1)
SYMBOLS = ("", "/", "\\", "L", "U", "I", "N", "O", "C2", "V", "#", "Y1", "X")
rows = st.lists(st.lists(st.sampled_from(SYMBOLS), min_size=12, max_size=12), min_size=1, max_size=4)


def packed(codes: list[list[str]]) -> PackedYear:
    year = PackedYear(FIRST, FIRST + timedelta(days=5))
    for pupil, row in enumerate(codes):
        places = [column for column, symbol in enumerate(row) if symbol]
        year.fold([pupil] * len(places), places, [BY_SYMBOL[row[column]].byte for column in places])
    return year


@given(rows, st.integers(0, 11), st.integers(1, 12))
def test_it_is_the_rule_for_each_pupil(codes: list[list[str]], first: int, end: int) -> None:
    year = packed(codes)
    found = {
        (each.row, each.missed, each.seen): None for each in seen_again(year.marks, first, max(first, end))
    }

    expected = {}
    for pupil, row in year.row_of.items():
        listed = [
            (year.day_of(column), SchoolSession.PM if column % 2 else SchoolSession.AM, BY_BYTE[byte].symbol)
            for column, byte in enumerate(year.of_pupil(pupil).tolist())
            if byte
        ]
        for back in returns(listed):
            seen = year.column(back.on, is_pm=back.session is SchoolSession.PM)
            missed = tuple(
                year.column(each.on, is_pm=each.session is SchoolSession.PM) for each in back.absence.sessions
            )
            if first <= seen < max(first, end):
                expected[row, missed, seen] = None
    assert found == expected


def test_a_school_without_marks_has_no_returns() -> None:
    year = PackedYear(FIRST, FIRST)
    assert seen_again(year.marks, 0, 2) == []
