"""Arrivals, submission and the states of a register: domain.md 8.1, policy 3.5, 4.1 and 4.4."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.marks import (
    Arrival,
    RegisterState,
    RegisterTimes,
    SchoolSession,
    arrival,
    register_state,
    submission_due,
    was_submitted_in_time,
)
from tests.domain.school import AFTERNOON, FRIDAY_AFTERNOON, MORNING
from tests.strategies import register_times, school_sessions, times_of_day

AM, PM = SchoolSession.AM, SchoolSession.PM
S = RegisterState


@pytest.mark.policy("P-4.1-15", "P-4.1-16", "P-4.4-1", "P-4.4-2", "P-A-1")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (time(0), Arrival("/", None)),
        (time(8, 59), Arrival("/", None)),
        (time(9, 0, 0), Arrival("/", None)),
        (time(9, 0, 0, 1), Arrival("L", 1)),
        (time(9, 0, 1), Arrival("L", 1)),
        (time(9, 1, 59), Arrival("L", 1)),
        (time(9, 2), Arrival("L", 2)),
        (time(9, 29), Arrival("L", 29)),
        (time(9, 29, 59), Arrival("L", 29)),
        (time(9, 30, 0), Arrival("U", 30)),
        (time(11, 59, 59), Arrival("U", 179)),
        (time(12, 0, 0), None),
        (time(12, 20), None),
    ],
)
def test_arrival_in_the_morning(at: time, expected: Arrival | None) -> None:
    assert arrival(MORNING, AM, at).answer == expected


@pytest.mark.policy("P-4.1-17", "P-4.1-18", "P-4.4-1", "P-4.4-2")
@pytest.mark.parametrize(
    ("times", "at", "expected"),
    [
        (AFTERNOON, time(12, 20), Arrival("\\", None)),
        (AFTERNOON, time(12, 45), Arrival("\\", None)),
        (AFTERNOON, time(12, 59, 59), Arrival("L", 14)),
        (AFTERNOON, time(13), Arrival("U", 15)),
        (AFTERNOON, time(14), Arrival("U", 75)),
        (AFTERNOON, time(15, 4, 59), Arrival("U", 139)),
        (AFTERNOON, time(15, 5), None),
        (FRIDAY_AFTERNOON, time(13, 59, 59), Arrival("U", 74)),
        (FRIDAY_AFTERNOON, time(14), None),
    ],
)
def test_arrival_in_the_afternoon(times: RegisterTimes, at: time, expected: Arrival | None) -> None:
    assert arrival(times, PM, at).answer == expected


def test_arrival_says_why() -> None:
    said = [
        arrival(MORNING, AM, at).because
        for at in (time(9), time(9, 0, 1), time(9, 12), time(9, 30), time(12))
    ]
    assert said == [
        "Arrived at 09:00:00, by the time the morning register opened at 09:00.",
        "Arrived at 09:00:01, after the register opened at 09:00 and before it closed at 09:30.",
        "Arrived at 09:12, after the register opened at 09:00 and before it closed at 09:30.",
        "Arrived at 09:30, after the register closed at 09:30 and before the session ended at 12:00.",
        "Arrived at 12:00, when the morning session had ended at 12:00, so was not in it.",
    ]


_WORSE = {"/": 0, "\\": 0, "L": 1, "U": 2}


def _rank(answer: Arrival | None) -> tuple[int, int]:
    return (3, 0) if answer is None else (_WORSE[answer.code], answer.minutes_late or 0)


@given(register_times(), school_sessions, times_of_day, times_of_day)
def test_coming_later_is_never_better(
    times: RegisterTimes, session: SchoolSession, one: time, other: time
) -> None:
    earlier, later = sorted((one, other))
    assert _rank(arrival(times, session, earlier).answer) <= _rank(arrival(times, session, later).answer)


@given(register_times(), school_sessions, times_of_day)
def test_minutes_fit_the_code(times: RegisterTimes, session: SchoolSession, at: time) -> None:
    answer = arrival(times, session, at).answer
    if answer is not None and answer.minutes_late is not None:
        limits = (
            (1, times.open_minutes) if answer.code == "L" else (times.open_minutes, times.session_minutes)
        )
        assert limits[0] <= answer.minutes_late < limits[1]


@pytest.mark.policy("P-3.5-2")
@pytest.mark.parametrize(
    ("at", "in_time"),
    [(time(9, 14, 59), True), (time(9, 15), True), (time(9, 15, 1), False), (time(8, 50), True)],
)
def test_submitted_within_fifteen_minutes(at: time, in_time: bool) -> None:
    finding = was_submitted_in_time(MORNING, at, 15)
    assert finding.answer is in_time
    assert finding.facts["due_at"] == submission_due(MORNING, 15) == time(9, 15)


def test_submission_says_when_it_was_due() -> None:
    assert was_submitted_in_time(MORNING, time(9, 20), 15).because == (
        "Submitted at 09:20; it was due by 09:15, 15 minutes after the register opened."
    )
    assert "1 minute after" in was_submitted_in_time(MORNING, time(9, 20), 1).because


@pytest.mark.policy("P-4.1-2", "P-3.5-2")
@pytest.mark.parametrize(
    ("now", "none_marked", "some_marked"),
    [
        (time(8, 59, 59), S.NOT_OPEN, S.NOT_OPEN),
        (time(9, 0, 0), S.OPEN, S.PART),
        (time(9, 14, 59), S.OPEN, S.PART),
        (time(9, 15, 0), S.LATE, S.PART),
        (time(9, 29, 59), S.LATE, S.PART),
        (time(9, 30, 0), S.CLOSED, S.CLOSED),
        (time(23, 59), S.CLOSED, S.CLOSED),
        (None, S.CLOSED, S.CLOSED),
    ],
)
def test_states_through_the_morning(
    now: time | None, none_marked: RegisterState, some_marked: RegisterState
) -> None:
    assert register_state(MORNING, now, 8, 0, 15).answer is none_marked
    assert register_state(MORNING, now, 8, 1, 15).answer is some_marked
    assert register_state(MORNING, now, 8, 7, 15).answer is some_marked
    assert register_state(MORNING, now, 8, 8, 15).answer is S.SUBMITTED
    assert register_state(MORNING, now, 8, 9, 15).answer is S.SUBMITTED  # a pupil left after being marked
    assert register_state(MORNING, now, 0, 0, 15).answer is S.SUBMITTED


def test_a_register_due_when_it_closes_is_never_late() -> None:
    assert register_state(AFTERNOON, time(12, 59, 59), 8, 0, 15).answer is S.OPEN
    assert register_state(AFTERNOON, time(13), 8, 0, 15).answer is S.CLOSED


@pytest.mark.parametrize("now", [time(8), time(9, 5), time(10), None])
def test_other_days_do_not_go_by_the_time(now: time | None) -> None:
    assert register_state(MORNING, now, 8, 3, 15, is_past_day=True).answer is S.CLOSED
    assert register_state(MORNING, now, 8, 8, 15, is_past_day=True).answer is S.SUBMITTED
    assert register_state(MORNING, now, 8, 3, 15, is_future_day=True).answer is S.NOT_OPEN


def test_states_say_why() -> None:
    said = {
        register_state(MORNING, now, on_roster, marked, 15).because
        for now, on_roster, marked in [
            (time(8), 8, 0),
            (time(9), 8, 0),
            (time(9, 20), 8, 0),
            (time(9, 20), 8, 3),
            (time(9, 30), 8, 7),
            (time(9, 30), 8, 6),
            (time(9, 30), 8, 8),
            (time(9, 30), 0, 0),
        ]
    }
    assert said == {
        "The register opens at 09:00.",
        "Nobody is marked yet; the register is due by 09:15.",
        "Nobody is marked yet, and the register was due by 09:15.",
        "3 of 8 pupils have a mark; the register closes at 09:30.",
        "The register closed at 09:30 and 1 pupil is without a mark.",
        "The register closed at 09:30 and 2 pupils are without a mark.",
        "Every pupil on this register has a mark.",
        "No pupil is on this register.",
    }


def test_words_of_the_states() -> None:
    assert S.NOT_OPEN.words == "not open"


@given(
    register_times(),
    st.none() | times_of_day,
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(1, 60),
    st.sampled_from([(False, False), (True, False), (False, True)]),
)
def test_every_register_has_a_state(
    times: RegisterTimes,
    now: time | None,
    on_roster: int,
    marked: int,
    within_minutes: int,
    day: tuple[bool, bool],
) -> None:
    is_past, is_future = day
    finding = register_state(
        times, now, on_roster, marked, within_minutes, is_past_day=is_past, is_future_day=is_future
    )
    assert finding.facts["missing"] == max(0, on_roster - marked)
    assert (finding.answer is S.SUBMITTED) is (marked >= on_roster)
    assert finding.because.endswith(".")
