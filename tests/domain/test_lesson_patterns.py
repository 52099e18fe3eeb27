"""Lessons missed beyond chance, worked by hand."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.lesson_patterns import (
    LessonChance,
    chances_of,
    group_misses,
    lessons_missed,
    subjects_of,
)
from rollbook.domain.patterns import Verdict

MONDAY = date(2026, 9, 14)


def lessons(
    subject: str, staff: str, missed: str, *, first: date = MONDAY, number: int = 1
) -> list[LessonChance]:
    """A lesson a day: N where it was missed."""
    return [
        LessonChance(first + timedelta(days=place), number, subject, staff, each == "N")
        for place, each in enumerate(missed)
    ]


def test_a_subject_missed_again_and_again_with_the_chance_worked_by_hand() -> None:
    maths = lessons("Maths", "Tess Teacher", "NNNNNNN...")
    art = lessons("Art", "Omar Other", "..........", number=2)

    found = lessons_missed([*maths, *art], besides=0)

    # 7 of 20 lessons missed, all in the 10 of Maths: 120 ways of 77,520, and two things were looked at.
    assert [each.words for each in found] == [
        "Maths lessons with Tess Teacher",
        "Art lessons with Omar Other",
    ]
    assert found[0].finding.answer.chance == Fraction(2 * 120, 77_520)
    assert found[0].finding.answer.verdict is Verdict.PATTERN
    assert found[0].finding.because == (
        "Maths lessons with Tess Teacher: 7 of 7 lessons missed, where 3.5 would be expected; "
        "n = 20. About 1 in 300 by chance."
    )
    assert [each.on for each in found[0].missed] == [MONDAY + timedelta(days=n) for n in range(7)]
    assert found[1].missed == ()
    # The more is looked at besides, the less is said.
    assert lessons_missed([*maths, *art], besides=24)[0].finding.answer.verdict is Verdict.PERHAPS


def test_a_subject_and_who_takes_it_are_looked_at_apart_where_they_differ() -> None:
    both = [*lessons("Maths", "Tess", "NN..."), *lessons("Maths", "Omar", ".....", first=date(2026, 10, 5))]
    art = lessons("Art", "Tess", "N....", first=date(2026, 11, 2))

    found = lessons_missed([*both, *art], besides=0)

    assert {each.words for each in found} == {
        "Maths lessons",
        "Art lessons",
        "Lessons with Tess",
        "Lessons with Omar",
    }
    assert all(each.finding.answer.verdict is Verdict.TOO_FEW for each in found)


def test_a_double_lesson_is_one_and_a_day_wholly_missed_says_nothing() -> None:
    double = [
        LessonChance(MONDAY, 1, "Maths", "Tess", is_missed=False),
        LessonChance(MONDAY, 2, "Maths", "Tess", is_missed=True),
        LessonChance(MONDAY, 3, "Art", "Omar", is_missed=False),
    ]
    gone = [
        LessonChance(MONDAY + timedelta(days=1), 4, "Maths", "Tess", is_missed=True),
        LessonChance(MONDAY + timedelta(days=1), 5, "Art", "Omar", is_missed=True),
    ]
    alone = [LessonChance(MONDAY + timedelta(days=2), 6, "Maths", "Tess", is_missed=True)]

    assert [(each.lesson_id, each.is_missed) for each in chances_of([*double, *gone, *alone])] == [
        (2, True),
        (3, False),
        (6, True),
    ]


def test_the_only_subject_and_the_only_person_are_beside_nothing() -> None:
    assert lessons_missed(lessons("Maths", "Tess", "NNNNNNNN"), besides=0) == []
    assert lessons_missed([], besides=0) == []
    assert subjects_of(lessons("Maths", "", "NN")) == 0


def test_a_groups_lessons_are_compared_by_whether_anybody_was_missing() -> None:
    maths = lessons("Maths", "", "NNNNNNNN.")
    english = lessons("English", "", ".........", number=2)

    found = group_misses([*maths, *english], looked_at=subjects_of([*maths, *english]))

    # 8 of 18, all in the 9 of Maths: 9 ways of 43,758, and two subjects.
    assert found[0].words == "Maths lessons"
    assert found[0].finding.answer.chance == Fraction(2 * 9, 43_758)
    assert "8 of 8 lessons with somebody missing" in found[0].finding.because


@given(
    st.lists(
        st.builds(
            LessonChance,
            st.integers(0, 20).map(lambda n: MONDAY + timedelta(days=n)),
            st.integers(1, 5),
            st.sampled_from(["Maths", "Art", "PE"]),
            st.sampled_from(["Tess", "Omar"]),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_the_order_changes_nothing_and_every_missed_lesson_was_given(
    given_lessons: list[LessonChance],
) -> None:
    found = lessons_missed(given_lessons, besides=3)

    assert [(each.words, each.finding.answer) for each in lessons_missed(given_lessons[::-1], besides=3)] == [
        (each.words, each.finding.answer) for each in found
    ]
    for each in found:
        assert set(each.missed) <= {one for one in given_lessons if one.is_missed}
        assert each.finding.answer.chance is None or 0 < each.finding.answer.chance <= 1
