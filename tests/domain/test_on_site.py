"""Who is on site: worked examples by hand of a day from 09:00 (afternoon 12:45 to 13:00), and what must always hold."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.codes import CODES, Category
from rollbook.domain.on_site import Mark, Moved, MovementKind, Plan, Whereabouts, where_is
from rollbook.domain.sessions import SchoolSession

AM, PM = SchoolSession.AM, SchoolSession.PM
LEFT, RETURNED, ARRIVED = MovementKind.LEFT, MovementKind.RETURNED, MovementKind.ARRIVED


def am(code: str, arrived_at: time | None = None) -> Mark:
    return Mark(AM, code, time(9), arrived_at)


def pm(code: str, arrived_at: time | None = None) -> Mark:
    return Mark(PM, code, time(12, 45), arrived_at)


def moved(kind: MovementKind, hour: int, minute: int = 0) -> Moved:
    return Moved(kind, time(hour, minute))


def where(*facts: Mark | Moved, over: bool = False, plan: Plan | None = None) -> Whereabouts:
    marks = [fact for fact in facts if isinstance(fact, Mark)]
    movements = [fact for fact in facts if isinstance(fact, Moved)]
    return where_is(marks, movements, afternoon_is_over_unmarked=over, plan=plan).answer


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("/", Whereabouts.ON_SITE),
        ("L", Whereabouts.ON_SITE),
        ("U", Whereabouts.ON_SITE),
        ("V", Whereabouts.ELSEWHERE),
        ("B", Whereabouts.ELSEWHERE),
        ("D", Whereabouts.ELSEWHERE),
        ("N", Whereabouts.ABSENT),
        ("I", Whereabouts.ABSENT),
        ("M", Whereabouts.ABSENT),
        ("E", Whereabouts.ABSENT),
        ("Y4", Whereabouts.ABSENT),
    ],
)
def test_a_morning_mark_alone(code: str, answer: Whereabouts) -> None:
    assert where(am(code)) is answer


def test_a_pupil_nobody_has_marked_is_not_known() -> None:
    assert where() is Whereabouts.NOT_KNOWN
    assert where(over=True) is Whereabouts.NOT_KNOWN


@pytest.mark.policy("P-4.3-4")
def test_leaving_and_coming_back() -> None:
    assert where(am("/"), moved(LEFT, 10)) is Whereabouts.LEFT
    assert where(am("/"), moved(LEFT, 10), moved(RETURNED, 11)) is Whereabouts.ON_SITE
    assert where(am("/"), moved(LEFT, 10), moved(RETURNED, 11), moved(LEFT, 11, 30)) is Whereabouts.LEFT


def test_out_and_in_within_a_minute_keep_the_order_they_were_written_in() -> None:
    assert where(am("/"), moved(LEFT, 10), moved(RETURNED, 10)) is Whereabouts.ON_SITE


@pytest.mark.policy("P-4.4-2")
def test_a_late_pupil_is_on_site_from_the_arrival() -> None:
    assert where(am("U", time(10, 20))) is Whereabouts.ON_SITE
    assert where(am("U", time(10, 20)), moved(LEFT, 11)) is Whereabouts.LEFT


def test_a_better_reason_that_stays_does_not_hide_the_arrival() -> None:
    # At the dentist until 10:30: the mark stays M, the pupil is in the building.
    assert where(am("M", time(10, 30))) is Whereabouts.ON_SITE
    assert where(am("V", time(14, 0))) is Whereabouts.ON_SITE


def test_the_afternoon_mark_follows_the_morning() -> None:
    assert where(am("/"), pm("\\")) is Whereabouts.ON_SITE
    assert where(am("I"), pm("\\")) is Whereabouts.ON_SITE
    assert where(am("/"), pm("M")) is Whereabouts.ABSENT
    assert where(am("/"), pm("V")) is Whereabouts.ELSEWHERE


def test_signed_out_in_the_morning_and_seen_in_the_afternoon_is_back() -> None:
    assert where(am("/"), moved(LEFT, 11), pm("\\")) is Whereabouts.ON_SITE


def test_signed_out_after_the_afternoon_register_stays_out() -> None:
    assert where(am("/"), pm("\\"), moved(LEFT, 13, 30)) is Whereabouts.LEFT
    # At the very minute it opened: whoever stood at the desk saw them go.
    assert where(am("/"), pm("\\"), moved(LEFT, 12, 45)) is Whereabouts.LEFT


def test_here_in_the_morning_and_no_reason_in_the_afternoon_must_be_looked_for() -> None:
    assert where(am("/"), pm("N")) is Whereabouts.NOT_KNOWN
    assert where(am("N"), moved(ARRIVED, 12, 20), pm("N")) is Whereabouts.NOT_KNOWN
    # Signed out before: the desk knows.
    assert where(am("/"), moved(LEFT, 11), pm("N")) is Whereabouts.ABSENT
    assert where(am("N"), pm("N")) is Whereabouts.ABSENT


def test_absent_in_the_morning_and_unmarked_after_the_afternoon_register_is_not_known() -> None:
    assert where(am("I"), over=False) is Whereabouts.ABSENT
    assert where(am("I"), over=True) is Whereabouts.NOT_KNOWN
    assert where(am("I"), pm("I"), over=True) is Whereabouts.ABSENT
    assert where(am("/"), over=True) is Whereabouts.ON_SITE
    assert where(am("V"), over=True) is Whereabouts.ELSEWHERE
    assert where(am("/"), moved(LEFT, 11), over=True) is Whereabouts.LEFT


def test_an_early_arrival_counts_before_any_register() -> None:
    assert where(moved(ARRIVED, 8, 20)) is Whereabouts.ON_SITE
    assert where(moved(ARRIVED, 8, 20), am("/")) is Whereabouts.ON_SITE


@pytest.mark.parametrize(
    ("facts", "because"),
    [
        ((), "Nobody has marked this pupil today."),
        ((am("/"),), "Marked present this morning."),
        ((am("N"),), "No reason yet this morning."),
        ((am("I"),), "Authorised absence this morning."),
        ((am("E"),), "Authorised absence this morning."),
        ((am("G"),), "Unauthorised absence this morning."),
        ((am("X"),), "Not due here this morning."),
        ((am("V"),), "Educational visit or trip this morning."),
        ((am("L", time(9, 12)),), "Signed in at 09:12."),
        ((am("/"), moved(LEFT, 10, 5)), "Signed out at 10:05."),
        ((am("/"), moved(LEFT, 10, 5), moved(RETURNED, 11)), "Signed back in at 11:00."),
        ((moved(ARRIVED, 8, 20),), "Arrived at 08:20."),
        ((am("/"), pm("N")), "Was here, was not signed out, and has no reason for absence this afternoon."),
    ],
)
def test_the_answer_says_why(facts: tuple[Mark | Moved, ...], because: str) -> None:
    marks = [fact for fact in facts if isinstance(fact, Mark)]
    found = where_is(marks, [fact for fact in facts if isinstance(fact, Moved)])
    assert found.because == because


def test_the_reason_of_an_absence_is_never_named() -> None:
    """The list is read aloud at the assembly point: whether somebody is ill or suspended is nobody's business there."""
    for code in CODES:
        if code.category in (Category.AUTHORISED, Category.UNAUTHORISED) and not code.is_on_site:
            assert code.title not in where_is([am(code.symbol)], []).because


