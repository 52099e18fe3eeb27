"""What was offered of full time: worked by hand, and every session is in exactly one place."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.codes import CODES, Category
from rollbook.domain.full_time import REPEATED, WITHOUT, Cause, FullTime, Half, agreed_share, full_time
from rollbook.domain.rates import agreed_timetable_rate, is_severely_absent, totals
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import WHOLE_WEEK, WeekGrid

AM, PM = SchoolSession.AM, SchoolSession.PM
MONDAY = date(2026, 9, 14)


def term(morning: str | None, afternoon: str | None, weeks: int = 10) -> list[Half]:
    """So many weeks in which every morning and every afternoon has the same mark."""
    days = [MONDAY + timedelta(weeks=week, days=day) for week in range(weeks) for day in range(5)]
    return [(day, each, symbol) for day in days for each, symbol in ((AM, morning), (PM, afternoon))]


def found(halves: list[Half]) -> FullTime:
    return full_time(halves).answer


@pytest.mark.policy("P-1-3")
def test_five_mornings_agreed_for_ten_weeks_are_half_of_full_time() -> None:
    """Worked example 8.6: 50 present, 50 C2; severely absent for the DfE, everything of what was agreed."""
    halves = term("/", "C2")
    answer = full_time(halves)

    assert (answer.answer.full, answer.answer.attended, answer.answer.without) == (100, 50, 50)
    assert answer.answer.causes == (Cause.PART_TIME,)
    assert answer.answer.offered_rate == Fraction(1, 2)
    assert answer.because == "Of 100 sessions of full time: 50 at school, 50 without education."
    assert agreed_share(WeekGrid.of((day, AM) for day in range(5))) == Fraction(1, 2)
    of = totals(symbol for _, _, symbol in halves)
    assert is_severely_absent(of).answer
    assert agreed_timetable_rate(of) == 1


@pytest.mark.policy("P-1-3")
def test_who_stayed_away_from_a_place_at_school_was_offered_it() -> None:
    answer = found(term("I", "C2", weeks=1))

    assert (answer.attended, answer.absent, answer.at_school, answer.without) == (0, 5, 5, 5)
    assert answer.offered_rate == Fraction(1, 2)


@pytest.mark.policy("P-1-3")
@pytest.mark.parametrize(
    ("symbol", "cause", "elsewhere", "without"),
    [
        ("C2", Cause.PART_TIME, 0, 1),
        ("E", Cause.SUSPENDED, 0, 1),
        ("X", Cause.NOT_REQUIRED, 0, 1),
        ("B", Cause.ELSEWHERE, 1, 0),
        ("K", Cause.ELSEWHERE, 1, 0),
    ],
)
def test_one_such_session_is_enough_to_be_looked_at(
    symbol: str, cause: Cause, elsewhere: int, without: int
) -> None:
    answer = found([(MONDAY, AM, symbol), (MONDAY, PM, "\\")])

    assert answer.causes == (cause,)
    assert (answer.elsewhere, answer.without, answer.attended) == (elsewhere, without, 1)
    assert answer.by_code == {symbol: 1}
    assert (answer.first_day, answer.last_day) == (MONDAY, MONDAY)


@pytest.mark.policy("P-1-3")
@pytest.mark.parametrize("symbol", ["Q", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7"])
def test_being_unable_to_attend_is_looked_at_when_it_is_repeated(symbol: str) -> None:
    days = term(symbol, symbol, weeks=1)

    assert found(days[: REPEATED - 1]).causes == ()
    answer = found(days[:REPEATED])
    assert answer.causes == (Cause.UNABLE,)
    assert (answer.without, answer.full) == (REPEATED, REPEATED)
    assert (answer.first_day, answer.last_day) == (MONDAY, MONDAY + timedelta(days=2))


@pytest.mark.parametrize("symbol", ["V", "P", "W", "D", "I", "M", "G", "/", None])
def test_a_trip_an_illness_or_the_other_school_alone_is_nothing_to_look_at(symbol: str | None) -> None:
    answer = found(term(symbol, symbol, weeks=2))

    assert answer.causes == ()
    assert (answer.without, answer.first_day) == (0, None)


def test_holidays_and_days_before_the_start_are_no_sessions() -> None:
    answer = full_time([(MONDAY, AM, "#"), (MONDAY, PM, "Z")])

    assert (answer.answer.full, answer.answer.offered_rate) == (0, None)
    assert answer.because == "Of 0 sessions of full time: 0 at school."


def test_what_nobody_marked_is_said_and_is_no_part_of_the_share() -> None:
    answer = full_time([*term("/", None, weeks=1), (MONDAY - timedelta(days=3), AM, "B")])

    assert (answer.answer.unmarked, answer.answer.full) == (5, 11)
    assert answer.answer.offered_rate == 1
    assert answer.because == "Of 11 sessions of full time: 5 at school, 1 elsewhere, 5 not marked."


@given(
    st.lists(
        st.tuples(
            st.dates(date(2026, 9, 1), date(2027, 7, 20)),
            st.sampled_from((AM, PM)),
            st.sampled_from([None, *(code.symbol for code in CODES)]),
        ),
        max_size=80,
        unique_by=lambda half: half[:2],
    ),
    st.randoms(),
)
def test_every_session_is_in_one_place_in_whatever_order(halves: list[Half], random: object) -> None:
    answer = found(halves)

    assert (
        answer.attended + answer.absent + answer.elsewhere + answer.without + answer.unmarked == answer.full
    )
    assert bool(answer.causes) == (answer.first_day is not None)
    assert sum(answer.by_code.values()) == answer.without + answer.elsewhere
    random.shuffle(halves)  # type: ignore[attr-defined]
    assert found(halves) == answer


def test_every_code_that_is_not_a_possible_session_is_thought_of() -> None:
    """A new code of that category must be put in its place here too."""
    unable = {code.symbol for code in CODES if code.category is Category.NOT_POSSIBLE} - {"D"}
    assert unable | {"C2", "E"} == WITHOUT
    assert len({cause.words for cause in Cause}) == len(Cause)


def test_a_whole_week_agreed_is_full_time() -> None:
    assert agreed_share(WHOLE_WEEK) == 1
