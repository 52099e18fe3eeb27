"""Part-time timetables (C2): what they need, what is warned of, which moves there are, what DfE counts."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.part_time import (
    MOVES,
    Share,
    TimetableEvent,
    TimetableFacts,
    TimetableState,
    check_agreement,
    check_timetable,
    share_absent,
    state_after,
    warnings,
)
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import WHOLE_WEEK, WeekGrid

AM, PM = SchoolSession.AM, SchoolSession.PM
MORNINGS = WeekGrid.of((day, AM) for day in range(5))
MONDAY = date(2026, 9, 14)
FACTS = TimetableFacts(
    born_on=date(2014, 5, 17),
    first_day=MONDAY,
    last_day=date(2026, 10, 9),
    attended=MORNINGS,
    why="Back after an operation",
    is_not_for_behaviour=True,
    review_days=(date(2026, 9, 28),),
)
AGREED = replace(
    FACTS,
    parent_name="Mo Abbott",
    parent_lives_with=True,
    agreed_on=date(2026, 9, 11),
    agreed_how="Signed at the meeting",
)
TODAY = date(2026, 9, 11)


def fields(facts: TimetableFacts) -> list[str]:
    return [refusal.field for refusal in check_timetable(facts)]


def test_one_that_says_everything_may_be_prepared_and_agreed() -> None:
    assert check_timetable(FACTS) == []
    assert check_agreement(AGREED, TODAY) == []
    assert warnings(FACTS) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"why": ""}, "why"),
        ({"is_not_for_behaviour": False}, "is_not_for_behaviour"),
        ({"attended": WeekGrid(0)}, "attended"),
        ({"attended": WHOLE_WEEK}, "attended"),
        ({"review_days": ()}, "review_days"),
        ({"review_days": (date(2026, 10, 10),)}, "review_days"),
        ({"last_day": date(2026, 9, 11), "review_days": (MONDAY,)}, "last_day"),
        ({"last_day": date(2027, 9, 30), "long_reason": "x"}, "last_day"),
    ],
)
def test_what_is_refused(change: dict[str, object], field: str) -> None:
    assert field in fields(replace(FACTS, **change))  # type: ignore[arg-type]


def test_six_weeks_need_no_reason_and_a_day_more_does() -> None:
    """From Monday 14 September six weeks end on Sunday 25 October 2026."""
    six = replace(FACTS, last_day=date(2026, 10, 25), review_days=(date(2026, 9, 28), date(2026, 10, 12)))
    assert fields(six) == []
    longer = replace(six, last_day=date(2026, 10, 26))
    refused = check_timetable(longer)
    assert [each.field for each in refused] == ["long_reason"]
    assert "25 October 2026" in refused[0].message
    assert fields(replace(longer, long_reason="The consultant asks for it")) == []
    assert any("longer than six" in words for words in warnings(longer))


@pytest.mark.parametrize(
    ("born_on", "field"),
    [(date(2021, 12, 1), "first_day"), (date(2010, 9, 2), "last_day")],
)
def test_only_of_compulsory_school_age_throughout(born_on: date, field: str) -> None:
    """One born on 1 December 2021 is of age from 31 December 2026; one of 2 September 2010 until 25 June 2027."""
    facts = replace(
        FACTS, born_on=born_on, first_day=date(2026, 12, 14), last_day=date(2027, 7, 2), long_reason="x",
        review_days=(date(2027, 1, 4),),
    )  # fmt: skip
    assert fields(facts) == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parent_name": ""}, "parent"),
        ({"parent_lives_with": False}, "parent"),
        ({"agreed_on": None}, "agreed_on"),
        ({"agreed_on": date(2026, 9, 12)}, "agreed_on"),
        ({"agreed_how": ""}, "agreed_how"),
    ],
)
def test_the_agreement_of_a_parent_the_pupil_lives_with_is_recorded(
    change: dict[str, object], field: str
) -> None:
    refused = check_agreement(replace(AGREED, **change), TODAY)  # type: ignore[arg-type]
    assert [each.field for each in refused] == [field]


def test_reviews_further_apart_than_two_weeks_are_warned_of() -> None:
    assert warnings(replace(FACTS, review_days=(date(2026, 9, 28), date(2026, 9, 29)))) == []
    found = warnings(replace(FACTS, review_days=(date(2026, 9, 29),)))
    assert found == ["There are 15 days between two reviews. Review at least every two weeks."]
    assert warnings(replace(FACTS, review_days=())) == []


def test_who_else_is_to_be_told() -> None:
    facts = replace(FACTS, is_ehc_plan=True, has_social_worker=True)
    assert [words.split(":")[0] for words in warnings(facts)] == [
        "The pupil has an EHC plan",
        "The pupil has a social worker",
    ]
    assert warnings(replace(facts, la_told_on=TODAY, social_worker_told_on=TODAY)) == []


@pytest.mark.parametrize("state", TimetableState)
@pytest.mark.parametrize("event", TimetableEvent)
def test_only_the_moves_of_the_table_can_be_made(state: TimetableState, event: TimetableEvent) -> None:
    assert state_after(state, event) == MOVES.get((state, event))


def test_agreed_is_reached_only_from_a_draft_and_nothing_leads_out_of_withdrawn() -> None:
    assert [move for move, after in MOVES.items() if after is TimetableState.AGREED] == [
        (TimetableState.DRAFT, TimetableEvent.AGREE),
        (TimetableState.AGREED, TimetableEvent.REVIEW),
    ]
    assert not [move for move in MOVES if move[0] is TimetableState.WITHDRAWN]


@pytest.mark.policy("P-A-3")
def test_five_mornings_for_ten_weeks_are_half_absent() -> None:
    """domain.md 8.6: 50 present, 50 C2: DfE counts 50%."""
    days = [MONDAY + timedelta(weeks=week, days=day) for week in range(10) for day in range(5)]
    share = share_absent(MORNINGS, days)
    assert (share.absent_count, share.session_count) == (50, 100)
    assert share.rate == Fraction(1, 2)
    assert share_absent(MORNINGS, []) == Share(0, 0)
    assert Share(0, 0).rate is None


@given(st.integers(0, 1023), st.lists(st.dates(date(2026, 9, 1), date(2027, 7, 31)), unique=True))
def test_attended_and_not_attended_make_all_sessions(bits: int, days: list[date]) -> None:
    days = [day for day in days if day.weekday() < 5]
    grid = WeekGrid(bits)
    one, other = share_absent(grid, days), share_absent(grid.rest, days)
    assert one.session_count == other.session_count == 2 * len(days)
    assert one.absent_count + other.absent_count == one.session_count


@given(st.integers(0, 400))
def test_longer_than_six_weeks_is_never_taken_without_a_reason(length: int) -> None:
    facts = replace(FACTS, last_day=MONDAY + timedelta(days=length), review_days=(MONDAY,))
    assert ("long_reason" in fields(facts)) == (42 <= length <= 366)