def test_words_for_each_answer() -> None:
    assert [each.words for each in Whereabouts] == [
        "Not known", "Expected to be away", "On site", "Off site, at an activity", "Left", "Absent",
    ]  # fmt: skip
    assert [each for each in Whereabouts if each.must_be_found] == [
        Whereabouts.NOT_KNOWN,
        Whereabouts.ON_SITE,
    ]


MORNING, AFTERNOON = Plan(SchoolSession.AM, "I"), Plan(SchoolSession.PM, "I")


def test_a_plan_speaks_only_of_a_pupil_nobody_has_marked_or_seen() -> None:
    """Worked by hand: a mother rang at eight that her son is ill; what the school sees itself always wins."""
    assert where(plan=MORNING) is Whereabouts.EXPECTED_AWAY
    assert where(moved(ARRIVED, 8, 20), plan=MORNING) is Whereabouts.ON_SITE
    assert where(am("U", time(10, 20)), plan=MORNING) is Whereabouts.ON_SITE
    assert where(am("/"), plan=MORNING) is Whereabouts.ON_SITE
    assert where(am("N"), plan=MORNING) is Whereabouts.ABSENT
    assert where(moved(ARRIVED, 8, 20), am("N"), plan=MORNING) is Whereabouts.NOT_KNOWN
    # In the afternoon: one who was here in the morning is here until somebody says otherwise.
    assert where(am("/"), plan=AFTERNOON) is Whereabouts.ON_SITE
    assert where(am("/"), pm("N"), plan=AFTERNOON) is Whereabouts.NOT_KNOWN
    assert where(am("I"), over=True, plan=AFTERNOON) is Whereabouts.EXPECTED_AWAY


