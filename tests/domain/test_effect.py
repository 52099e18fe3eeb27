"""What changed with what was done, and whether it may be chance: worked by hand."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.effect import (
    Interval,
    Verdict,
    Windows,
    band_of,
    effect_on_many,
    effect_on_one,
    median_interval,
    points,
    windows,
)
from rollbook.domain.spans import Span

FIRST = date(2026, 9, 7)
# Ten school weeks from 7 September, a week of holiday from 26 October in between.
WEEKS = [FIRST + timedelta(weeks=n) for n in (0, 1, 2, 3, 4, 5, 6, 8, 9, 10)]


def test_windows_have_as_many_school_weeks_and_skip_the_holiday() -> None:
    """From Wed 14 Oct to Fri 6 Nov: the weeks of 12 and 19 October and 2 November; three before, then three after."""
    found = windows(date(2026, 10, 14), date(2026, 11, 6), date(2026, 11, 20), WEEKS)

    assert found == Windows(
        weeks=3,
        before=Span(date(2026, 9, 21), date(2026, 10, 11)),
        during=Span(date(2026, 10, 14), date(2026, 11, 6)),
        after=Span(date(2026, 11, 9), date(2026, 11, 20)),
    )


def test_what_goes_on_has_no_after() -> None:
    found = windows(date(2026, 11, 2), None, date(2026, 11, 11), WEEKS)

    assert (found.weeks, found.after) == (2, None)
    assert found.during == Span(date(2026, 11, 2), date(2026, 11, 11))


def test_what_began_with_the_first_week_has_no_before_and_what_is_to_come_nothing() -> None:
    assert windows(FIRST, None, FIRST, WEEKS).before is None
    assert windows(date(2027, 1, 4), None, date(2026, 11, 20), WEEKS) == Windows(0, None, None, None)


def test_what_began_in_a_holiday_counts_from_the_next_school_week() -> None:
    found = windows(date(2026, 10, 28), date(2026, 11, 6), date(2026, 11, 20), WEEKS)

    assert found.during == Span(date(2026, 11, 2), date(2026, 11, 6))
    assert found.weeks == 1


def test_twelve_weeks_are_the_most() -> None:
    weeks = [FIRST + timedelta(weeks=n) for n in range(40)]
    found = windows(weeks[15], weeks[30], weeks[39], weeks)

    assert found.weeks == 12
    assert found.before == Span(weeks[3], weeks[14] + timedelta(days=6))
    assert found.during == Span(weeks[15], weeks[26] + timedelta(days=6))
    assert found.after == Span(weeks[31], weeks[39])


@pytest.mark.parametrize(("attended", "band"), [(95, 0), (94, 1), (90, 1), (89, 2), (50, 2), (49, 3), (0, 3)])
def test_bands(attended: int, band: int) -> None:
    assert band_of(attended, 100) == band


def test_no_band_of_nothing() -> None:
    with pytest.raises(ValueError, match="no band"):
        band_of(0, 0)


def of(*values: int) -> list[Fraction]:
    return [Fraction(value, 100) for value in values]


def test_six_values_are_the_fewest_with_an_interval() -> None:
    """With six, the chance that all lie on one side of the median is 2/64, under 5%; with five it is 2/32, over it."""
    assert median_interval(of(1, 2, 3, 4, 5)) is None
    assert median_interval([]) is None
    assert median_interval(of(6, 1, 2, 3, 4, 5)) == Interval(Fraction(35, 1000), *of(1, 6))
    # Nine: 2 * (1 + 9) / 512 is under 5%, with 36 more it is over it; one is left out at each end.
    assert median_interval(of(*range(1, 10))) == Interval(*of(5, 2, 8))


@given(st.integers(6, 11))
def test_the_interval_holds_the_median_as_often_as_it_says(count: int) -> None:
    """Of all ways in which values fall on the two sides of zero, the interval misses it in one of twenty at most."""
    missed = 0
    for signs in product((-1, 1), repeat=count):
        found = median_interval([Fraction(sign * (place + 1)) for place, sign in enumerate(signs)])
        assert found is not None
        missed += found.low > 0 or found.high < 0
    assert missed * 20 <= 2**count


@pytest.mark.policy("P-8.3-5")
@pytest.mark.parametrize(
    ("changes", "verdict", "says"),
    [
        (of(1, 2, 3, 4, 5, 6), Verdict.HIGHER, "between +1.0 and +6.0: a rise."),
        (of(-1, -2, -3, -4, -5, -6), Verdict.LOWER, ": a fall."),
        (of(-1, 2, 3, 4, 5, 6), Verdict.NOT_CLEAR, "so it may be chance."),
        (of(9, 9, 9), Verdict.TOO_FEW, "Of 3 pupils 3 rose and 0 fell: too few pupils to say"),
        (of(9), Verdict.TOO_FEW, "Of 1 pupil 1 rose"),
    ],
)
def test_many_pupils(changes: list[Fraction], verdict: Verdict, says: str) -> None:
    found = effect_on_many(changes)

    assert found.answer is verdict
    assert says in found.because


@pytest.mark.parametrize(
    ("during", "verdict", "says"),
    [
        (
            (40, 40),
            Verdict.HIGHER,
            "100.0% of 40 sessions during; the 4 weeks before lay between 50.0% and 90.0%",
        ),
        ((10, 40), Verdict.LOWER, "lower than in any of them."),
        ((30, 40), Verdict.NOT_CLEAR, "so it may be chance."),
        (
            (10, 10),
            Verdict.TOO_FEW,
            "40 possible sessions in 4 weeks before and 10 during: too few sessions to say.",
        ),
    ],
)
def test_one_pupil(during: tuple[int, int], verdict: Verdict, says: str) -> None:
    found = effect_on_one([(5, 10), (9, 10), (0, 0), (7, 10), (8, 10)], during)

    assert found.answer is verdict
    assert says in found.because


def test_one_pupils_few_weeks_say_nothing() -> None:
    assert effect_on_one([(10, 10)] * 3, (30, 30)).answer is Verdict.TOO_FEW


@pytest.mark.parametrize(("change", "words"), [(42, "+4.2"), (-42, "\N{MINUS SIGN}4.2"), (0, "0.0")])
def test_points(change: int, words: str) -> None:
    assert points(Fraction(change, 1000)) == words
