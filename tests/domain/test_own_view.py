"""What a pupil sees of their own attendance adds up, and says nothing but that."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.codes import CODES
from rollbook.domain.own_view import Half, Here, Turn, compare, count_own, days_of, days_words
from rollbook.domain.sessions import SchoolSession

AM, PM = SchoolSession.AM, SchoolSession.PM
MONDAY = date(2026, 9, 14)


def halves(*days: str) -> list[Half]:
    """A day for each pair of symbols, "/\\" or "I.", a dot for no mark."""
    found: list[Half] = []
    for place, pair in enumerate(days):
        day = MONDAY + timedelta(days=place + 2 * (place // 5))
        found += [(day, each, symbol) for each, symbol in zip((AM, PM), pair, strict=True) if symbol != "."]
    return found


@pytest.mark.policy("P-3.8-1")
def test_a_week_with_half_a_day_missed_and_one_time_late() -> None:
    """Ten half-days by hand: Monday all, Tuesday late, Wednesday afternoon ill, Thursday and Friday all."""
    found = count_own(halves("/\\", "L\\", "/I", "/\\", "V\\"))

    assert (found.counted, found.here, found.missed) == (10, 9, 1)
    assert (found.on_time, found.late) == (8, 1)
    assert (found.best, found.run) == (2, 2)
    assert (found.best_first, found.best_last) == (MONDAY, MONDAY + timedelta(days=1))


def test_who_came_after_the_register_closed_came_late_and_missed_the_half_day() -> None:
    found = count_own(halves("U\\"))

    assert (found.here, found.missed, found.on_time, found.late, found.best) == (1, 1, 1, 1, 0)


def test_a_closed_day_neither_breaks_a_run_nor_counts_in_it() -> None:
    found = count_own(halves("/\\", "##", "YY", "/\\"))

    assert (found.counted, found.best, found.run) == (4, 2, 2)


def test_nothing_yet_is_nothing() -> None:
    found = count_own([])

    assert (found.counted, found.best, found.best_first, found.run) == (0, 0, None, 0)


def test_each_day_is_all_half_or_none() -> None:
    days = days_of(halves("/\\", "I\\", "OO", "/D", ".."))

    assert [what for _, what in days] == [Here.ALL, Here.HALF, Here.NONE, Here.ALL]


@given(
    st.lists(
        st.tuples(
            st.dates(date(2026, 9, 1), date(2027, 7, 20)),
            st.sampled_from((AM, PM)),
            st.sampled_from([code.symbol for code in CODES]),
        ),
        max_size=60,
        unique_by=lambda half: half[:2],
    ),
    st.randoms(),
)
def test_here_and_missed_make_the_whole_in_whatever_order(marks: list[Half], random: object) -> None:
    found = count_own(marks)
    days = days_of(marks)

    assert found.here + found.missed == found.counted
    assert found.on_time <= found.here
    assert found.run <= found.best <= len(days)
    random.shuffle(marks)  # type: ignore[attr-defined]
    assert count_own(marks) == found


@pytest.mark.parametrize(
    ("now", "before", "turn"),
    [
        (["/\\"] * 5, ["/\\"] * 4 + ["II"], Turn.MORE),
        (["/\\"] * 4 + ["II"], ["/\\"] * 5, Turn.LESS),
        (["/\\"] * 5, ["/\\"] * 9, Turn.SAME),
        (["/\\"] * 24 + ["/I"], ["/\\"] * 25, Turn.SAME),  # 49 of 50: two in a hundred
        (["/\\"] * 4, ["II"] * 20, Turn.TOO_SOON),
        (["/\\"] * 20, ["II"] * 4, Turn.TOO_SOON),
    ],
)
def test_this_half_term_beside_the_one_before(now: list[str], before: list[str], turn: Turn) -> None:
    found = compare(count_own(halves(*now)), count_own(halves(*before)))

    assert found.answer is turn
    assert f"of {2 * len(now)} half-days" in found.because


@pytest.mark.parametrize(
    ("half_days", "words"),
    [
        (0, "0 days"),
        (1, "half a day"),
        (2, "1 day"),
        (3, "1 and a half days"),
        (4, "2 days"),
        (7, "3 and a half days"),
    ],
)
def test_half_days_in_a_childs_words(half_days: int, words: str) -> None:
    assert days_words(half_days) == words
