"""A meeting with parents goes one way, and says what was said and what is next."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.meetings import (
    HEADINGS,
    LONGEST_AHEAD_DAYS,
    MOVES,
    OPEN,
    UNSETTLED,
    About,
    How,
    MeetingEvent,
    MeetingState,
    Origin,
    Outcome,
    check_outcome,
    check_time,
    state_after,
    why_not,
)

S, E = MeetingState, MeetingEvent
TODAY = date(2026, 9, 14)
NOW = datetime(2026, 9, 14, 10, 0)
FULL = Outcome(
    engagement="38 of 40 sessions, cheerful in lessons",
    barriers="The bus",
    help="A bus pass",
    consequences="A notice to improve",
    earlier="Breakfast club: went twice",
    agreed="Out of the house at 08:10",
    next_step="Ring on Friday",
    next_on=TODAY + timedelta(days=4),
)


def after(*events: MeetingEvent) -> MeetingState | None:
    state: MeetingState | None = S.SET
    for event in events:
        state = None if state is None else state_after(state, event)
    return state


@pytest.mark.policy("P-4.4-5")
def test_a_meeting_is_set_invited_to_and_held() -> None:
    assert after(E.INVITE, E.HOLD) is S.HELD


@pytest.mark.policy("P-4.4-5")
def test_who_did_not_come_is_invited_again() -> None:
    assert after(E.INVITE, E.MISS) is S.MISSED
    assert after(E.INVITE, E.MISS, E.MOVE, E.INVITE, E.HOLD) is S.HELD


def test_a_new_time_needs_a_new_invitation() -> None:
    assert after(E.INVITE, E.MOVE) is S.SET
    assert after(E.INVITE, E.MOVE, E.HOLD) is None


def test_nothing_is_held_or_missed_without_an_invitation() -> None:
    assert after(E.HOLD) is after(E.MISS) is None


@pytest.mark.parametrize("state", [S.HELD, S.CANCELLED])
def test_what_is_over_stays_as_it_is(state: MeetingState) -> None:
    assert not [event for event in E if state_after(state, event)]


@given(st.lists(st.sampled_from(E), max_size=12))
def test_whatever_happens_a_meeting_is_open_unsettled_or_over(events: list[MeetingEvent]) -> None:
    state = S.SET
    for event in events:
        state = state_after(state, event) or state
    assert (state in UNSETTLED) == any(start is state for start, _ in MOVES)
    assert OPEN < UNSETTLED


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("event", list(E))
def test_every_refused_move_says_what_to_do(state: MeetingState, event: MeetingEvent) -> None:
    if state_after(state, event) is None:
        assert why_not(state).endswith(".")


def test_each_refusal_says_what_stands_in_the_way() -> None:
    assert "how the parents were invited" in why_not(S.SET)
    assert "Nobody came" in why_not(S.MISSED)
    assert "was held" in why_not(S.HELD)
    assert "was cancelled" in why_not(S.CANCELLED)


@pytest.mark.parametrize(
    ("starts", "is_right"),
    [
        (NOW, False),
        (NOW + timedelta(minutes=1), True),
        (NOW - timedelta(days=1), False),
        (NOW + timedelta(days=LONGEST_AHEAD_DAYS), True),
        (NOW + timedelta(days=LONGEST_AHEAD_DAYS + 1), False),
    ],
)
def test_a_meeting_is_still_to_come_and_within_half_a_year(starts: datetime, is_right: bool) -> None:
    assert (not check_time(starts, NOW)) == is_right


@pytest.mark.policy("P-8.4-5")
@pytest.mark.parametrize("heading", list(HEADINGS))
def test_a_meeting_about_absence_covers_all_five_headings(heading: str) -> None:
    assert check_outcome(About.ABSENCE, replace(FULL, agreed=""), TODAY) == []
    refusals = check_outcome(About.ABSENCE, replace(FULL, **{heading: ""}), TODAY)
    assert [each.field for each in refusals] == [heading]


@pytest.mark.policy("P-4.4-5")
@pytest.mark.parametrize("about", [About.LATENESS, About.PART_TIME, About.OTHER])
def test_any_other_meeting_says_what_was_agreed(about: About) -> None:
    short = Outcome(agreed="On the earlier bus", next_step="Look again", next_on=TODAY + timedelta(days=7))
    assert check_outcome(about, short, TODAY) == []
    assert [each.field for each in check_outcome(about, replace(short, agreed=""), TODAY)] == ["agreed"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"next_step": ""}, "next_step"),
        ({"next_step": "x" * 301}, "next_step"),
        ({"next_step": "a\0b"}, "next_step"),
        ({"next_on": None}, "next_on"),
        ({"next_on": TODAY}, "next_on"),
        ({"next_on": TODAY + timedelta(days=LONGEST_AHEAD_DAYS + 1)}, "next_on"),
        ({"help": "x" * 2001}, "help"),
        ({"barriers": "a\0b"}, "barriers"),
    ],
)
def test_an_outcome_that_can_not_be_names_its_field(given: dict[str, object], field: str) -> None:
    refusals = check_outcome(About.ABSENCE, replace(FULL, **given), TODAY)  # type: ignore[arg-type]
    assert [each.field for each in refusals] == [field]


@pytest.mark.parametrize("choices", [About, Origin, How, MeetingState])
def test_every_choice_has_words_of_its_own(choices: type) -> None:
    words = [each.words for each in choices]  # type: ignore[attr-defined]
    assert len(set(words)) == len(words)
