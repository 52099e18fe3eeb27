"""Lesson marks beside the attendance register: who is to be looked for, and who the register does not know of."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import POLICY, Finding
from rollbook.domain.lessons import (
    Clash,
    Concern,
    LessonCode,
    LessonTimes,
    Timetabled,
    alert_for,
    clashes,
    why_closed,
)
from rollbook.domain.on_site import Mark, Moved, MovementKind
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.spans import Span

AM, PM = SchoolSession.AM, SchoolSession.PM
LEFT, RETURNED = MovementKind.LEFT, MovementKind.RETURNED
NINE, QUARTER_TO_ONE = time(9, 0), time(12, 45)
# Maths from ten to eleven, Art after lunch from half past one to half past two.
MATHS = LessonTimes(time(10, 0), time(11, 0), AM)
ART = LessonTimes(time(13, 30), time(14, 30), PM)
MISSING, PRESENT, LATE = LessonCode.MISSING, LessonCode.PRESENT, LessonCode.LATE


def am(code: str, arrived: time | None = None) -> Mark:
    return Mark(AM, code, NINE, arrived)


def pm(code: str) -> Mark:
    return Mark(PM, code, QUARTER_TO_ONE)


def found(
    code: LessonCode,
    *facts: Mark | Moved,
    times: LessonTimes = MATHS,
    planned: str = "",
) -> Finding[Concern]:
    marks = [each for each in facts if isinstance(each, Mark)]
    moved = [each for each in facts if isinstance(each, Moved)]
    return alert_for(marks=marks, movements=moved, times=times, code=code, planned=planned)


# --- Missing from the lesson ------------------------------------------------------------------------------------


@pytest.mark.policy("P-3.8-2", "P-1-6")
@pytest.mark.parametrize(
    "mark",
    [am("/"), am("L"), am("U", time(9, 50)), am("U")],
    ids=["present", "late", "signed in", "after close"],
)
def test_present_at_registration_and_missing_from_the_lesson_is_an_alert(mark: Mark) -> None:
    answer = found(MISSING, mark)
    assert answer.answer is Concern.MISSING
    assert answer.because.endswith("Missing from the lesson at 10:00.")
    assert (answer.citation.source, answer.citation.provision) == (POLICY, "section 3.8")


@pytest.mark.parametrize(
    ("facts", "because"),
    [
        ([am("N")], "No reason yet this morning."),
        ([am("I")], "Authorised absence this morning."),
        ([am("V")], "Educational visit or trip this morning."),
        ([am("/"), Moved(LEFT, time(9, 40))], "Signed out at 09:40."),
        # Signed out while the lesson went on: the teacher's mark and the desk's log say the same.
        ([am("/"), Moved(LEFT, time(10, 20))], "Signed out at 10:20."),
        # Came to school at a quarter past eleven, when the lesson was over.
        ([am("U", time(11, 15))], "Nobody has marked this pupil today."),
        ([], "Nobody has marked this pupil today."),
    ],
)
def test_who_is_not_here_or_has_left_is_no_alert_and_it_says_why(
    facts: list[Mark | Moved], because: str
) -> None:
    answer = found(MISSING, *facts)
    assert (answer.answer, answer.because) == (Concern.NONE, because)


def test_what_was_known_beforehand_is_no_alert() -> None:
    answer = found(MISSING, am("/"), planned="Dentist, back 11:30.")
    assert (answer.answer, answer.because) == (Concern.NONE, "Known beforehand: Dentist, back 11:30.")


def test_signed_out_and_back_before_the_lesson_is_an_alert() -> None:
    answer = found(MISSING, am("/"), Moved(LEFT, time(9, 30)), Moved(RETURNED, time(9, 50)))
    assert (answer.answer, answer.because) == (
        Concern.MISSING,
        "Signed back in at 09:50. Missing from the lesson at 10:00.",
    )


def test_signing_out_after_the_lesson_explains_nothing_of_it() -> None:
    assert found(MISSING, am("/"), Moved(LEFT, time(11, 1))).answer is Concern.MISSING


def test_an_afternoon_lesson_goes_by_the_morning_until_the_afternoon_is_registered() -> None:
    assert found(MISSING, am("/"), times=ART).answer is Concern.MISSING
    assert found(MISSING, am("/"), pm("N"), times=ART).answer is Concern.NONE
    assert found(MISSING, am("N"), pm("\\"), times=ART).answer is Concern.MISSING


def test_the_afternoons_mark_says_nothing_of_a_morning_lesson() -> None:
    assert found(MISSING, am("N"), pm("\\")).answer is Concern.NONE


# --- In the lesson ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [PRESENT, LATE])
@pytest.mark.parametrize(
    ("facts", "because"),
    [
        ([am("N")], "No reason yet this morning. In the lesson at 10:00."),
        ([am("I")], "Authorised absence this morning. In the lesson at 10:00."),
        ([am("V")], "Educational visit or trip this morning. In the lesson at 10:00."),
        ([am("/"), Moved(LEFT, time(9, 40))], "Signed out at 09:40. In the lesson at 10:00."),
    ],
)
def test_absent_in_the_register_but_in_the_lesson_is_told_to_the_office(
    code: LessonCode, facts: list[Mark | Moved], because: str
) -> None:
    answer = found(code, *facts)
    assert (answer.answer, answer.because) == (Concern.NOT_REGISTERED, because)
    assert "regulation 10" in str(answer.citation)


@pytest.mark.parametrize(
    "facts",
    [
        [am("/")],
        [am("L")],
        # Left in the middle of the lesson, or came in the middle of it: both were in it.
        [am("/"), Moved(LEFT, time(10, 50))],
        [am("U", time(10, 20))],
        [am("/"), Moved(LEFT, time(9, 30)), Moved(RETURNED, time(10, 15))],
    ],
)
def test_on_site_at_any_moment_of_the_lesson_is_nothing_to_tell(facts: list[Mark | Moved]) -> None:
    assert found(PRESENT, *facts).answer is Concern.NONE


def test_before_the_half_day_is_registered_nothing_is_told() -> None:
    assert found(PRESENT).answer is Concern.NONE
    # Ill in the morning, back after lunch, and the afternoon register is not taken yet.
    answer = found(PRESENT, am("I"), times=ART)
    assert (answer.answer, answer.because) == (
        Concern.NONE,
        "In the lesson; the register of this half-day has no mark yet.",
    )
    assert found(PRESENT, am("I"), pm("I"), times=ART).answer is Concern.NOT_REGISTERED


# --- Closing by itself ------------------------------------------------------------------------------------------


def test_a_correction_to_present_closes_the_alert_and_says_so() -> None:
    after = found(LATE, am("/"))
    assert why_closed(Concern.MISSING, LATE, after) == "Marked late in the lesson after all."


def test_a_correction_to_missing_closes_the_other_one() -> None:
    after = found(MISSING, am("N"))
    assert why_closed(Concern.NOT_REGISTERED, MISSING, after) == "Marked missing in the lesson after all."


def test_what_is_still_so_stays_open() -> None:
    assert why_closed(Concern.NOT_REGISTERED, LATE, found(LATE, am("N"))) == ""


def test_a_register_put_right_meanwhile_closes_it_with_what_the_register_says() -> None:
    after = found(LATE, am("/"))
    assert why_closed(Concern.NOT_REGISTERED, LATE, after) == "In the lesson, and on site."


# --- Properties -------------------------------------------------------------------------------------------------

_TIMES = st.times(time(8, 0), time(15, 0)).map(lambda at: at.replace(second=0, microsecond=0))
_CODES = st.sampled_from(sorted(BY_SYMBOL))
_MARKS = st.lists(
    st.builds(lambda code: am(code), _CODES) | st.builds(lambda code: pm(code), _CODES),
    max_size=2,
    unique_by=lambda mark: mark.session,
)
_MOVED = st.lists(st.builds(Moved, st.sampled_from(MovementKind), _TIMES), max_size=4)


@given(
    _MARKS,
    _MOVED,
    st.sampled_from([MATHS, ART]),
    st.sampled_from(LessonCode),
    st.sampled_from(["", "Dentist"]),
)
def test_missing_alerts_come_of_missing_marks_and_the_other_kind_of_the_others(
    marks: list[Mark], moved: list[Moved], times: LessonTimes, code: LessonCode, planned: str
) -> None:
    answer = alert_for(marks=marks, movements=moved, times=times, code=code, planned=planned)
    wrong = Concern.NOT_REGISTERED if code is MISSING else Concern.MISSING
    assert answer.answer is not wrong
    assert answer.because.endswith(".")


@given(_MARKS, _MOVED, st.sampled_from([MATHS, ART]), st.sampled_from(LessonCode))
def test_what_happens_after_the_lesson_changes_nothing(
    marks: list[Mark], moved: list[Moved], times: LessonTimes, code: LessonCode
) -> None:
    known = [each for each in moved if each.at <= times.ends_at]
    first = alert_for(marks=marks, movements=moved, times=times, code=code)
    assert first.answer is alert_for(marks=marks, movements=known, times=times, code=code).answer


@given(_MARKS, _MOVED, st.sampled_from([MATHS, ART]), st.sampled_from(LessonCode))
def test_a_reason_known_beforehand_never_raises_what_would_not_be_raised_without(
    marks: list[Mark], moved: list[Moved], times: LessonTimes, code: LessonCode
) -> None:
    without = alert_for(marks=marks, movements=moved, times=times, code=code)
    with_reason = alert_for(marks=marks, movements=moved, times=times, code=code, planned="Dentist")
    assert with_reason.answer in (without.answer, Concern.NONE)


@given(_MARKS, _MOVED, st.sampled_from([MATHS, ART]), st.sampled_from(LessonCode), st.sampled_from(Concern))
def test_an_alert_stays_open_exactly_as_long_as_it_would_be_raised(
    marks: list[Mark], moved: list[Moved], times: LessonTimes, code: LessonCode, raised: Concern
) -> None:
    answer = alert_for(marks=marks, movements=moved, times=times, code=code)
    assert (why_closed(raised, code, answer) == "") is (answer.answer is raised)


# --- Words and times --------------------------------------------------------------------------------------------


def test_the_words_are_those_of_a_school() -> None:
    assert [code.words for code in LessonCode] == ["present", "late", "missing"]
    assert [concern.words for concern in Concern] == [
        "Nothing",
        "Missing from the lesson",
        "In the lesson, but absent in the register",
    ]


def test_a_lesson_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="ends after it begins"):
        LessonTimes(time(10, 0), time(10, 0), AM)


# --- Clashes ----------------------------------------------------------------------------------------------------


THIS_YEAR = Span(date(2026, 9, 1))


def lesson(
    id: int,
    starts: time,
    ends: time,
    *,
    weekday: int = 0,
    teacher: int = 0,
    room: str = "",
    pupils: frozenset[int] = frozenset(),
    span: Span = THIS_YEAR,
) -> Timetabled:
    return Timetabled(id, weekday, span, starts, ends, teacher or -id, room, pupils)


TEN, HALF_PAST, ELEVEN, NOON = time(10), time(10, 30), time(11), time(12)


def test_teacher_room_and_pupils_at_the_same_time_clash() -> None:
    first = lesson(1, TEN, ELEVEN, teacher=7, room="Lab 1 ", pupils=frozenset({1, 2, 3}))
    second = lesson(2, HALF_PAST, NOON, teacher=7, room="lab 1", pupils=frozenset({3, 4}))
    assert clashes([first, second]) == [Clash(1, 2, is_teacher=True, is_room=True, pupils=frozenset({3}))]


@pytest.mark.parametrize(
    "second",
    [
        lesson(2, ELEVEN, NOON, teacher=7, room="Lab"),
        lesson(2, TEN, ELEVEN, teacher=7, room="Lab", weekday=1),
        lesson(2, TEN, ELEVEN, teacher=7, room="Lab", span=Span(date(2026, 8, 1), date(2026, 8, 31))),
        lesson(2, TEN, ELEVEN, teacher=8, room="Hall", pupils=frozenset({9})),
    ],
    ids=["straight after", "another day", "over before", "nothing shared"],
)
def test_nothing_clashes_that_is_apart(second: Timetabled) -> None:
    assert clashes([lesson(1, TEN, ELEVEN, teacher=7, room="Lab", pupils=frozenset({1})), second]) == []


def test_two_lessons_without_a_room_share_none() -> None:
    assert clashes([lesson(1, TEN, ELEVEN), lesson(2, TEN, ELEVEN)]) == []


@given(st.permutations([lesson(n, time(9 + n // 2), time(10 + n // 2), teacher=n % 3 + 1) for n in range(6)]))
def test_the_order_of_the_timetable_does_not_matter(week: list[Timetabled]) -> None:
    pairs = {frozenset({each.first, each.second}) for each in clashes(week)}
    assert pairs == set()
    doubled = [*week, lesson(9, TEN, ELEVEN, teacher=3)]
    assert {frozenset({each.first, each.second}) for each in clashes(doubled)} == {frozenset({2, 9})}
