"""The grounds of regulation 9: what each one needs, what the registers decide, what only a reason can stand in for."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.access import Permission
from rollbook.domain.calendar import AcademicYearDates, ClosedSpan, DayKind, SchoolCalendar, TermDates
from rollbook.domain.law import Confirmation, NotInForce
from rollbook.domain.removal import (
    Answer,
    RemovalCheck,
    RemovalFacts,
    check_removal,
    conditions_of,
    continuous_absence,
    is_open_to,
    marks_outside,
    words_for_marks,
)
from rollbook.domain.removal_conditions import ABSENCE_CODES, AnswerKind, Ground
from rollbook.domain.removal_grounds import AUTHORITY_CONSENT, GROUNDS
from rollbook.domain.removal_steps import STEPS, Mover, RemovalMove, RemovalState, may_move
from rollbook.domain.sessions import SchoolSession

TODAY = date(2026, 11, 20)
CALENDAR = SchoolCalendar(
    years=(
        AcademicYearDates(
            "2026/27",
            date(2026, 9, 1),
            date(2027, 8, 31),
            (
                TermDates("Autumn term", date(2026, 9, 1), date(2026, 12, 18)),
                TermDates("Spring term", date(2027, 1, 4), date(2027, 3, 26)),
                TermDates("Summer term", date(2027, 4, 12), date(2027, 7, 21)),
            ),
        ),
    ),
    closed=(ClosedSpan(DayKind.HALF_TERM, "Half term", date(2026, 10, 26), date(2026, 10, 30)),),
    bank_holidays={},
    day_times=(),
)
_GROUNDS = GROUNDS.on(TODAY).value
AM, PM = SchoolSession.AM, SchoolSession.PM


def facts(**changed: object) -> RemovalFacts:
    """A pupil of fourteen at an independent school, who leaves today and has no mark."""
    given: dict[str, object] = {
        "born_on": date(2012, 6, 20),
        "is_boarder": False,
        "first_day": date(2026, 9, 1),
        "last_day": TODAY,
        "today": TODAY,
        "calendar": CALENDAR,
        "marks": {},
        "legal_type": "independent",
    }
    return RemovalFacts(**(given | changed))  # type: ignore[arg-type]


def all_right(ground: Ground, known: RemovalFacts) -> dict[str, Answer]:
    """The answers with which nothing stands in the way."""
    answers: dict[str, Answer] = {}
    for condition in conditions_of(ground, known):
        if condition.kind is AnswerKind.YES_NO:
            answers[condition.name] = condition.wanted
        else:
            answers[condition.name] = (
                known.first_day if condition.kind is AnswerKind.DATE else "Moor Lane School"
            )
    return answers


def check(letter: str, known: RemovalFacts | None = None, **changed: Answer) -> RemovalCheck:
    known = known or facts()
    ground = _GROUNDS[letter]
    return check_removal(ground, all_right(ground, known) | changed, known)


def marks_of(codes: list[str], until: date = TODAY) -> dict[tuple[date, SchoolSession], str]:
    """Marks for both sessions of the last school days, the last code for the last day."""
    days = [*CALENDAR.school_days(date(2026, 9, 1), until)][-len(codes) :]
    return {(day, session): code for day, code in zip(days, codes, strict=True) for session in SchoolSession}


def fields(found: RemovalCheck) -> set[str]:
    return {refusal.field for refusal in found.refusals}


# --- The fifteen grounds -----------------------------------------------------------------------------------------


def test_there_are_fifteen_grounds_from_19_august_2024() -> None:
    assert "".join(_GROUNDS) == "ABCDEFGHIJKLMNO"
    with pytest.raises(NotInForce):
        GROUNDS.on(date(2024, 8, 18))


WORKED_OUT = {"H": facts(marks=marks_of(["O"] * 30)), "I": facts(marks=marks_of(["O"] * 20))}
WORKED_OUT["L"] = facts(
    born_on=date(2011, 3, 1), last_day=date(2027, 6, 25), today=date(2027, 6, 25), calendar=CALENDAR
)
WORKED_OUT["M"] = facts(is_boarder=True, legal_type="academy")


@pytest.mark.policy("P-4.1-1")
@pytest.mark.parametrize("letter", "ABCDEFGHIJKLMNO")
def test_a_ground_that_is_wholly_met_is_open(letter: str) -> None:
    found = check(letter, WORKED_OUT.get(letter))
    assert found.refusals == ()
    # Nursery for a pupil of fourteen is odd and only warned of.
    assert bool(found.warnings) == (letter == "B")


@pytest.mark.parametrize("letter", "ABCDEFGHIJKLMNO")
def test_each_condition_that_was_read_in_a_source_stands_in_the_way_and_a_remembered_one_warns(
    letter: str,
) -> None:
    known = WORKED_OUT.get(letter) or facts()
    ground = _GROUNDS[letter]
    for condition in conditions_of(ground, known):
        missing = check(letter, known, **{condition.name: None})
        assert condition.name in fields(missing), "what is not answered is never taken as met"
        if condition.kind is not AnswerKind.YES_NO:
            continue
        wrong = check(letter, known, **{condition.name: not condition.wanted})
        if condition.is_hard:
            assert condition.name in fields(wrong)
        else:
            assert condition.citation.confirmation is Confirmation.FROM_MEMORY
            assert wrong.refusals == ()
            assert condition.refusal in {warning.because for warning in wrong.warnings}


def test_an_empty_text_answers_nothing_and_a_day_after_the_last_is_no_fact_yet() -> None:
    assert "other_school" in fields(check("A", other_school="  "))
    found = check("F", stated_last_day=TODAY + timedelta(days=1))
    assert fields(found) == {"stated_last_day"}
    assert "later than the last day on roll, 20 November 2026" in found.refusals[0].message
    assert check("F", stated_last_day=TODAY).refusals == ()


def test_telling_the_school_is_not_enough_for_home_education() -> None:
    (refusal,) = check("F", is_in_writing=False).refusals
    assert refusal.field == "is_in_writing"
    assert "Ask for it in writing" in refusal.message


# --- The kind of school ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letter", "legal_type", "is_open"),
    [
        ("N", "independent", True),
        ("N", "non-maintained-special", True),
        ("N", "maintained", False),
        ("N", "academy", False),
        ("M", "academy", True),
        ("M", "maintained", True),
        ("M", "independent", False),
    ],
)
def test_some_grounds_are_for_some_kinds_of_school(letter: str, legal_type: str, is_open: bool) -> None:
    known = facts(legal_type=legal_type, is_boarder=True)
    assert (check(letter, known).refusals == ()) == is_open
    opening = is_open_to(_GROUNDS[letter], known)
    assert opening.answer == is_open
    assert is_open or "This school is among the" in opening.because


def test_boarders_and_distance() -> None:
    assert "only for boarders" in check("M", facts(legal_type="academy")).refusals[0].message
    boarder = check("G", facts(is_boarder=True))
    assert boarder.refusals == ()
    assert "a boarder" in boarder.warnings[0].because


def test_nursery_is_for_the_young() -> None:
    assert check("B", facts(born_on=date(2022, 1, 10))).warnings == ()
    assert "older than nursery" in check("B").warnings[0].because


def test_the_authority_that_placed_a_pupil_is_asked_for_its_consent_but_not_at_a_death() -> None:
    known = facts(placed_by="Birmingham")
    assert AUTHORITY_CONSENT in conditions_of(_GROUNDS["N"], known)
    assert AUTHORITY_CONSENT not in conditions_of(_GROUNDS["K"], known)
    assert AUTHORITY_CONSENT not in conditions_of(_GROUNDS["N"], facts())
    (warning,) = check("N", known, authority_consents=False).warnings
    assert "only with its consent" in warning.because


# --- Ground I ----------------------------------------------------------------------------------------------------


def test_nineteen_days_and_a_late_mark_are_not_twenty() -> None:
    """Worked example 8.9: 19 days O, then U on Tue 3 Nov."""
    third = date(2026, 11, 3)
    marks = marks_of(["O"] * 19 + ["U"], third)
    run = continuous_absence(CALENDAR, marks, date(2026, 9, 1), third)
    assert run.answer == 0
    assert "U (" in run.because
    assert "on 3 November 2026 in the morning after 19 school days coded only G, N or O" in run.because
    assert run.facts["run_before_the_break"] == 19
    found = check("I", facts(marks=marks, last_day=third, today=third))
    assert [refusal.message for refusal in found.refusals] == [run.because]
    assert not is_open_to(_GROUNDS["I"], facts(marks=marks, last_day=third, today=third)).answer


def test_twenty_school_days_are_counted_over_the_holiday() -> None:
    third = date(2026, 11, 3)
    for count, expected in ((19, 19), (20, 20), (25, 25)):
        run = continuous_absence(CALENDAR, marks_of(["O"] * count, third), date(2026, 9, 1), third)
        assert run.answer == expected
        found = check("I", facts(marks=marks_of(["G"] * count, third), last_day=third, today=third))
        assert (found.refusals == ()) == (expected >= 20)
    assert "Every session of the last 25 school days" in run.because
    assert "Before that there is no mark on" in run.because


def test_a_session_without_a_mark_breaks_the_run_and_so_does_half_a_day() -> None:
    marks = marks_of(["N"] * 20)
    del marks[TODAY - timedelta(days=1), PM]
    run = continuous_absence(CALENDAR, marks, date(2026, 9, 1), TODAY)
    assert run.answer == 1
    assert "the last 1 school day is" in run.because
    assert "no mark on 19 November 2026 in the afternoon" in run.because


def test_a_run_that_has_no_school_day_or_no_break() -> None:
    assert "no school day to count" in continuous_absence(CALENDAR, {}, TODAY, TODAY - timedelta(1)).because
    first = date(2026, 11, 19)
    run = continuous_absence(CALENDAR, marks_of(["O", "O"]), first, TODAY)
    assert (run.answer, run.because.count("no mark")) == (2, 0)
    bare = continuous_absence(CALENDAR, {}, first, TODAY)
    assert bare.because.startswith(
        "There is no mark on 20 November 2026 in the morning: that breaks the run."
    )


def test_today_counts_once_both_registers_are_taken() -> None:
    until_yesterday = marks_of(["O"] * 20, TODAY - timedelta(days=1))
    assert check("I", facts(marks=until_yesterday)).refusals == ()
    morning = {**until_yesterday, (TODAY, AM): "/"}
    assert check("I", facts(marks=morning)).refusals == ()
    both = {**morning, (TODAY, PM): "O"}
    assert fields(check("I", facts(marks=both))) == {""}


@given(st.lists(st.sampled_from(["G", "N", "O", "U", "I", "/"]), min_size=1, max_size=45))
def test_the_run_is_what_a_simple_count_makes_it(codes: list[str]) -> None:
    run = 0
    for code in reversed(codes):
        if code not in ABSENCE_CODES:
            break
        run += 1
    days = CALENDAR.school_days(date(2026, 9, 1), TODAY)
    first_day = days[-len(codes)]
    assert continuous_absence(CALENDAR, marks_of(codes), first_day, TODAY).answer == run


# --- Ground H ----------------------------------------------------------------------------------------------------


def test_ten_school_days_after_the_leave_are_waited_for() -> None:
    # Leave until Fri 16 Oct: five school days, the half term, and the tenth school day is Fri 6 Nov.
    ended = date(2026, 10, 16)
    early = check("H", facts(today=date(2026, 11, 5), last_day=date(2026, 11, 5)), leave_ended_on=ended)
    assert fields(early) == {"leave_ended_on"}
    assert "The tenth school day after the leave, 6 November 2026, is not over" in early.refusals[0].message
    assert check("H", facts(), leave_ended_on=ended).refusals == ()
    came_back = {(date(2026, 11, 6), PM): "L"}
    (refusal,) = check("H", facts(marks=came_back), leave_ended_on=ended).refusals
    assert "has the pupil back on 6 November 2026 in the afternoon" in refusal.message
    after_that = {(date(2026, 11, 9), AM): "/", (date(2026, 11, 6), AM): "O"}
    assert check("H", facts(marks=after_that), leave_ended_on=ended).refusals == ()
    beyond = facts(today=date(2027, 7, 21), last_day=date(2027, 7, 21))
    assert (
        "after the leave is not over"
        in check("H", beyond, leave_ended_on=date(2027, 7, 20)).refusals[0].message
    )


def test_ground_h_can_be_chosen_before_anything_is_answered() -> None:
    assert is_open_to(_GROUNDS["H"], facts()).answer


# --- Ground L ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born_on", "last_day", "is_open"),
    [
        # Sixteen in the school year 2026/27: of compulsory school age up to Friday 25 June 2027.
        (date(2011, 3, 1), date(2027, 6, 24), False),
        (date(2011, 3, 1), date(2027, 6, 25), True),
        # One day too young: sixteen on 1 September 2027.
        (date(2011, 9, 1), date(2027, 7, 21), False),
        # The calendar ends: the day after counts.
        (date(2011, 3, 1), date(2027, 7, 21), True),
        # Four years old is of no compulsory age either, and no leaver.
        (date(2023, 3, 1), date(2027, 6, 25), False),
    ],
)
def test_over_compulsory_age_when_the_school_next_meets(born_on: date, last_day: date, is_open: bool) -> None:
    known = facts(born_on=born_on, last_day=last_day, today=last_day)
    assert (check("L", known).refusals == ()) == is_open
    assert is_open or "of compulsory school age" in is_open_to(_GROUNDS["L"], known).because


# --- The last day ------------------------------------------------------------------------------------------------


def test_a_last_day_before_marks_is_refused_and_says_which() -> None:
    marks = {(date(2026, 11, 19), AM): "N", (TODAY, PM): "O"}
    (refusal,) = check("N", facts(marks=marks, last_day=date(2026, 11, 18))).refusals
    assert refusal.field == "last_day"
    assert "N on 19 November 2026 in the morning, O on 20 November 2026 in the afternoon" in refusal.message
    assert "choose 20 November 2026 or later" in refusal.message
    assert check("N", facts(marks=marks)).refusals == ()
    death = check("K", facts(marks=marks, last_day=date(2026, 11, 18)), died_on=date(2026, 11, 18))
    assert death.refusals == ()
    assert "They stay in the history" in death.warnings[0].because


def test_a_last_day_must_be_on_the_roll_and_near() -> None:
    assert (
        "not on roll before"
        in check("N", facts(last_day=date(2026, 8, 31)), ceased_on=date(2026, 8, 31)).refusals[0].message
    )
    assert "more than a year" in check("N", facts(last_day=date(2028, 1, 1))).refusals[0].message


def test_marks_are_named_up_to_six() -> None:
    marks = [(date(2026, 11, 2) + timedelta(days=number), AM, "N") for number in range(8)]
    assert words_for_marks(marks).endswith("N on 7 November 2026 in the morning and 2 more")
    kept = {(day, session): symbol for day, session, symbol in marks}
    assert marks_outside(kept, date(2026, 11, 3), None) == marks[:1]
    assert marks_outside(kept, date(2026, 11, 2), date(2026, 11, 8)) == marks[7:]


# --- Two people --------------------------------------------------------------------------------------------------


def mover(**changed: object) -> Mover:
    given: dict[str, object] = {
        "permissions": frozenset(Permission),
        "is_proposer": False,
        "approver_count": 2,
        "reason": "seen",
    }
    return Mover(**(given | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(("state", "move"), list(product(RemovalState, RemovalMove)))
def test_the_table_is_all_there_is(state: RemovalState, move: RemovalMove) -> None:
    to, refusals = may_move(state, move, mover())
    if (state, move) in STEPS:
        assert to is STEPS[state, move].to
        assert refusals == ()
        lacking = may_move(state, move, mover(permissions=frozenset()))
        assert lacking[0] is None
        without_reason = may_move(state, move, mover(reason=" "))
        assert (without_reason[0] is None) == STEPS[state, move].needs_reason
    else:
        assert to is None
        assert refusals[0].message


def test_nobody_approves_their_own_request_while_there_is_somebody_else() -> None:
    to, (refusal,) = may_move(RemovalState.PROPOSED, RemovalMove.APPROVE, mover(is_proposer=True))
    assert to is None
    assert "Somebody else" in refusal.message
    with_reason = mover(is_proposer=True, alone_because="I am in a hurry")
    assert may_move(RemovalState.PROPOSED, RemovalMove.APPROVE, with_reason)[0] is None


def test_a_school_with_one_approver_says_why_there_is_no_second_person() -> None:
    alone = mover(is_proposer=True, approver_count=1)
    to, (refusal,) = may_move(RemovalState.PROPOSED, RemovalMove.APPROVE, alone)
    assert (to, refusal.field) == (None, "alone_because")
    alone = mover(is_proposer=True, approver_count=1, alone_because="The deputy is on maternity leave")
    assert may_move(RemovalState.PROPOSED, RemovalMove.APPROVE, alone) == (RemovalState.APPROVED, ())
