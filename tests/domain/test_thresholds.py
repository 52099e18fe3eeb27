"""Ten sessions in ten school weeks: domain.md 3.1, worked examples 8.3 and 8.4."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.codes import CODES
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.thresholds import (
    Alignment,
    Missed,
    Nearness,
    Standing,
    counts,
    monday_of,
    school_weeks,
    standing_on,
    threshold,
)

AM, PM = SchoolSession.AM, SchoolSession.PM
SUMMER = date(2026, 7, 13)  # the last school week before the holiday
AUTUMN = date(2026, 9, 7)
WEEK = timedelta(days=7)
WEEKS = (
    SUMMER,
    *(AUTUMN + number * WEEK for number in range(7)),
    *(AUTUMN + number * WEEK for number in range(8, 14)),
)
"""One week in July, then seven from September, half term, and six more."""


def missed(code: str, *days: date, sessions: tuple[SchoolSession, ...] = (AM,)) -> list[Missed]:
    return [Missed(day, session, code) for day in days for session in sessions]


def autumn_days(count: int) -> list[date]:
    """The Wednesday of each of the first school weeks of the autumn."""
    return [week + timedelta(days=2) for week in WEEKS[1 : 1 + count]]


TWO_IN_JULY = missed("G", SUMMER + timedelta(days=3), sessions=(AM, PM))


def test_only_g_n_o_and_u_count() -> None:
    assert {code.symbol for code in CODES if counts(code.symbol)} == {"G", "N", "O", "U"}
    assert not counts(None)
    assert not counts("nonsense")
    with pytest.raises(ValueError, match="does not count"):
        Missed(AUTUMN, AM, "I")


@pytest.mark.policy("P-5.2-7")
def test_the_weeks_run_on_across_the_summer_and_half_term() -> None:
    """8.3: two in the last week of July and eight in the first nine weeks from September."""
    eight = missed("O", *autumn_days(7), autumn_days(7)[-1] + 2 * WEEK)
    found = threshold(TWO_IN_JULY + eight, WEEKS)
    assert found.answer.first_met == date(2026, 11, 4)
    assert found.answer.sessions == tuple(TWO_IN_JULY + eight)
    assert (found.answer.confirmed, found.answer.provisional) == (10, 0)
    assert found.answer.nearness is Nearness.MET
    assert found.because == (
        "10 sessions marked G, N, O or U within ten school weeks, reached on 4 November 2026."
    )


def test_in_the_tenth_week_of_september_july_is_outside() -> None:
    """8.3: the eighth falls in the tenth school week after the one in July."""
    tenth = WEEKS[10] + timedelta(days=2)
    found = threshold(TWO_IN_JULY + missed("O", *autumn_days(7), tenth), WEEKS)
    assert found.answer.first_met is None
    assert len(found.answer.sessions) == 9
    assert found.answer.nearness is Nearness.NEAR
    assert (
        found.because
        == "At most 9 sessions marked G, N, O or U in any ten school weeks; 10 were asked about."
    )


def test_an_n_is_provisional_and_may_become_illness() -> None:
    """8.4: 4 G + 5 U + 1 N; once the N is I it is nine again."""
    mixed = [*missed("G", *autumn_days(2), sessions=(AM, PM)), *missed("U", *autumn_days(7)[2:])]
    last = Missed(autumn_days(7)[-1] + timedelta(days=1), PM, "N")
    found = threshold([*mixed, last], WEEKS)
    assert (found.answer.first_met, found.answer.confirmed, found.answer.provisional) == (last.on, 9, 1)
    assert found.because.endswith("reached on 22 October 2026, 1 of them N, which may still change.")
    assert threshold(mixed, WEEKS).answer.first_met is None


def test_ten_in_one_week_meet_it_on_the_fifth_day() -> None:
    week = missed("O", *(AUTUMN + timedelta(days=day) for day in range(5)), sessions=(AM, PM))
    assert threshold(week, WEEKS).answer.first_met == AUTUMN + timedelta(days=4)
    assert threshold(week[:-1], WEEKS).answer.first_met is None


def test_the_sessions_are_those_that_met_it_and_no_later_ones() -> None:
    many = missed(
        "O", *(AUTUMN + timedelta(days=day) for day in (*range(5), *range(7, 12))), sessions=(AM, PM)
    )
    assert threshold(many, WEEKS).answer.sessions == tuple(many[:10])


@pytest.mark.parametrize(
    ("count", "nearness"),
    [
        (0, "none"),
        (4, "none"),
        (5, "early"),
        (7, "early"),
        (8, "near"),
        (9, "near"),
        (10, "met"),
        (12, "met"),
    ],
)
def test_warnings_at_five_and_eight(count: int, nearness: str) -> None:
    week = missed("O", *(AUTUMN + timedelta(days=day) for day in range(6)), sessions=(AM, PM))
    found = standing_on(week[:count], WEEKS, AUTUMN + timedelta(days=5))
    assert found.answer.nearness == nearness
    assert found.facts["nearness"] == nearness
    assert (found.answer.first_met is not None) is (count >= 10)


def test_sliding_weeks_may_be_met_where_calendar_weeks_are_not() -> None:
    """From Friday of the first week to Thursday of the eleventh are ten school weeks, but eleven calendar weeks."""
    friday, thursday = SUMMER + timedelta(days=4), WEEKS[10] + timedelta(days=3)
    spread = [*missed("O", friday, sessions=(AM, PM)), *missed("O", *autumn_days(7)), *missed("O", thursday)]
    assert threshold(spread, WEEKS).answer.first_met is None
    sliding = threshold(spread, WEEKS, alignment=Alignment.SLIDING)
    assert sliding.answer.first_met == thursday
    assert "ten school weeks counted from the first of them" in sliding.because
    later = [*spread[:-1], *missed("O", thursday + timedelta(days=1))]
    assert threshold(later, WEEKS, alignment=Alignment.SLIDING).answer.first_met is None


def test_where_a_pupil_stands_in_the_holiday_is_where_they_stood_before_it() -> None:
    half_term = date(2026, 10, 28)
    for alignment in Alignment:
        found = standing_on(TWO_IN_JULY + missed("O", *autumn_days(7)), WEEKS, half_term, alignment=alignment)
        assert len(found.answer.sessions) == 9
    assert standing_on(TWO_IN_JULY, WEEKS, WEEKS[10]).answer == Standing(None, ())
    assert standing_on(TWO_IN_JULY, WEEKS, date(2026, 9, 9)).because == (
        "2 sessions marked G, N, O or U in the ten school weeks up to 9 September 2026; 10 meet the threshold."
    )
    assert standing_on(missed("U", AUTUMN), WEEKS, AUTUMN).because.startswith("1 session marked")


def test_what_comes_later_does_not_count_yet() -> None:
    assert standing_on(missed("O", *autumn_days(7)), WEEKS, autumn_days(3)[-1]).answer.sessions == tuple(
        missed("O", *autumn_days(3))
    )


def test_without_any_school_weeks_before_it_nothing_counts() -> None:
    assert standing_on([], WEEKS, date(2020, 1, 1), alignment=Alignment.SLIDING).answer.sessions == ()
    assert threshold([], ()).answer == Standing(None, ())


def test_a_threshold_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one session"):
        threshold([], WEEKS, least=0)


def test_school_weeks_are_those_in_which_the_school_met() -> None:
    assert school_weeks([AUTUMN + timedelta(days=4), AUTUMN, SUMMER + timedelta(days=6)]) == (SUMMER, AUTUMN)


a_year = st.integers(0, 380).map(lambda number: date(2025, 9, 1) + timedelta(days=number))
some_missed = st.lists(
    st.builds(Missed, a_year, st.sampled_from([AM, PM]), st.sampled_from("GNOU")),
    max_size=60,
    unique_by=lambda m: (m.on, m.session),
)
some_weeks = st.lists(a_year, max_size=60).map(school_weeks)


def slowly(
    all_missed: list[Missed], weeks: tuple[date, ...], alignment: Alignment, least: int
) -> date | None:
    """The definition read out: for each day, are so many in some window that ends with it?"""
    known = sorted({*weeks, *(monday_of(each.on) for each in all_missed)})

    def place(day: date) -> int:
        number = known.index(monday_of(day))
        return number if alignment is Alignment.CALENDAR else 7 * number + day.weekday()

    reach = 10 if alignment is Alignment.CALENDAR else 70
    for on in sorted({each.on for each in all_missed}):
        inside = [each for each in all_missed if each.on <= on and place(on) - place(each.on) < reach]
        if len(inside) >= least:
            return on
    return None


@given(some_missed, some_weeks, st.sampled_from(list(Alignment)), st.integers(1, 12))
def test_it_is_first_met_when_the_definition_says(
    all_missed: list[Missed], weeks: tuple[date, ...], alignment: Alignment, least: int
) -> None:
    found = threshold(all_missed, weeks, alignment=alignment, least=least).answer
    assert found.first_met == slowly(all_missed, weeks, alignment, least)
    if found.first_met is not None:
        assert len(found.sessions) == least
        assert found.sessions[-1].on == found.first_met
    assert found.confirmed + found.provisional == len(found.sessions)


@given(some_missed, some_weeks)
def test_sliding_weeks_are_never_later_than_calendar_weeks(
    all_missed: list[Missed], weeks: tuple[date, ...]
) -> None:
    calendar = threshold(all_missed, weeks).answer.first_met
    sliding = threshold(all_missed, weeks, alignment=Alignment.SLIDING).answer.first_met
    assert calendar is None or (sliding is not None and sliding <= calendar)


@given(some_missed, some_weeks, a_year, st.sampled_from(list(Alignment)))
def test_where_a_pupil_stands_agrees_with_when_it_was_met(
    all_missed: list[Missed], weeks: tuple[date, ...], on: date, alignment: Alignment
) -> None:
    met = threshold([each for each in all_missed if each.on <= on], weeks, alignment=alignment).answer
    now = standing_on(all_missed, weeks, on, alignment=alignment).answer
    assert now.nearness is not Nearness.MET or met.first_met is not None
    assert len(now.sessions) <= len(all_missed)
