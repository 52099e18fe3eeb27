"""Patterns of absence: worked by hand, and never called a pattern more often by chance than is said."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.patterns import (
    LOOKS,
    RARE,
    UNCERTAIN,
    Counted,
    Kind,
    Look,
    Marks,
    MetDay,
    Unit,
    Verdict,
    binomial_tail,
    chance_words,
    chances,
    counted,
    hypergeometric_tail,
    judge,
    judge_weeks,
    long_runs,
    met_days,
)
from rollbook.domain.sessions import SchoolSession

AM, PM = SchoolSession.AM, SchoolSession.PM
MONDAY = date(2026, 9, 14)


def school_days(weeks: int) -> list[date]:
    return [MONDAY + timedelta(days=7 * week + day) for week in range(weeks) for day in range(5)]


def met(weeks: int) -> list[MetDay]:
    return [MetDay(day) for day in school_days(weeks)]


def look(kind: Kind, **chosen: object) -> Look:
    [found] = [
        each
        for each in LOOKS
        if each.kind is kind and all(getattr(each, name) == value for name, value in chosen.items())
    ]
    return found


def away(days: list[MetDay], gone: set[int], how: Marks = ("I", "I")) -> list[Marks]:
    return [how if place in gone else ("/", "\\") for place in range(len(days))]


def test_the_chance_of_fridays_worked_by_hand() -> None:
    """Two weeks, 2 Fridays of 10 days; 2 days away, both Fridays: one way of 45."""
    assert hypergeometric_tail(Counted(10, 2, 2, 2)) == Fraction(1, 45)
    assert hypergeometric_tail(Counted(10, 2, 2, 1)) == Fraction(17, 45)  # 45 less the 28 ways with none
    assert hypergeometric_tail(Counted(10, 2, 2, 0)) == 1
    assert Counted(10, 2, 2, 1).expected == Fraction(2, 5)
    assert Counted(0, 0, 0, 0).expected == 0


def test_the_chance_of_weeks_worked_by_hand() -> None:
    assert binomial_tail(3, Fraction(1, 5), 3) == Fraction(1, 125)
    assert binomial_tail(3, Fraction(1, 5), 2) == Fraction(13, 125)
    assert binomial_tail(3, Fraction(1, 5), 0) == 1


@pytest.mark.policy("P-8.2-3")
def test_all_fridays_of_eight_weeks_are_a_pattern() -> None:
    days = met(8)
    of = chances(Unit.DAY, days, away(days, {4, 9, 14, 19, 24, 29}))
    fridays = look(Kind.WEEKDAY, weekday=4)

    found = judge(counted(fridays, of), len(LOOKS), fridays.unit.value, fridays.words)

    assert counted(fridays, of) == Counted(40, 6, 8, 6)
    assert found.answer.chance == Fraction(comb(8, 6), comb(40, 6)) * len(LOOKS)
    assert found.answer.verdict is Verdict.PATTERN
    assert found.because == (
        "Fridays: 6 of 6 days away, where 1.2 would be expected; n = 40. About 1 in 5,000 by chance."
    )


def test_what_could_be_chance_and_what_is_too_little_is_said_so() -> None:
    few = judge(Counted(40, 4, 8, 4), 24, "days away", "Fridays")
    chance = judge(Counted(40, 6, 8, 2), 24, "days away", "Fridays")
    perhaps = judge(Counted(40, 5, 8, 5), 400, "days away", "Fridays")

    assert (few.answer.verdict, few.answer.chance) == (Verdict.TOO_FEW, None)
    assert few.because.endswith("Too few to say.")
    assert (chance.answer.verdict, chance.answer.chance) == (Verdict.CHANCE, 1)
    assert chance.because.endswith("Could easily be chance.")
    assert perhaps.answer.verdict is Verdict.PERHAPS


def test_weeks_of_a_group() -> None:
    nine = judge_weeks(12, 9, Fraction(1, 5), 10, "Friday had the most absence of its week")
    few = judge_weeks(4, 4, Fraction(1, 5), 10, "Friday had the most absence of its week")

    assert nine.answer.verdict is Verdict.PATTERN
    assert (
        nine.because
        == "Friday had the most absence of its week 9 of 12 times; 2.4 expected. About 1 in 1,000 by chance."
    )
    assert few.answer.verdict is Verdict.TOO_FEW


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (None, "too few to say"),
        (Fraction(1), "could easily be chance"),
        (Fraction(1, 19), "could easily be chance"),
        (Fraction(1, 20), "about 1 in 20 by chance"),
        (Fraction(1, 499), "about 1 in 400 by chance"),
        (Fraction(1, 9_999), "about 1 in 9,000 by chance"),
        (Fraction(1, 10_000), "less than 1 in 10,000 by chance"),
        (Fraction(1, 10**9), "less than 1 in 10,000 by chance"),
    ],
)
def test_chances_in_words(chance: Fraction | None, words: str) -> None:
    assert chance_words(chance) == words


def test_where_a_day_lies_between_holidays() -> None:
    friday, monday, tuesday, after = (
        MONDAY - timedelta(3),
        MONDAY,
        MONDAY + timedelta(1),
        MONDAY + timedelta(5),
    )
    days = [monday, tuesday, after, after + timedelta(days=6)]

    found = met_days(days, before=friday, after=after + timedelta(days=20), half_term_from=after)

    assert [day.is_before_break for day in found] == [False, True, True, True]
    assert [day.is_after_break for day in found] == [False, False, True, True]
    assert [day.is_later_half for day in found] == [False, False, True, True]
    assert [day.is_this_half_term for day in found] == [False, False, True, True]


def test_where_the_calendar_ends_no_holiday_is_known_of() -> None:
    [day] = met_days([MONDAY], before=None, after=None, half_term_from=MONDAY)

    assert (day.is_before_break, day.is_after_break) == (False, False)
    assert met_days([], before=None, after=None, half_term_from=MONDAY) == []
    [day] = met_days(
        [MONDAY], before=MONDAY - timedelta(9), after=MONDAY + timedelta(9), half_term_from=MONDAY
    )
    assert (day.is_before_break, day.is_after_break) == (True, True)


def test_a_friday_and_the_monday_after_it_are_one_weekend() -> None:
    days = met(3)

    assert days[4].weekend == days[5].weekend
    assert days[4].weekend + 1 == days[9].weekend
    of = chances(Unit.WEEKEND, days, away(days, {4, 5}))
    counts = {counted(each, of).happened_inside for each in LOOKS if each.kind is Kind.FORTNIGHT}
    assert (len(of), counts) == (6, {0, 2})


def test_long_illness_says_nothing_of_weekdays_but_is_one_absence() -> None:
    days = met(3)
    marks = away(days, {3, 4, 5, 6, 7, 12})

    assert long_runs([False, *[True] * 5, False, *[True] * 4]) == [False, *[True] * 5, *[False] * 5]
    assert sum(each.happened for each in chances(Unit.DAY, days, marks)) == 1
    assert len(chances(Unit.DAY, days, marks)) == 10
    started = [each.day for each in chances(Unit.START, days, marks) if each.happened]
    assert started == [days[3], days[12]]


def test_half_days_missed_alone_and_lateness() -> None:
    days = met(1)
    marks: list[Marks] = [("/", "I"), ("I", "I"), ("U", "\\"), ("L", "#"), (None, None)]

    halves = chances(Unit.HALF, days, marks)
    late = chances(Unit.LATE, days, marks)

    assert [(each.day.on.weekday(), each.session, each.happened) for each in halves] == [
        (0, AM, False),
        (0, PM, True),
        (2, AM, False),
        (2, PM, False),
        (3, AM, False),
    ]
    assert [(each.day.on.weekday(), each.session) for each in late if each.happened] == [(2, AM), (3, AM)]
    assert counted(look(Kind.SESSION, weekday=0, session=PM), halves).happened_inside == 1
    assert counted(look(Kind.SESSION, weekday=None, session=AM), halves).inside == 3


def test_what_the_school_set_is_no_habit() -> None:
    days = met(1)
    marks: list[Marks] = [("/", "C2"), ("C2", "C2"), ("E", "E"), ("I", "C2"), ("/", "\\")]

    assert [(each.day.on.weekday(), each.happened) for each in chances(Unit.DAY, days, marks)] == [
        (0, False),
        (3, True),
        (4, False),
    ]
    assert len(chances(Unit.HALF, days, marks)) == 4


def test_every_look_covers_what_it_says() -> None:
    day = MetDay(MONDAY + timedelta(days=4), is_before_break=True, is_later_half=True)

    covered = {(each.kind, each.words) for each in LOOKS if each.covers(day, PM)}

    assert covered == {
        (Kind.WEEKDAY, "Fridays"),
        (Kind.ENDS, "Mondays and Fridays"),
        (Kind.BREAKS, "The last day before a holiday or long weekend"),
        (Kind.FORTNIGHT, "Every other weekend"),
        (Kind.SESSION, "Afternoons"),
        (Kind.SESSION, "Friday afternoons"),
        (Kind.LATENESS, "The later half of the period"),
    }
    assert all(kind.words for kind in Kind)


@given(st.sets(st.integers(0, 39), max_size=4), st.permutations(range(5)))
def test_other_weekdays_are_the_same_pattern_on_other_weekdays(gone: set[int], order: list[int]) -> None:
    """The days of each week in another order (and too few of them away for a long run): the answers change places."""
    days = met(8)
    moved = {5 * (place // 5) + order[place % 5] for place in gone}

    for weekday in range(5):
        before = counted(look(Kind.WEEKDAY, weekday=weekday), chances(Unit.DAY, days, away(days, gone)))
        after = counted(
            look(Kind.WEEKDAY, weekday=order[weekday]), chances(Unit.DAY, days, away(days, moved))
        )
        assert before == after
        assert hypergeometric_tail(before) == hypergeometric_tail(after)


@pytest.mark.parametrize("absences", [5, 6])
@pytest.mark.parametrize("level", [RARE, UNCERTAIN, Fraction(1, 3)])
def test_without_a_habit_no_more_pupils_have_a_pattern_than_is_said(absences: int, level: Fraction) -> None:
    """Every way of being away on so many of fifteen days: at most the level's part of them is called as much."""
    weekdays = [look(Kind.WEEKDAY, weekday=weekday) for weekday in range(5)]
    days = met(3)
    ways = called = 0
    for gone in combinations(range(15), absences):
        ways += 1
        inside = [sum(place % 5 == each.weekday for place in gone) for each in weekdays]
        tails = [hypergeometric_tail(Counted(len(days), absences, 3, count)) for count in inside]
        called += min(tails) * len(weekdays) <= level
    assert ways == comb(15, absences)
    assert Fraction(called, ways) <= level
