"""Which absences are told to the local authority, worked by hand: domain.md 8.8 and 8.10, and the days around them."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.absences import absences
from rollbook.domain.calendar import AcademicYearDates, SchoolCalendar, TermDates
from rollbook.domain.la_returns import (
    IllSpell,
    ReturnKind,
    cause_of,
    days_words,
    ill_spells,
    illness_due_on,
    return_lines,
    unauthorised_due_on,
    unauthorised_runs,
)
from rollbook.domain.runs import DayMarks, Due
from rollbook.domain.sessions import SchoolSession

MONDAY = date(2026, 10, 5)
CALENDAR = SchoolCalendar(
    (
        AcademicYearDates(
            "2026-27",
            date(2026, 9, 1),
            date(2027, 8, 31),
            (TermDates("Autumn", date(2026, 9, 3), date(2026, 12, 18)),),
        ),
    ),
    (),
    {},
    (),
)
DAYS = CALENDAR.school_days(MONDAY, date(2026, 12, 18))


def marked(codes: str) -> list[DayMarks]:
    """Two letters a day from Monday 5 October on; "." is no mark, p is present."""
    pairs = codes.split()
    found = []
    for on, pair in zip(DAYS, pairs, strict=False):
        am, pm = (None if each == "." else each for each in pair.replace("p", "/"))
        found.append(DayMarks(on, am, pm))
    return found


@pytest.mark.policy("P-3.1-4")
@pytest.mark.parametrize(
    ("codes", "found"),
    [
        # domain.md 8.8: week 1 all O, week 2 Monday to Thursday N or O, Friday morning I: broken at day nine.
        ("OO OO OO OO OO NO ON OO NN IO", []),
        ("OO OO OO OO OO NO ON OO NN", [(9, Due.CHASE, True)]),
        ("OO OO OO OO OO NO ON OO NN UO", [(10, Due.RETURN, True)]),
        ("OO OO OO OO", []),
        ("OO OO OO OO OO", [(5, Due.PREPARE, True)]),
        ("OO OO OO OO OO pp", []),
        # Come to ten and over: it is told all the same.
        ("OO OO OO OO OO OO OO OO OO OO pp", [(10, Due.RETURN, False)]),
        # A day on which the school was closed neither counts nor ends it.
        ("OO OO OO OO OO ## OO OO OO OO OO", [(10, Due.RETURN, True)]),
        ("", []),
    ],
)
def test_ten_school_days_in_a_row_are_told(codes: str, found: list[tuple[int, Due, bool]]) -> None:
    runs = unauthorised_runs(marked(codes))
    assert [(len(run.days), run.due, run.is_current) for run in runs] == found


def test_a_run_arises_with_its_tenth_day_and_is_told_within_the_interval_agreed() -> None:
    [run] = unauthorised_runs(marked(" ".join(["GG"] * 12)))

    assert (run.first_day, run.reached_on, run.last_day) == (DAYS[0], DAYS[9], DAYS[11])
    assert unauthorised_due_on(DAYS[9], 28) == date(2026, 11, 13)
    [early] = unauthorised_runs(marked(" ".join(["GG"] * 6)))
    assert early.reached_on is None


def spells(
    ill: Sequence[date], here: Sequence[date], ahead: Sequence[date] = (), told: date | None = None
) -> list[IllSpell]:
    marks = [(on, session, "I") for on in ill for session in SchoolSession]
    marks += [(on, SchoolSession.AM, "/") for on in here]
    return ill_spells(absences(marks), ahead, told)


@pytest.mark.policy("P-3.1-4")
def test_eight_days_and_ten_more_expected_make_a_return_now() -> None:
    # domain.md 8.10: eight days in October, back for a week, ill again in November and expected to be for ten days.
    october, november = DAYS[:8], DAYS[20]
    told_on = november
    [found] = spells([*october, november], DAYS[8:20], DAYS[20:30], told_on)

    assert (found.first_day, found.so_far, found.expected) == (november, 9, Fraction(18))
    assert (found.reached_on, found.is_current) == (november, True)
    assert illness_due_on(november, CALENDAR) == DAYS[25]


def test_fifteen_days_in_a_row_come_to_it_on_the_fifteenth() -> None:
    [found] = spells(DAYS[:16], [])
    assert (found.reached_on, found.so_far) == (DAYS[14], 16)


def test_from_ten_days_the_head_may_look_and_below_nothing_is_listed() -> None:
    [found] = spells(DAYS[:10], [])
    assert (found.reached_on, found.expected) == (None, 10)
    assert spells(DAYS[:9], []) == []
    assert spells([], DAYS[:9]) == []


def test_each_further_illness_of_the_year_is_looked_at_once() -> None:
    found = spells([*DAYS[:15], DAYS[17]], [DAYS[15], DAYS[16], DAYS[18]])
    assert [(each.first_day, each.reached_on, each.is_current) for each in found] == [
        (DAYS[0], DAYS[14], False),
        (DAYS[17], DAYS[17], False),
    ]


def test_an_absence_for_another_reason_is_no_illness() -> None:
    marks = [(on, SchoolSession.AM, "O") for on in DAYS[:20]]
    assert ill_spells(absences(marks), [], None) == []


def test_an_illness_that_is_over_expects_nothing_more() -> None:
    [found] = spells(DAYS[:12], [DAYS[12]], DAYS[12:20], DAYS[3])
    assert (found.expected, found.reached_on) == (12, None)


def test_what_was_told_before_the_illness_began_counts_from_its_first_day() -> None:
    [found] = spells(DAYS[5:7], [], DAYS[5:25], DAYS[3])
    assert found.reached_on == DAYS[5]
    [found] = spells(DAYS[5:7], [], DAYS[5:25])
    assert found.reached_on == DAYS[6]


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(0, 50))
def test_a_return_is_due_exactly_from_fifteen_days_on(places: list[int], more: int) -> None:
    ill = sorted({DAYS[place] for place in places})
    found = spells(ill, [], DAYS[len(DAYS) - more :] if more else [])
    for each in found:
        assert each.so_far == len(ill)
        assert (each.reached_on is not None) == (each.expected >= 15)


def test_where_the_calendar_ends_a_week_is_given() -> None:
    last = date(2026, 12, 17)
    assert illness_due_on(last, CALENDAR) == last + timedelta(days=7)


def test_a_return_says_what_the_law_asks_and_what_is_missing() -> None:
    lines = return_lines("Amy Abbott", "", "", "5 October 2026 to 16 October 2026")
    assert [(line.words, line.value, line.is_missing) for line in lines] == [
        ("Full name", "Amy Abbott", False),
        ("Address", "", True),
        ("Cause", "Not known", False),
        ("Days", "5 October 2026 to 16 October 2026", False),
    ]
    assert return_lines("", "x", "y", "z")[0].is_missing
    assert cause_of("OON") == "O, Other or unknown reason; N, Reason not yet established"


def test_days_read_as_days() -> None:
    assert [days_words(Fraction(n, 2)) for n in (2, 17, 16)] == ["1 day", "8½ days", "8 days"]
    assert [each.words for each in ReturnKind] == ["Absence without authorisation", "Sickness"]
