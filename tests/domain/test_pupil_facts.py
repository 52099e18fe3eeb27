"""What a pupil's records say about one session, worked out by hand: domain.md 2.1, 5.6 and 5.7."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.pupil_facts import (
    PartTime,
    Planned,
    PupilFacts,
    Suspension,
    expected,
    facts_from,
    in_order,
    may_be_filled_in,
    ordinal,
    suspension_notice,
)
from rollbook.domain.sessions import SchoolSession
from tests.domain.school import CALENDAR
from tests.strategies import planned_marks, school_sessions

AM, PM = SchoolSession.AM, SchoolSession.PM
MONDAY = date(2026, 9, 14)
THURSDAY = date(2026, 9, 17)
TERM = (date(2026, 9, 2), date(2026, 12, 18))
BORN_ON = date(2014, 5, 17)
THURSDAYS, MONDAY_TO_FRIDAY = 0b1000, 0b11111


def facts(
    *planned: Planned, on: date = MONDAY, session: SchoolSession = AM, born_on: date = BORN_ON
) -> PupilFacts:
    return facts_from(planned, born_on=born_on, on=on, session=session, calendar=CALENDAR)


def test_a_pupil_without_records_has_an_age_and_nothing_else() -> None:
    assert facts() == PupilFacts(is_compulsory_age=True)
    assert facts(born_on=date(2022, 5, 17)).is_compulsory_age is False


@pytest.mark.parametrize(
    ("planned", "on", "session", "is_for"),
    [
        (Planned("M", MONDAY, MONDAY), MONDAY, AM, True),
        (Planned("M", MONDAY, MONDAY), MONDAY, PM, True),
        (Planned("M", MONDAY, MONDAY), date(2026, 9, 15), AM, False),
        (Planned("M", MONDAY, MONDAY, sessions="PM"), MONDAY, AM, False),
        (Planned("M", MONDAY, MONDAY, sessions="PM"), MONDAY, PM, True),
        (Planned("D", *TERM, weekdays=THURSDAYS), THURSDAY, AM, True),
        (Planned("D", *TERM, weekdays=THURSDAYS), MONDAY, AM, False),
    ],
)
def test_which_sessions_a_plan_is_for(
    planned: Planned, on: date, session: SchoolSession, is_for: bool
) -> None:
    assert planned.is_for(on, session) is is_for


def test_a_pupil_of_two_schools_is_due_at_the_other_one_on_its_days() -> None:
    dual = Planned("D", *TERM, weekdays=THURSDAYS, provider="Ashdown School")
    on_monday, on_thursday = facts(dual), facts(dual, on=THURSDAY)

    assert (on_monday.other_school, on_monday.is_due_elsewhere, on_monday.known) == (
        "Ashdown School",
        False,
        (),
    )
    assert (on_thursday.other_school, on_thursday.is_due_elsewhere) == ("Ashdown School", True)
    assert facts(dual, on=date(2027, 1, 7)).other_school == ""


def test_a_part_time_timetable_says_when_the_pupil_is_away_and_until_when() -> None:
    afternoons = Planned("C2", MONDAY, date(2026, 10, 23), sessions="PM", weekdays=MONDAY_TO_FRIDAY)

    assert facts(afternoons).part_time == PartTime(date(2026, 10, 23), is_agreed_absence=False)
    assert facts(afternoons, session=PM).part_time == PartTime(date(2026, 10, 23), is_agreed_absence=True)
    ended = facts(afternoons, on=date(2026, 11, 2), session=PM)
    assert ended.part_time == PartTime(date(2026, 10, 23), is_agreed_absence=False)
    assert facts(afternoons, on=date(2026, 9, 11), session=PM).part_time is None


@pytest.mark.parametrize(
    ("on", "school_day"),
    [
        # Suspended on Thu 22 October; 26-30 October is half term.
        (date(2026, 10, 22), 1),
        (date(2026, 10, 23), 2),
        (date(2026, 11, 2), 3),
        (date(2026, 11, 4), 5),
        (date(2026, 11, 5), 6),
    ],
)
def test_school_days_of_a_suspension_are_counted_by_the_calendar(on: date, school_day: int) -> None:
    suspended = Planned("E", date(2026, 10, 22), date(2026, 11, 13))
    assert facts(suspended, on=on).suspension == Suspension(date(2026, 10, 22), school_day)


def test_a_suspension_that_follows_another_without_a_school_day_between_goes_on_counting() -> None:
    first = Planned("E", date(2026, 9, 10), date(2026, 9, 11))
    second = Planned("E", MONDAY, date(2026, 9, 18))
    assert facts(first, second, on=THURSDAY).suspension == Suspension(date(2026, 9, 10), 6)
    assert facts(second, on=THURSDAY).suspension == Suspension(MONDAY, 4)


def test_a_suspension_after_a_day_at_school_begins_to_count_again() -> None:
    first = Planned("E", date(2026, 9, 8), date(2026, 9, 10))
    second = Planned("E", MONDAY, date(2026, 9, 18))
    assert facts(first, second, on=THURSDAY).suspension == Suspension(MONDAY, 4)


def test_a_suspension_that_is_over_or_to_come_is_none() -> None:
    over = Planned("E", date(2026, 9, 7), date(2026, 9, 11))
    to_come = Planned("E", date(2026, 9, 15), date(2026, 9, 18))
    assert facts(over, to_come).suspension is None


def test_a_suspension_from_the_first_day_of_the_calendar_counts_from_it() -> None:
    first_school_day = date(2026, 9, 2)
    suspended = Planned("E", first_school_day, date(2026, 9, 4))
    assert facts(suspended, on=first_school_day).suspension == Suspension(first_school_day, 1)


@pytest.mark.policy("P-A-12")
def test_a_suspended_pupil_is_at_other_provision_only_where_its_provider_is_named() -> None:
    hospital, nameless = Planned("K", *TERM, provider="City hospital school"), Planned("K", *TERM)
    centre = Planned("B", *TERM, provider="Hill Centre", is_provision=True)
    workshop, trip = Planned("B", *TERM, provider="Theatre"), Planned("V", *TERM, provider="Zoo")
    assert PupilFacts(known=(hospital, nameless)).provision == hospital
    assert PupilFacts(known=(hospital, centre)).provision == centre  # recorded last
    assert PupilFacts(known=(nameless, workshop, trip)).provision is None


@pytest.mark.parametrize(
    ("codes", "order"),
    [
        (["O", "N", "G", "C2", "M", "V", "E", "D", "Y4"], ["Y4", "D", "E", "V", "M", "C2", "G", "N", "O"]),
        (["E", "B"], ["E", "B"]),
        (["V", "E"], ["E", "V"]),
        (["E", "K"], ["K", "E"]),
        (["E", "I"], ["E", "I"]),
        (["M", "I"], ["I", "M"]),
        (["C2", "I"], ["I", "C2"]),
        (["I", "C2"], ["I", "C2"]),
        (["X", "R"], ["R", "X"]),
    ],
)
def test_what_wins_where_two_plans_fit_one_session(codes: list[str], order: list[str]) -> None:
    known = tuple(Planned(code, MONDAY, MONDAY) for code in codes)
    assert [each.code for each in in_order(PupilFacts(known=known))] == order


@pytest.mark.policy("P-A-10")
@pytest.mark.parametrize("code", ["V", "P", "W", "B"])
def test_a_suspended_pupil_is_never_filled_in_as_on_an_activity_of_the_school(code: str) -> None:
    # Suspended from Monday 14 September: Friday is the 5th school day, Monday 21 September the 6th.
    suspended, activity = Planned("E", MONDAY, date(2026, 9, 25)), Planned(code, *TERM, provider="Zoo")
    assert expected(facts(suspended, activity, on=date(2026, 9, 18))) == suspended
    on_the_sixth = facts(suspended, activity, on=date(2026, 9, 21))
    assert expected(on_the_sixth) is None
    assert suspension_notice(on_the_sixth).startswith("6th day of the suspension")
    assert expected(facts(suspended, activity, on=date(2026, 9, 28))) == activity


def test_nothing_is_filled_in_where_nothing_is_known() -> None:
    assert expected(PupilFacts()) is None


def test_the_register_is_filled_in_with_e_for_five_school_days() -> None:
    suspended = Planned("E", MONDAY, date(2026, 9, 25))
    on_friday, on_monday = facts(suspended, on=date(2026, 9, 18)), facts(suspended, on=date(2026, 9, 21))
    assert expected(on_friday) == suspended
    assert expected(on_monday) is None
    assert suspension_notice(on_friday) == ""
    assert suspension_notice(on_monday) == (
        "6th day of the suspension: full-time education must be arranged; use the code of that provision."
    )


@pytest.mark.parametrize("code", ["K", "B", "D"])
def test_provision_from_the_sixth_day_is_filled_in_and_nothing_is_left_to_arrange(code: str) -> None:
    suspended = Planned("E", MONDAY, date(2026, 9, 25))
    provision = Planned(code, *TERM, provider="Ashdown", is_provision=code == "B")
    known = facts(suspended, provision, on=date(2026, 9, 21))
    assert expected(known) == provision
    assert suspension_notice(known) == ""


def test_a_plan_of_x_is_filled_in_until_the_pupil_is_of_compulsory_school_age() -> None:
    part_time = Planned("X", date(2026, 12, 1), date(2027, 2, 28))
    born_on = date(2021, 11, 3)  # five on 3 November 2026, of compulsory school age from 31 December
    assert expected(facts(part_time, on=date(2026, 12, 18), born_on=born_on)) == part_time
    assert expected(facts(part_time, on=date(2027, 1, 4), born_on=born_on)) is None


def test_e_without_a_count_of_days_may_be_filled_in() -> None:
    assert may_be_filled_in(Planned("E", MONDAY, MONDAY), PupilFacts()) is True


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (6, "6th"),
        (11, "11th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_places_in_a_row(number: int, words: str) -> None:
    assert ordinal(number) == words


@given(st.lists(planned_marks(), max_size=6), st.dates(*TERM), school_sessions)
def test_facts_hold_exactly_what_is_planned_for_the_session(
    planned: list[Planned], on: date, session: SchoolSession
) -> None:
    known = facts(*planned, on=on, session=session).known
    assert sorted(map(repr, known)) == sorted(repr(each) for each in planned if each.is_for(on, session))
    assert sorted(map(repr, in_order(PupilFacts(known=known)))) == sorted(map(repr, known))


@given(st.lists(planned_marks(), max_size=6), st.dates(*TERM), school_sessions)
def test_a_suspended_pupil_is_suspended_for_one_school_day_more_each_school_day(
    planned: list[Planned], on: date, session: SchoolSession
) -> None:
    tomorrow = CALENDAR.next_school_day(on)
    today_s = facts(*planned, on=on, session=session).suspension
    next_s = tomorrow and facts(*planned, on=tomorrow, session=session).suspension
    if today_s and next_s and CALENDAR.is_school_day(on) and today_s.first_day == next_s.first_day:
        assert next_s.school_day == today_s.school_day + 1
