"""Every figure of the Explore table against the rule, and what those outside the staff team are not told."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollbook.apps.insight.queries.behind import Asked, pupils_behind
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.exploring import Explored, Question, explore
from rollbook.apps.insight.queries.measures import MEASURES, Of
from rollbook.apps.registers.queries.year import forget_years
from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.models import School
from rollbook.domain.access import Role
from rollbook.domain.benchmarks import Level, Series
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.periods import days_between
from rollbook.domain.rates import (
    Totals,
    absence_rate,
    attendance_rate,
    authorised_rate,
    code_rate,
    is_persistently_absent,
    is_severely_absent,
    late_rate,
    totals,
    unauthorised_rate,
)
from rollbook.domain.sessions import SchoolSession
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db

DAYS = [MONDAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]
FIRST_WEEK, SECOND_WEEK = DAYS[:5], DAYS[5:]
AFTER = at(16, on=DAYS[-1])
SYMBOLS = ["/", "\\", "L", "U", "I", "O", "N", "C", "G", "D", "X", "V", ""]
Marks = dict[tuple[Pupil, date, SchoolSession], str]


def question(measure: str = "attendance", dimension: str = "group", days: list[date] = DAYS) -> Question:
    return Question(MEASURES[measure], DIMENSIONS[dimension], days_between(days[0], days[-1]))


def expected(marks: Marks, measure: str, pupils: Iterable[Pupil], days: list[date]) -> Fraction | None:
    """The figure by the rules of domain.rates alone."""
    each = [
        totals(marks.get((pupil, day, half)) for day in days for half in SchoolSession) for pupil in pupils
    ]
    if measure in ("minutes", "lost"):
        there = sum(1 for of in each if of.possible)
        # Every late mark is made with five minutes.
        amount = sum(of.absent if measure == "lost" else 5 * of.late for of in each)
        return Fraction(amount, there) if there else None
    if MEASURES[measure].of is Of.PUPILS:
        rule = is_persistently_absent if measure == "persistent" else is_severely_absent
        there = [of for of in each if of.possible]
        return Fraction(sum(rule(of).answer for of in there), len(there)) if there else None
    symbols = [marks.get((pupil, day, half)) for pupil in pupils for day in days for half in SchoolSession]
    together = totals(symbols)
    code = MEASURES[measure].code
    if code and not BY_SYMBOL[code].is_possible:
        made = sum(1 for symbol in symbols if symbol)
        return Fraction(together.by_code.get(code, 0), made) if made else None
    if code:
        return code_rate(together, code)
    rates = {
        "attendance": attendance_rate,
        "absence": absence_rate,
        "authorised": authorised_rate,
        "unauthorised": unauthorised_rate,
        "late": late_rate,
    }
    return rates[measure](together)


@given(st.lists(st.sampled_from(SYMBOLS), min_size=100, max_size=100))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.policy("P-8.1-1", "P-8.1-2", "P-3.4-1")
def test_every_figure_of_the_table_is_that_of_the_marks(symbols: list[str]) -> None:
    forget_years()
    school = make_school()
    viewer = viewer_of(make_person(school, Role.HEAD_TEACHER))
    groups = [make_group(school, name) for name in ("7A", "7B")]
    pupils = [make_pupil(school, groups[n % 2], f"Surname{n}", "Kit") for n in range(5)]
    cells = [(pupil, day, half) for pupil in pupils for day in DAYS for half in SchoolSession]
    marks = {cell: symbol for cell, symbol in zip(cells, symbols, strict=True) if symbol}
    make_marks(viewer, marks, AFTER)

    for name in MEASURES:
        found = explore(viewer, question(name, days=SECOND_WEEK), AFTER)

        assert found.total.value == expected(marks, name, pupils, SECOND_WEEK), name
        assert found.total.before is not None
        assert found.total.before.value == expected(marks, name, pupils, FIRST_WEEK), name
        for row in found.rows:
            own = [pupil for n, pupil in enumerate(pupils) if groups[n % 2].name == row.label]
            assert row.value == expected(marks, name, own, SECOND_WEEK), (name, row.label)
            assert row.before is not None
            assert row.before.value == expected(marks, name, own, FIRST_WEEK), (name, row.label)


def worked(scene: Scene) -> None:
    """Amy: 10 of 10. Ben: 2 O of 10. Cat: 5 I, 5 present, of 10. Dan: nothing."""
    marks: Marks = {}
    for day in FIRST_WEEK:
        for half, present in ((AM, "/"), (PM, "\\")):
            marks[scene.amy, day, half] = present
            marks[scene.ben, day, half] = "O" if day == MONDAY else present
            marks[scene.cat, day, half] = "I" if half is AM else present
    make_marks(scene.viewer(scene.head), marks, at(16, on=FIRST_WEEK[-1]))


@pytest.mark.policy("P-4.4-3")
def test_time_lost_is_a_pupils_share_of_the_minutes_and_of_the_sessions_missed() -> None:
    scene = Scene()
    worked(scene)
    viewer, now = scene.viewer(scene.head), at(16, on=FIRST_WEEK[-1])
    monday, after = SECOND_WEEK[0], at(16, on=SECOND_WEEK[0])
    make_marks(viewer, {(scene.amy, monday, AM): "L", (scene.cat, monday, AM): "/"}, after, minutes=25)
    make_marks(viewer, {(scene.ben, monday, PM): "U"}, after, minutes=None)

    minutes = explore(viewer, question("minutes", days=SECOND_WEEK[:1]), after)
    lost = explore(viewer, question("lost", days=FIRST_WEEK), now)

    # 25 minutes of three pupils; of Ben's U nobody wrote down how late.
    assert minutes.total.value == Fraction(25, 3)
    assert minutes.late_without_minutes == 1
    # Ben missed 2 sessions and Cat 5.
    assert lost.total.value == Fraction(7, 3)
    assert lost.late_without_minutes == 0
    assert minutes.comparison.lines == [] == lost.comparison.lines


def rows_of(found: Explored) -> dict[str, Fraction | None]:
    return {row.label: row.value for row in found.rows}


def test_shares_worked_by_hand() -> None:
    scene = Scene()
    worked(scene)
    viewer, now = scene.viewer(scene.head), at(16, on=FIRST_WEEK[-1])

    def of(measure: str) -> Fraction | None:
        return explore(viewer, question(measure, days=FIRST_WEEK), now).total.value

    assert of("attendance") == Fraction(23, 30)
    assert of("unauthorised") == Fraction(2, 30)
    assert of("illness") == of("code-I") == Fraction(5, 30)
    # Ben missed a fifth and Cat half, of three pupils with any session.
    assert of("persistent") == Fraction(2, 3)
    assert of("severe") == Fraction(1, 3)


def test_a_figure_and_the_pupils_behind_it_are_the_same() -> None:
    scene = Scene()
    worked(scene)
    viewer, now = scene.viewer(scene.head), at(16, on=FIRST_WEEK[-1])
    for measure in ("illness", "persistent", "unauthorised", "absence"):
        asked = question(measure, days=FIRST_WEEK)
        found = explore(viewer, asked, now).total.now
        assert found is not None
        behind = pupils_behind(viewer, asked.period, Asked(asked.measure.which, code=asked.measure.code), now)

        counts = {
            "illness": sum(row.coded for row in behind.rows),
            "persistent": len(behind.rows),
            "unauthorised": behind.measures.totals.unauthorised,
            "absence": behind.measures.totals.absent,
        }
        assert counts[measure] == found.part


@pytest.mark.policy("P-3.1-11")
def test_cohorts_are_ranked_by_the_gap_to_the_published_figure() -> None:
    scene = Scene()
    worked(scene)
    other = make_group(scene.school, "8Z")
    eve = make_pupil(scene.school, other, "Eaton", "Eve")
    viewer, now = scene.viewer(scene.head), at(16, on=FIRST_WEEK[-1])
    make_marks(viewer, {(eve, day, AM): "O" for day in FIRST_WEEK}, now)

    found = explore(viewer, replace(question(days=FIRST_WEEK), sort="gap"), now)

    # England's special schools in the autumn term of 2024/25: 87.26540% attendance (table B4: 12.73% absence).
    assert found.comparison.chosen is not None
    assert found.comparison.chosen.words == "England, special schools"
    england = found.comparison.figure
    assert england is not None
    assert round(float(england) * 100, 2) == 87.27
    assert [(row.label, row.gap) for row in found.rows] == [
        ("8Z", -england),
        (scene.group.name, Fraction(23, 30) - england),
        ("7B", None),  # Dan, whom nobody marked, stays last
    ]
    assert found.worst is not None
    assert found.worst.label == "8Z"


@pytest.mark.policy("P-3.4-2", "P-8.1-5")
def test_the_series_never_meet_and_what_is_missing_is_said() -> None:
    scene = Scene()
    worked(scene)
    viewer, now = scene.viewer(scene.head), at(16, on=FIRST_WEEK[-1])

    severe = explore(viewer, question("severe", days=FIRST_WEEK), now).comparison
    week = explore(viewer, question("persistent", days=FIRST_WEEK), now).comparison
    near = explore(viewer, replace(question(days=FIRST_WEEK), level=Level.AUTHORITY), now).comparison
    census = explore(viewer, replace(question(days=FIRST_WEEK), series=Series.CENSUS), now).comparison

    assert severe.chosen is None
    assert severe.because == (
        "DfE daily attendance data: there is no figure for this. The school census (accredited) has one."
    )
    assert week.chosen is None
    assert "depends on the length" in week.because
    assert near.chosen is not None
    assert near.chosen.words == "Birmingham, special schools"
    assert {line.area.name for line in near.lines} == {"England", "West Midlands", "Birmingham"}
    assert "as at 7 August 2025, the day of the whole year's table" in near.because
    # The census has whole years only.
    assert census.lines == []


def test_an_independent_special_school_has_secondary_schools_beside_it_and_a_note() -> None:
    scene = Scene()
    School.objects.filter(pk=scene.school.pk).update(legal_type=School.LegalType.INDEPENDENT)
    worked(scene)

    found = explore(scene.viewer(scene.head), question(days=FIRST_WEEK), at(16, on=FIRST_WEEK[-1])).comparison

    assert [line.words for line in found.lines][::3] == [
        "England, special schools",
        "England, secondary schools",
    ]
    assert "neither compares directly" in found.notes[0]


def test_groups_with_figures_of_their_own_have_them_beside_them() -> None:
    scene = Scene()
    worked(scene)
    Pupil.objects.filter(pk=scene.ben.pk).update(has_child_protection_plan=True, is_child_in_need=True)
    Pupil.objects.filter(pk=scene.cat.pk).update(is_child_in_need=True, is_fsm=True)
    viewer, now = scene.viewer(scene.head), at(16, on=FIRST_WEEK[-1])

    care = explore(viewer, question("absence", "social-care", FIRST_WEEK), now)
    meals = explore(viewer, question("absence", "fsm", FIRST_WEEK), now)

    assert rows_of(care) == {
        "Child in need": Fraction(5, 10),
        "Child protection plan": Fraction(2, 10),
        "Neither plan nor in need": 0,
    }
    # Published for whole years of the census only, so not beside a week of daily data.
    assert {row.published for row in care.rows} == {None}
    # England, autumn term 2024/25: 10.0% and 5.2% (domain.md 4.3, other published points).
    assert {row.label: row.published for row in meals.rows} == {
        "Free school meals": Fraction(10, 100),
        "Not free school meals": Fraction(52, 1000),
    }


def test_the_population_of_the_dfe_leaves_out_who_is_too_old_or_too_young() -> None:
    scene = Scene()
    worked(scene)
    # Sixteen on 31 August 2026, and so not counted; the others were born in 2014.
    Pupil.objects.filter(pk=scene.cat.pk).update(born_on=date(2010, 8, 31))
    viewer, now = scene.viewer(scene.head), at(16, on=FIRST_WEEK[-1])
    asked = replace(question(days=FIRST_WEEK), is_comparable=True)

    assert explore(viewer, asked, now).total.value == Fraction(18, 20)
    governor = viewer_of(make_person(scene.school, Role.GOVERNOR))
    told = explore(governor, asked, now)
    assert told.total.value == Fraction(23, 30)
    assert "Fewer than 5 pupils are left out" in told.why_not_comparable


def test_one_group_alone() -> None:
    scene = Scene()
    worked(scene)
    make_pupil(scene.school, make_group(scene.school, "8Z"), "Eaton", "Eve")
    asked = replace(question(dimension="sex", days=FIRST_WEEK), only=f"group:{scene.group.name}")

    found = explore(scene.viewer(scene.head), asked, at(16, on=FIRST_WEEK[-1]))

    assert found.total.value == Fraction(23, 30)
    assert ("group:8Z", "8Z") in dict(found.filters)["Teaching group"]


@pytest.mark.policy("P-8.1-2")
def test_a_governor_is_told_no_group_of_under_five_nor_what_would_give_it_away() -> None:
    school = make_school()
    head, governor = (viewer_of(make_person(school, role)) for role in (Role.HEAD_TEACHER, Role.GOVERNOR))
    sizes = {"7A": 2, "7B": 6, "7C": 8}
    marks: Marks = {}
    for name, size in sizes.items():
        group = make_group(school, name)
        for n in range(size):
            pupil = make_pupil(school, group, f"Surname{n}", name)
            marks |= {(pupil, day, AM): "/" for day in FIRST_WEEK}
    make_marks(head, marks, AFTER)

    staff = explore(head, question(days=FIRST_WEEK), AFTER)
    outside = explore(governor, question(days=FIRST_WEEK), AFTER)

    assert rows_of(staff) == {"7A": 1, "7B": 1, "7C": 1}
    # Two pupils are hidden; with them the six, or the total less the rest would tell the two.
    assert rows_of(outside) == {"7A": None, "7B": None, "7C": 1}
    assert [row.now is None for row in outside.rows] == [True, True, False]
    assert outside.total.value == 1
    assert outside.filters == []


def test_another_schools_pupils_are_in_no_row() -> None:
    scene = Scene()
    worked(scene)
    other = make_school("Elm Road School")
    stranger = make_pupil(other, make_group(other, "9Q"), "Stranger", "Sam")
    make_marks(viewer_of(make_person(other, Role.HEAD_TEACHER)), {(stranger, MONDAY, AM): "O"}, AFTER)

    found = explore(scene.viewer(scene.head), question(days=FIRST_WEEK), at(16, on=FIRST_WEEK[-1]))

    assert [row.label for row in found.rows] == ["7A", "7B"]
    assert found.total.value == Fraction(23, 30)


def test_totals_are_those_of_nobody_where_nobody_was_there() -> None:
    school = make_school()

    found = explore(viewer_of(make_person(school, Role.HEAD_TEACHER)), question(), AFTER)

    assert (found.rows, found.total.value, found.worst) == ([], None, None)
    assert isinstance(totals([]), Totals)
