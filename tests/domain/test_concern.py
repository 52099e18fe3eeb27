"""Whose attendance is of concern, and why: worked by hand after the policy, sections 8.2 to 8.4."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.concern import Concern, Known, Movement, Reason, Tier, concern, movement, tier_of
from rollbook.domain.rates import Totals, totals
from rollbook.domain.runs import DayMarks, consecutive_absence, continuous_unauthorised, illness_days
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.thresholds import Missed, school_weeks, standing_on

LINE = Fraction(95, 100)
MONDAY = date(2026, 9, 7)


def marked(absent: int, possible: int) -> Totals:
    return totals(["I"] * absent + ["/"] * (possible - absent))


def days(marks: str) -> list[DayMarks]:
    """A school day for each mark, from a Monday on."""
    found, on = [], MONDAY
    for symbol in marks:
        found.append(DayMarks(on, symbol, symbol))
        on += timedelta(days=3 if on.weekday() == 4 else 1)
    return found


@pytest.mark.policy("P-8.3-1", "P-8.3-2")
@pytest.mark.parametrize(
    ("absent", "possible", "tier"),
    [
        (5, 100, Tier.NONE),  # exactly 95 % is not below it
        (6, 100, Tier.AT_RISK),
        (9, 100, Tier.AT_RISK),
        (10, 100, Tier.PERSISTENT),  # exactly 10 % missed
        (49, 100, Tier.PERSISTENT),
        (50, 100, Tier.SEVERE),  # exactly half
        (0, 0, Tier.NONE),
    ],
)
def test_the_tiers_begin_where_policy_and_method_say(absent: int, possible: int, tier: Tier) -> None:
    assert tier_of(marked(absent, possible), LINE).answer is tier


def test_a_tier_says_of_how_many_sessions() -> None:
    assert tier_of(marked(12, 100), LINE).because == (
        "Attended 88 of 100 possible sessions this year, 88.0%. A tenth or more missed."
    )
    assert "that is few sessions, and a day changes much" in tier_of(marked(2, 10), LINE).because
    assert tier_of(marked(7, 100), LINE).because.endswith("93.0%, below the line of 95%.")
    assert tier_of(marked(0, 0), LINE).because == "No session was possible this year."


def test_the_schools_own_line_lies_above_persistent_absence() -> None:
    with pytest.raises(ValueError, match="lies above"):
        tier_of(marked(1, 10), Fraction(9, 10))


def test_every_tier_below_the_line_says_what_to_do() -> None:
    assert all(tier.action for tier in Tier if tier is not Tier.NONE)
    assert Tier.NONE.action == ""
    assert len({tier.words for tier in Tier}) == len(Tier)
    assert len({reason.words for reason in Reason}) == len(Reason)


@pytest.mark.policy("P-8.4-2")
@pytest.mark.parametrize(
    ("now", "before", "answer", "says"),
    [
        ((4, 40), (1, 60), Movement.FALLING, "8.3 points lower."),
        ((1, 60), (4, 40), Movement.RISING, "8.3 points higher."),
        ((2, 40), (0, 40), Movement.FALLING, "5.0 points lower."),  # exactly five points
        ((1, 40), (0, 40), Movement.LEVEL, "2.5 points lower."),
        ((3, 40), (3, 40), Movement.LEVEL, "the same."),
        ((9, 19), (0, 60), Movement.TOO_FEW, "too few sessions to say."),
        ((0, 60), (9, 19), Movement.TOO_FEW, "too few sessions to say."),
    ],
)
def test_this_half_term_against_the_last(
    now: tuple[int, int], before: tuple[int, int], answer: Movement, says: str
) -> None:
    found = movement(marked(*now), marked(*before))

    assert found.answer is answer
    assert found.because.endswith(says)


def reasons(found: Concern) -> list[Reason]:
    return [cause.reason for cause in found.causes]


def test_nothing_of_concern() -> None:
    found = concern(Known(marked(1, 100), LINE, half_term=marked(0, 40), half_term_before=marked(0, 40)))

    assert not found.is_one
    assert found.causes == ()
    assert found.rank == (0, 0, Fraction(99, 100))
    assert concern(Known(marked(0, 0), LINE)).rank == (0, 0, 1)


def test_good_news_stands_among_the_reasons_and_is_no_concern_alone() -> None:
    better = {"half_term": marked(0, 40), "half_term_before": marked(4, 40)}

    assert not concern(Known(marked(4, 100), LINE, **better)).is_one
    assert reasons(concern(Known(marked(12, 100), LINE, **better))) == [Reason.TIER, Reason.RISING]


def test_close_to_persistent_absence_is_said_once_there_are_sessions_enough() -> None:
    """8 of 100: three more in a row make 11 of 103, over a tenth; 1 of 12 is two weeks short of saying so."""
    assert concern(Known(marked(8, 100), LINE)).has(Reason.CLOSE)
    assert not concern(Known(marked(7, 100), LINE)).has(Reason.CLOSE)
    assert not concern(Known(marked(1, 12), LINE)).has(Reason.CLOSE)
    assert not concern(Known(marked(10, 100), LINE)).has(Reason.CLOSE)


def test_what_other_rules_found_is_among_the_reasons() -> None:
    away = days("O" * 10)
    missed = [Missed(day.on, SchoolSession.AM, "O") for day in away]
    found = concern(
        Known(
            marked(4, 100),
            LINE,
            half_term=marked(4, 40),
            half_term_before=marked(0, 40),
            threshold=standing_on(missed, school_weeks(day.on for day in away), away[-1].on),
            unauthorised_days=continuous_unauthorised(away),
            illness=illness_days(days("I" * 15)),
            away=consecutive_absence(away),
        )
    )

    assert reasons(found) == [
        Reason.THRESHOLD,
        Reason.UNAUTHORISED_DAYS,
        Reason.ILLNESS,
        Reason.AWAY,
        Reason.FALLING,
    ]
    assert found.rank[:2] == (-50, -5)


def test_what_other_rules_did_not_find_is_not() -> None:
    here = days("/////")
    found = concern(
        Known(
            marked(0, 100),
            LINE,
            threshold=standing_on([], [MONDAY], MONDAY),
            unauthorised_days=continuous_unauthorised(here),
            illness=illness_days(here),
            away=consecutive_absence(here),
        )
    )

    assert not found.is_one


def test_ten_days_of_illness_are_reviewed_before_fifteen_are_returned() -> None:
    review = concern(Known(marked(0, 100), LINE, illness=illness_days(days("I" * 10))))
    due = concern(Known(marked(0, 100), LINE, illness=illness_days(days("I" * 15))))

    assert due.rank < review.rank


def test_severe_absence_comes_before_what_is_due_and_that_before_persistent_absence() -> None:
    due = Known(marked(5, 100), LINE, unauthorised_days=continuous_unauthorised(days("O" * 10)))
    ranks = [concern(each).rank for each in (Known(marked(50, 100), LINE), due, Known(marked(30, 100), LINE))]

    assert ranks == sorted(ranks)


@given(st.integers(0, 200), st.integers(0, 200))
def test_missing_more_never_makes_a_pupil_less_pressing(absent: int, present: int) -> None:
    one = concern(Known(marked(absent, absent + present + 1), LINE))
    more = concern(Known(marked(absent + 1, absent + present + 1), LINE))

    assert more.rank[0] <= one.rank[0]
    assert one.is_one == bool(one.causes)
