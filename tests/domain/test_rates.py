"""Totals and rates: domain.md 4.1, worked examples 8.5 and 8.6."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.codes import BY_SYMBOL, UnknownCode
from rollbook.domain.rates import (
    MinutesLost,
    Totals,
    absence_rate,
    agreed_timetable_rate,
    amount,
    attendance_rate,
    authorised_rate,
    code_rate,
    is_persistently_absent,
    is_severely_absent,
    late_rate,
    minutes_lost,
    percent,
    round_half_up,
    totals,
    unauthorised_rate,
)
from tests.strategies import marks

lists_of_marks = st.lists(marks, max_size=80)


def marks_with(absent: int, possible: int) -> list[str | None]:
    """A pupil's marks with 6 sessions closed, 10 at another school and 3 that nobody made beside those."""
    return ["I"] * absent + ["/"] * (possible - absent) + ["Y4"] * 6 + ["D"] * 10 + [None] * 3


def test_a_pupil_s_week() -> None:
    week = ["/", "\\", "L", "\\", "I", "I", "V", "B", "U", "\\", None, "#", "Y4", "N"]
    assert totals(week) == Totals(
        possible=11,
        attended=7,
        authorised=2,
        unauthorised=2,
        late=2,
        missing=1,
        by_code={"/": 1, "\\": 3, "L": 1, "I": 2, "V": 1, "B": 1, "U": 1, "#": 1, "Y4": 1, "N": 1},
    )


def test_authorised_and_unauthorised_absence_are_shares_of_the_possible_sessions() -> None:
    term = totals(["/"] * 29 + ["I"] * 8 + ["O"] * 3 + ["Y4"] * 4)  # of 40 possible
    assert (authorised_rate(term), unauthorised_rate(term)) == (Fraction(1, 5), Fraction(3, 40))
    assert percent(unauthorised_rate(term)) == "7.5%"
    assert authorised_rate(totals([])) is unauthorised_rate(totals([])) is None


def test_old_codes_keep_their_meaning() -> None:
    old = totals(["J", "H", "F", "Y"])
    assert (old.possible, old.attended, old.authorised) == (3, 1, 2)


def test_no_marks() -> None:
    nothing = totals([])
    assert nothing.possible == nothing.missing == nothing.absent == 0
    assert attendance_rate(nothing) is absence_rate(nothing) is agreed_timetable_rate(nothing) is None


def test_what_is_no_code_is_not_counted_away() -> None:
    with pytest.raises(UnknownCode, match="'A' is not an attendance code"):
        totals(["/", "A"])


@pytest.mark.policy("P-8.4-1")
@pytest.mark.parametrize(
    ("absent", "possible", "persistently", "severely"),
    [
        (12, 120, True, False),  # exactly 10 %
        (11, 120, False, False),
        (59, 120, True, False),
        (60, 120, True, True),  # exactly 50 %
        (1, 10, True, False),
        (0, 0, False, False),
    ],
)
def test_persistent_and_severe_absence(
    absent: int, possible: int, persistently: bool, severely: bool
) -> None:
    counted = totals(marks_with(absent, possible))
    assert counted.possible == possible
    assert counted.missing == 3
    assert is_persistently_absent(counted).answer is persistently
    assert is_severely_absent(counted).answer is severely


def test_persistent_absence_says_why() -> None:
    assert is_persistently_absent(totals(marks_with(12, 120))).because == (
        "Missed 12 of 120 possible sessions; persistent absence begins at 10%."
    )
    assert is_severely_absent(totals([])).because == (
        "No session was possible, so there is no severe absence to speak of."
    )


def test_a_part_time_timetable_is_absence_to_the_dfe() -> None:
    """domain.md 8.6: five mornings a week for ten weeks, all attended."""
    half_time = totals(["/"] * 50 + ["C2"] * 50)
    assert attendance_rate(half_time) == absence_rate(half_time) == Fraction(1, 2)
    assert is_severely_absent(half_time).answer
    assert agreed_timetable_rate(half_time) == 1