def test_a_plan_to_be_at_school_is_no_reason_to_be_away() -> None:
    assert where(plan=Plan(SchoolSession.AM, "L")) is Whereabouts.NOT_KNOWN


@pytest.mark.parametrize(
    ("code", "because"),
    [
        ("I", "Authorised absence this morning, as recorded beforehand."),
        ("X", "Not due here this morning, as recorded beforehand."),
        ("V", "Educational visit or trip this morning, as recorded beforehand."),
    ],
)
def test_of_a_plan_as_much_is_said_as_of_a_mark(code: str, because: str) -> None:
    assert where_is([], [], plan=Plan(SchoolSession.AM, code)).because == because


_codes = st.sampled_from([code.symbol for code in CODES])
_times = st.times(min_value=time(8), max_value=time(16)).map(lambda at: at.replace(second=0, microsecond=0))
_movements = st.lists(st.builds(Moved, st.sampled_from(list(MovementKind)), _times), max_size=5).map(
    lambda found: sorted(found, key=lambda each: each.at)
)
_days = st.tuples(
    st.one_of(st.just([]), _codes.map(lambda code: [am(code)])),
    st.one_of(st.just([]), _codes.map(lambda code: [pm(code)])),
).map(lambda halves: [*halves[0], *halves[1]])


@given(_days, _movements)
def test_whoever_is_signed_out_last_of_all_has_left(marks: list[Mark], movements: list[Moved]) -> None:
    assert where_is(marks, [*movements, Moved(LEFT, time(17))]).answer is Whereabouts.LEFT


@given(_days, _movements)
def test_coming_back_always_undoes_leaving(marks: list[Mark], movements: list[Moved]) -> None:
    after = [*movements, Moved(LEFT, time(17)), Moved(RETURNED, time(17, 5))]
    assert where_is(marks, after).answer is Whereabouts.ON_SITE


@given(_days, _movements)
def test_the_order_of_the_marks_makes_no_difference(marks: list[Mark], movements: list[Moved]) -> None:
    assert where_is(marks, movements).answer is where_is(marks[::-1], movements).answer


@given(_days, _movements)
def test_nobody_is_taken_off_the_list_because_a_register_is_missing(
    marks: list[Mark], movements: list[Moved]
) -> None:
    """Knowing less never makes a pupil one who need not be found."""
    before = where_is(marks, movements).answer
    after = where_is(marks, movements, afternoon_is_over_unmarked=True).answer
    assert after is before or after is Whereabouts.NOT_KNOWN


@given(_days, _movements, _codes, st.sampled_from(SchoolSession))
def test_nobody_who_is_to_be_found_is_taken_off_the_list_by_a_plan_once_they_were_seen(
    marks: list[Mark], movements: list[Moved], code: str, session: SchoolSession
) -> None:
    without = where_is(marks, movements).answer
    with_plan = where_is(marks, movements, plan=Plan(session, code)).answer
    assert with_plan is without or (without, with_plan) == (Whereabouts.NOT_KNOWN, Whereabouts.EXPECTED_AWAY)
    if movements:
        assert with_plan is without
