"""Leave of absence: who may ask, what can be granted, how early it came, and who was away all the same."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.access import Permission
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.leave import (
    RULES,
    Away,
    Circumstance,
    Decision,
    Ground,
    LeaveEvent,
    LeaveFacts,
    LeaveState,
    away_without_leave,
    check_decision,
    check_request,
    decide_by,
    lead_time,
    move,
)
from rollbook.domain.sessions import SchoolSession

AM, PM = SchoolSession.AM, SchoolSession.PM
TUE, WED, THU, FRI = (date(2026, 9, day) for day in (22, 23, 24, 25))
ASKED_ON = date(2026, 9, 14)
ABSENT = frozenset({"C", "N", "O", "G", "I"})

FUNERAL = LeaveFacts(
    ground=Ground.EXCEPTIONAL,
    first_day=WED,
    last_day=THU,
    received_on=ASKED_ON,
    detail="Grandmother’s funeral in Kraków",
    circumstance=Circumstance.FUNERAL.value,
    words="We ask for two days.",
    asked_by="Mo Abbott",
    by_parent_lived_with=True,
)
ONE_DAY = Decision(True, WED, WED, "Close family, far away", "One day is enough to be there and back.")
REFUSED = Decision(False, None, None, "Flights are cheaper", "A holiday is not exceptional.")


def fields(refusals: Any) -> list[str]:
    return [each.field for each in refusals]


@pytest.mark.policy("P-5.1-2", "P-5.1-3", "P-5.1-4", "P-5.1-5", "P-5.1-7", "P-4.3-6")
def test_each_ground_has_its_code_and_its_question() -> None:
    codes = {ground.value: RULES[ground].code for ground in Ground}
    assert codes == {
        "performance": "C1",
        "interview": "J1",
        "study": "S",
        "exceptional": "C",
        "religious": "R",
        "travelling": "T",
        "holiday": "C",
    }
    for ground in Ground:
        assert RULES[ground].code in BY_SYMBOL
        assert RULES[ground].asks.endswith("?")
        assert ground.words == RULES[ground].words


@pytest.mark.policy("P-5.1-9")
def test_the_policys_examples_of_circumstances_and_another_one_are_offered() -> None:
    assert [each.words for each in Circumstance][:2] == ["Death of a close relative", "Funeral"]
    assert len(list(Circumstance)) == 5


def test_a_request_in_writing_from_a_parent_the_pupil_lives_with_can_be_kept() -> None:
    assert check_request(FUNERAL, [WED, THU], ASKED_ON) == []


@pytest.mark.policy("P-4.3-2")
@pytest.mark.parametrize(
    ("changes", "school_days", "expected"),
    [
        ({"last_day": TUE}, [WED], ["last_day"]),
        ({"last_day": WED + timedelta(days=367)}, [WED], ["last_day"]),
        ({}, [], ["first_day"]),
        ({"received_on": ASKED_ON + timedelta(days=1)}, [WED], ["received_on"]),
        ({"asked_by": ""}, [WED], ["asked_by"]),
        ({"by_parent_lived_with": False}, [WED], ["asked_by"]),
        ({"words": ""}, [WED], ["words"]),
        ({"detail": ""}, [WED], ["detail"]),
        ({"circumstance": ""}, [WED], ["circumstance"]),
        ({"circumstance": "party"}, [WED], ["circumstance"]),
    ],
)
def test_what_can_not_be_kept_as_a_request(
    changes: dict[str, Any], school_days: list[date], expected: list[str]
) -> None:
    assert fields(check_request(replace(FUNERAL, **changes), school_days, ASKED_ON)) == expected


def test_a_pupil_above_compulsory_school_age_may_ask() -> None:
    asks = replace(FUNERAL, by_parent_lived_with=False, by_pupil_over_age=True)
    assert check_request(asks, [WED], ASKED_ON) == []


def test_an_interview_needs_no_circumstance_but_with_whom_it_is() -> None:
    interview = replace(FUNERAL, ground=Ground.INTERVIEW, circumstance="", detail="")
    (refusal,) = check_request(interview, [WED], ASKED_ON)
    assert "With whom is the interview?" in refusal.message


@pytest.mark.policy("P-5.1-12", "P-4.3-5")
@pytest.mark.parametrize(
    ("received_on", "is_in_time", "words"),
    [
        (date(2026, 9, 9), True, "Asked for 14 days before it begins."),
        (date(2026, 9, 10), False, "Asked for 13 days before it begins; the policy wants 14 where possible."),
        (date(2026, 9, 22), False, "Asked for 1 day before it begins; the policy wants 14 where possible."),
        (date(2026, 9, 24), False, "Asked for 1 day after it began."),
    ],
)
def test_how_early_it_was_asked_for(received_on: date, is_in_time: bool, words: str) -> None:
    found = lead_time(received_on, WED, 14)
    assert (found.answer, found.because) == (is_in_time, words)


def test_it_is_decided_within_five_school_days_and_before_it_begins() -> None:
    fifth = date(2026, 9, 21)
    assert decide_by(ASKED_ON, WED, fifth) == fifth
    assert decide_by(ASKED_ON, date(2026, 9, 16), fifth) == date(2026, 9, 15)
    assert decide_by(ASKED_ON, WED, None) == TUE
    assert decide_by(THU, WED, None) == THU  # asked for after it began: at once


@pytest.mark.policy("P-5.1-8", "P-5.1-11")
def test_fewer_days_than_asked_for_can_be_granted() -> None:
    assert check_decision(FUNERAL, ONE_DAY, TUE) == []
    assert check_decision(FUNERAL, REFUSED, TUE) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"considered": ""}, ["considered"]),
        ({"first_day": None}, ["granted_first_day"]),
        ({"last_day": None}, ["granted_first_day"]),
        ({"first_day": THU, "last_day": WED}, ["granted_last_day"]),
        ({"last_day": FRI}, ["granted_first_day"]),
        ({"first_day": TUE}, ["granted_first_day"]),
        ({"is_granted": False, "because": ""}, ["because"]),
    ],
)
def test_what_can_not_be_decided(changes: dict[str, Any], expected: list[str]) -> None:
    assert fields(check_decision(FUNERAL, replace(ONE_DAY, **changes), TUE)) == expected


def test_leave_is_never_granted_for_days_that_are_over() -> None:
    (refusal,) = check_decision(FUNERAL, ONE_DAY, THU)
    assert "never for days that are over" in refusal.message
    assert check_decision(FUNERAL, replace(ONE_DAY, first_day=THU, last_day=THU), THU) == []


def test_only_the_sessions_asked_for_can_be_granted() -> None:
    mornings = replace(FUNERAL, sessions="AM")
    assert fields(check_decision(mornings, ONE_DAY, TUE)) == ["granted_sessions"]
    assert check_decision(mornings, replace(ONE_DAY, sessions="AM"), TUE) == []
    assert check_decision(FUNERAL, replace(ONE_DAY, sessions="PM"), TUE) == []


@pytest.mark.policy("P-5.1-10", "P-5.1-15", "P-5.1-17")
@pytest.mark.parametrize("ground", [Ground.HOLIDAY, Ground.RELIGIOUS, Ground.TRAVELLING, Ground.PERFORMANCE])
def test_where_the_law_or_the_policy_has_a_test_the_head_confirms_it(ground: Ground) -> None:
    facts = replace(FUNERAL, ground=ground)
    assert fields(check_decision(facts, ONE_DAY, TUE)) == ["is_confirmed"]
    assert check_decision(facts, replace(ONE_DAY, is_confirmed=True), TUE) == []
    assert check_decision(facts, REFUSED, TUE) == []
    assert RULES[ground].usually_refused is (ground is Ground.HOLIDAY)


def test_it_is_decided_again_with_a_reason_until_it_begins() -> None:
    assert fields(check_decision(FUNERAL, REFUSED, TUE, is_again=True)) == ["again_because"]
    again = replace(REFUSED, again_because="The funeral was put off")
    assert check_decision(FUNERAL, again, TUE, is_again=True, granted_from=WED) == []
    (refusal,) = check_decision(FUNERAL, again, WED, is_again=True, granted_from=WED)
    assert "The leave has begun" in refusal.message
    assert check_decision(FUNERAL, again, FRI, is_again=True) == []  # nothing was granted


def test_who_moves_a_request_where() -> None:
    asked, granted, refused, withdrawn = LeaveState
    assert move(asked, LeaveEvent.GRANT) == (granted, Permission.LEAVE_DECIDE)
    assert move(granted, LeaveEvent.WITHDRAW) == (withdrawn, Permission.LEAVE_RECORD)
    assert move(refused, LeaveEvent.GRANT) == (granted, Permission.LEAVE_DECIDE)
    assert move(granted, LeaveEvent.CHANGE) is None
    assert all(move(withdrawn, event) is None for event in LeaveEvent)
    assert {state.words for state in LeaveState} == {
        "Waiting for a decision",
        "Granted",
        "Refused",
        "Withdrawn",
    }


GRANTED_WED = {(WED, AM), (WED, PM)}


@pytest.mark.policy("P-5.1-8")
def test_the_day_that_was_not_granted_is_found_with_its_code() -> None:
    marks = [(WED, AM, "C"), (WED, PM, "C"), (THU, AM, "C"), (THU, PM, "N"), (FRI, AM, "/"), (FRI, PM, "N")]
    assert away_without_leave(FUNERAL, GRANTED_WED, marks, ABSENT) == [
        Away(THU, AM, "C", "O"),
        Away(THU, PM, "N", "O"),
    ]


def test_who_stays_away_after_leave_is_found_until_they_are_back() -> None:
    marks = [(THU, AM, "O"), (FRI, AM, "N"), (FRI, PM, "/"), (FRI + timedelta(days=3), AM, "N")]
    assert away_without_leave(FUNERAL, {(THU, AM)}, marks, ABSENT) == [Away(FRI, AM, "N", "O")]


def test_a_refused_holiday_is_g_and_an_illness_is_left_alone() -> None:
    holiday = replace(FUNERAL, ground=Ground.HOLIDAY)
    marks = [(TUE, AM, "N"), (WED, AM, "O"), (WED, PM, "G"), (THU, AM, "I"), (THU, PM, "/")]
    assert away_without_leave(holiday, (), marks, ABSENT) == [
        Away(WED, AM, "O", "G"),
        Away(WED, PM, "G", ""),
        Away(THU, AM, "I", ""),
    ]


_MARKS = st.lists(st.sampled_from(["/", "C", "N", "O", "G", "I"]), max_size=12)


@given(codes=_MARKS, granted=st.sets(st.integers(0, 11)), is_holiday=st.booleans())
def test_what_is_found_is_never_granted_never_attended_and_never_right_already(
    codes: list[str], granted: set[int], is_holiday: bool
) -> None:
    facts = replace(FUNERAL, ground=Ground.HOLIDAY) if is_holiday else FUNERAL
    slots = [(WED + timedelta(days=number // 2), (AM, PM)[number % 2]) for number in range(len(codes))]
    marks = [(on, each, code) for (on, each), code in zip(slots, codes, strict=True)]
    leave = {slots[number] for number in granted if number < len(slots)}
    for away in away_without_leave(facts, leave, marks, ABSENT):
        assert (away.on, away.session) not in leave
        assert away.code in ABSENT
        assert away.should_be in {"", "G" if is_holiday else "O"} - {away.code}
        back = [on for on, _, code in marks if on > facts.last_day and code not in ABSENT]
        assert not back or away.on <= min(back)


@given(days=st.integers(-30, 60), wanted=st.integers(1, 60))
def test_in_time_is_exactly_as_many_days_as_the_policy_wants(days: int, wanted: int) -> None:
    assert lead_time(WED - timedelta(days=days), WED, wanted).answer is (days >= wanted)
