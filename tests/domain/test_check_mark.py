"""Which marks may be made by whom, and what the refusals say: domain.md section 2, policy 3.5, 4.1 and 4.4."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.adviser import CodeAdvice, advise_on
from rollbook.domain.codes import BY_SYMBOL, CODES, AttendanceCode, Needs, Setter
from rollbook.domain.marks import RegisterTimes, SchoolSession, check_mark
from rollbook.domain.pupil_facts import PupilFacts
from rollbook.domain.refusals import Refusal
from tests.domain.school import AFTERNOON, FRIDAY_AFTERNOON, MORNING
from tests.strategies import codes, register_times, school_sessions, setter_sets

AM, PM = SchoolSession.AM, SchoolSession.PM
EVERYBODY = frozenset(Setter)
TEACHER = frozenset({Setter.TEACHER})
OFFICE = frozenset({Setter.TEACHER, Setter.OFFICE})


def check(
    symbol: str,
    minutes_late: int | None = None,
    *,
    session: SchoolSession = AM,
    note: str = "",
    times: RegisterTimes | None = MORNING,
    setters: frozenset[Setter] = EVERYBODY,
    may_keep: str | None = None,
    advice: CodeAdvice | None = None,
) -> list[Refusal]:
    return check_mark(
        code=BY_SYMBOL[symbol],
        session=session,
        minutes_late=minutes_late,
        note=note,
        times=times,
        roles_allowed=setters,
        may_keep=may_keep,
        advice=advice,
    )


def said_of(symbol: str, facts: PupilFacts, session: SchoolSession = AM) -> CodeAdvice:
    return advise_on(facts, BY_SYMBOL[symbol], date(2026, 9, 14), session)


def refused(field: str, message: str) -> list[Refusal]:
    return [Refusal(field, message)]


BY_HAND = [code for code in CODES if code.is_entered_by_hand]


@pytest.mark.parametrize("code", BY_HAND, ids=lambda code: code.symbol)
def test_every_code_can_be_made_with_what_it_needs(code: AttendanceCode) -> None:
    minutes = 12 if Needs.MINUTES in code.needs else None
    session = PM if code.symbol == "\\" else AM
    note = code.nature_example
    assert check(code.symbol, minutes, session=session, note=note) == []


@pytest.mark.policy("P-3.5-1")
@pytest.mark.parametrize("code", BY_HAND, ids=lambda code: code.symbol)
@pytest.mark.parametrize("setter", [Setter.TEACHER, Setter.OFFICE, Setter.ATTENDANCE, Setter.HEAD])
def test_only_the_hands_of_the_table_may_set_a_code(code: AttendanceCode, setter: Setter) -> None:
    refusals = check(code.symbol, 12, note="what it was", setters=frozenset({setter}))
    by_hand = [refusal for refusal in refusals if "is set by" in refusal.message]
    assert bool(by_hand) is (setter not in code.set_by)


@pytest.mark.policy("P-3.5-1")
def test_the_refusal_names_whose_code_it_is() -> None:
    assert check("G", setters=TEACHER) == refused(
        "code",
        "G (holiday not granted) is set by the attendance officer, pastoral lead or head teacher. "
        "Leave the mark to them, or choose a code from your list.",
    )


def test_a_code_that_stands_or_was_planned_may_be_kept() -> None:
    assert check("M", setters=TEACHER, may_keep="M") == []
    assert check("M", setters=TEACHER, may_keep="I") != []
    assert check("V", setters=TEACHER, may_keep="V", note="zoo") == []


@pytest.mark.policy("P-A-1")
@pytest.mark.parametrize(
    ("symbol", "session", "message"),
    [
        ("\\", AM, "\\ is not a mark for the morning; use /."),
        ("/", PM, "/ is not a mark for the afternoon; use \\."),
    ],
)
def test_the_present_mark_of_the_other_session(symbol: str, session: SchoolSession, message: str) -> None:
    assert check(symbol, session=session) == refused("code", message)


@pytest.mark.policy("P-4.1-16", "P-4.4-1")
@pytest.mark.parametrize(
    ("minutes", "message"),
    [
        (None, "Give the minutes late: 1 to 29 for a register open 09:00 to 09:30."),
        (0, "Give the minutes late: 1 to 29 for a register open 09:00 to 09:30."),
        (-3, "Give the minutes late: 1 to 29 for a register open 09:00 to 09:30."),
        (1, ""),
        (29, ""),
        (30, "L can't be used after 09:30; use U."),
        (200, "L can't be used after 09:30; use U."),
    ],
)
def test_minutes_of_l(minutes: int | None, message: str) -> None:
    assert check("L", minutes) == (refused("minutes_late", message) if message else [])


@pytest.mark.policy("P-4.1-17")
def test_minutes_of_l_in_the_shorter_afternoon() -> None:
    assert check("L", 14, session=PM, times=AFTERNOON) == []
    assert check("L", 15, session=PM, times=AFTERNOON) == refused(
        "minutes_late", "L can't be used after 13:00; use U."
    )


@pytest.mark.policy("P-4.1-18", "P-4.4-2")
@pytest.mark.parametrize(
    ("times", "minutes", "message"),
    [
        (MORNING, None, ""),
        (MORNING, 29, "U can't be used for an arrival before 09:30; use L, or give 30 minutes or more."),
        (MORNING, 30, ""),
        (MORNING, 179, ""),
        (
            MORNING,
            180,
            "U can't be used for an arrival from 12:00, when the morning session has ended; "
            "mark why the pupil was absent, or N.",
        ),
        (FRIDAY_AFTERNOON, 74, ""),
        (
            FRIDAY_AFTERNOON,
            75,
            "U can't be used for an arrival from 14:00, when the afternoon session has ended; "
            "mark why the pupil was absent, or N.",
        ),
    ],
)
def test_minutes_of_u(times: RegisterTimes, minutes: int | None, message: str) -> None:
    session = AM if times is MORNING else PM
    expected = refused("minutes_late", message) if message else []
    assert check("U", minutes, session=session, times=times) == expected


def test_minutes_where_no_times_are_set() -> None:
    assert check("L", 45, times=None) == []
    assert check("L", 1, times=None) == check("U", 1, times=None) == []
    assert check("L", 0, times=None) == refused("minutes_late", "Give the minutes late: 1 or more.")
    assert check("L", times=None) == refused("minutes_late", "Give the minutes late: 1 or more.")
    assert check("U", times=None) == []
    assert check("U", 45, times=None) == []
    assert check("U", 0, times=None) == refused(
        "minutes_late", "Give the minutes late as 1 or more, or leave them empty."
    )


def test_minutes_on_a_code_without_any() -> None:
    assert check("M", 20) == refused("minutes_late", "M takes no minutes late; leave the minutes empty.")


@pytest.mark.policy("P-4.1-11", "P-A-2")
@pytest.mark.parametrize("symbol", ["K", "V", "P", "W", "B"])
@pytest.mark.parametrize("note", ["", "  \n"])
def test_an_approved_activity_needs_its_nature(symbol: str, note: str) -> None:
    [refusal] = check(symbol, note=note)
    assert refusal.field == "note"
    assert refusal.message.startswith(f"{symbol} needs the nature of the activity, for example '")


def test_the_example_is_the_code_s_own() -> None:
    assert check("B") == refused(
        "note", "B needs the nature of the activity, for example 'taster day at college'."
    )


@pytest.mark.policy("P-4.1-12", "P-A-5")
@pytest.mark.parametrize("symbol", ["Q", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7"])
def test_exceptional_circumstances_need_their_nature(symbol: str) -> None:
    [refusal] = check(symbol)
    assert refusal.field == "note"
    assert refusal.message.startswith(f"{symbol} needs the nature of the circumstances, for example '")


@pytest.mark.policy("P-A-7")
@pytest.mark.parametrize("may_keep", [None, "#", "Z"])
def test_administrative_codes_are_never_entered_by_hand(may_keep: str | None) -> None:
    assert check("#", may_keep=may_keep) == refused(
        "code", "# comes from the school calendar and can't be entered by hand."
    )
    assert check("Z", may_keep=may_keep) == refused(
        "code", "Z is for a pupil who has not started yet; set their starting day on the admission register."
    )


def test_nobody_takes_a_mark_away_by_hand() -> None:
    [refusal] = check("-")
    assert refusal.message == "A mark can't be taken away. Choose the mark that is right."


@pytest.mark.policy("P-A-11")
@pytest.mark.parametrize("symbol", ["J", "H", "F", "Y"])
def test_codes_that_ended_are_never_entered_by_hand(symbol: str) -> None:
    assert check(symbol) == refused(
        "code", f"{symbol} is only read from older registers and can't be entered by hand."
    )


@pytest.mark.policy("P-A-13")
def test_x_is_not_for_pupils_of_compulsory_school_age() -> None:
    assert check("X", advice=said_of("X", PupilFacts(is_compulsory_age=False))) == []
    assert check("X", advice=None) == []
    assert check("X", advice=said_of("X", PupilFacts(is_compulsory_age=True))) == refused(
        "code",
        "X is only for pupils who are not of compulsory school age, and this one is; use the code for why they are "
        "away, or N until you know.",
    )


def test_what_can_not_be_right_for_the_pupil_may_still_be_kept() -> None:
    advice = said_of("V", PupilFacts())
    assert [refusal.message for refusal in check("V", note="zoo", advice=advice)] == [advice.because]
    assert check("V", note="zoo", advice=advice, may_keep="V") == []


@pytest.mark.parametrize(("symbol", "session"), [("#", AM), ("J", AM), ("/", PM), ("K", AM)])
def test_no_code_is_refused_twice_for_one_reason(symbol: str, session: SchoolSession) -> None:
    advice = said_of(symbol, PupilFacts(), session)
    assert len(check(symbol, session=session, note="Ward 4", advice=advice)) == 1


def test_all_that_is_wrong_is_said_at_once() -> None:
    refusals = check("B", 5, setters=TEACHER)
    assert [refusal.field for refusal in refusals] == ["code", "minutes_late", "note"]


@given(
    codes,
    school_sessions,
    st.none() | st.integers(-5, 300),
    st.text(max_size=5),
    st.none() | register_times(),
    setter_sets,
    st.none() | st.sampled_from(["/", "M", "#"]),
    st.booleans(),
)
def test_each_refusal_is_a_sentence_beside_a_field(
    code: AttendanceCode,
    session: SchoolSession,
    minutes_late: int | None,
    note: str,
    times: RegisterTimes | None,
    setters: frozenset[Setter],
    may_keep: str | None,
    is_advised: bool,
) -> None:
    refusals = check(
        code.symbol,
        minutes_late,
        session=session,
        note=note,
        times=times,
        setters=setters,
        may_keep=may_keep,
        advice=said_of(code.symbol, PupilFacts(is_compulsory_age=True), session) if is_advised else None,
    )
    for refusal in refusals:
        assert refusal.field in {"code", "minutes_late", "note"}
        assert refusal.message[0].isupper() or refusal.message[0] in "/\\#"
        assert refusal.message.endswith(".")


@given(codes, school_sessions, st.none() | st.integers(1, 60), setter_sets, setter_sets)
def test_more_hands_never_refuse_more(
    code: AttendanceCode,
    session: SchoolSession,
    minutes_late: int | None,
    some: frozenset[Setter],
    more: frozenset[Setter],
) -> None:
    advice = said_of(code.symbol, PupilFacts(is_compulsory_age=True), session)
    with_some = check(code.symbol, minutes_late, session=session, setters=some, advice=advice)
    with_more = check(code.symbol, minutes_late, session=session, setters=some | more, advice=advice)
    assert set(with_more) <= set(with_some)