@pytest.mark.parametrize(
    ("rate", "places", "shown"),
    [
        (Fraction(9225, 10000), 1, "92.3%"),  # the banker's way would say 92.2
        (Fraction(9235, 10000), 1, "92.4%"),
        (Fraction(1, 2000), 1, "0.1%"),
        (Fraction(49, 100000), 1, "0.0%"),
        (Fraction(1, 8), 0, "13%"),
        (Fraction(5, 6), 2, "83.33%"),
        (Fraction(2, 3), 1, "66.7%"),
        (Fraction(1), 1, "100.0%"),
        (Fraction(0), 1, "0.0%"),
        (Fraction(-1, 2000), 1, "-0.1%"),
        (Fraction(-49, 100000), 1, "0.0%"),
        (None, 1, "\N{EN DASH}"),
    ],
)
def test_rounding_is_half_up(rate: Fraction | None, places: int, shown: str) -> None:
    assert percent(rate, places) == shown


def test_one_decimal_is_usual() -> None:
    assert percent(Fraction(1, 3)) == "33.3%"


@given(st.fractions(-10, 10), st.integers(0, 4))
def test_rounding_is_to_the_nearest_and_the_same_on_both_sides(value: Fraction, places: int) -> None:
    rounded = round_half_up(value, places)
    assert abs(Fraction(rounded) - value) <= Fraction(1, 2 * 10**places)
    assert round_half_up(-value, places) == -rounded


@given(lists_of_marks)
def test_possible_sessions_are_attended_or_missed(symbols: list[str | None]) -> None:
    counted = totals(symbols)
    assert counted.possible == counted.attended + counted.authorised + counted.unauthorised
    outside = sum(n for symbol, n in counted.by_code.items() if not BY_SYMBOL[symbol].is_possible)
    assert counted.possible + outside + counted.missing == len(symbols)
    attendance, absence = attendance_rate(counted), absence_rate(counted)
    if attendance is not None and absence is not None:
        assert attendance + absence == 1


@given(lists_of_marks)
def test_counting_one_by_one_comes_to_the_same(symbols: list[str | None]) -> None:
    met = [BY_SYMBOL[symbol] for symbol in symbols if symbol is not None]
    counted = totals(symbols)
    assert counted.attended == sum(code.is_attended for code in met)
    assert counted.absent == sum(code.is_absence for code in met)
    assert counted.late == sum(code.is_late for code in met)


@given(lists_of_marks, st.randoms(use_true_random=False))
def test_order_does_not_matter(symbols: list[str | None], chance: random.Random) -> None:
    assert totals(chance.sample(symbols, len(symbols))) == totals(symbols)


@given(lists_of_marks)
def test_severe_absence_is_persistent_too(symbols: list[str | None]) -> None:
    counted = totals(symbols)
    assert is_persistently_absent(counted).answer or not is_severely_absent(counted).answer


def test_a_mark_taken_back_counts_as_missing() -> None:
    assert totals(["/", "-", None]).missing == 2


def test_lateness_is_l_and_u_of_the_possible_sessions() -> None:
    assert late_rate(totals(["L", "U", "/", "I", "Y4"])) == Fraction(1, 2)
    assert late_rate(totals(["Y4"])) is None


def test_a_code_s_share_of_the_possible_sessions() -> None:
    term = totals(["I", "I", "/", "O", "#"])
    assert code_rate(term, "I") == Fraction(1, 2)
    assert code_rate(term, "M") == 0
    assert code_rate(totals([]), "I") is None
    with pytest.raises(ValueError, match="not possible sessions"):
        code_rate(term, "#")
    with pytest.raises(UnknownCode, match="'A' is not an attendance code"):
        code_rate(term, "A")


@given(lists_of_marks)
def test_the_codes_shares_add_up_to_all_possible_sessions(symbols: list[str | None]) -> None:
    counted = totals(symbols)
    shares = [code_rate(counted, symbol) for symbol, code in BY_SYMBOL.items() if code.is_possible]
    assert not counted.possible or sum(share or 0 for share in shares) == 1


def test_minutes_lost_are_those_of_late_sessions() -> None:
    assert minutes_lost([("L", 12), ("U", 55), ("L", None), ("/", 9), ("I", 3), (None, 4)]) == MinutesLost(
        67, 3, 1
    )
    assert minutes_lost([]) == MinutesLost(0, 0, 0)


def test_a_figure_is_shown_in_its_unit() -> None:
    assert amount(Fraction(1, 3), "%") == "33.3%"
    assert amount(Fraction(19, 3), "min") == "6.3 min"
    assert amount(Fraction(12_345), "sessions", 0) == "12,345 sessions"
    assert amount(None, "min") == "\N{EN DASH}"
