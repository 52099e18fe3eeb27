"""The ground of every figure against the rule: whoever is asked for, the counts are those of their own marks."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.ground import Ground, ground
from rollbook.apps.insight.queries.weeks import by_week
from rollbook.apps.registers.queries.year import forget_years
from rollbook.apps.roll.models import Enrolment, Membership, Pupil
from rollbook.domain.access import Role
from rollbook.domain.rates import Totals, is_persistently_absent, totals
from rollbook.domain.sessions import SchoolSession
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db

DAYS = [MONDAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7, 8)]
AFTER = at(16, on=DAYS[-1])
HALF_DAYS = [(day, session) for day in DAYS for session in SchoolSession]


def counted(of: Totals) -> tuple[int, ...]:
    return (of.possible, of.attended, of.authorised, of.unauthorised, of.late)


@given(st.lists(st.sampled_from(["/", "L", "U", "I", "O", "N", "C", "D", "#", ""]), min_size=56, max_size=56))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_figure_is_that_of_the_marks(symbols: list[str]) -> None:
    forget_years()
    school = make_school()
    viewer = viewer_of(make_person(school, Role.HEAD_TEACHER))
    groups = [make_group(school, name) for name in ("7A", "7B")]
    pupils = [make_pupil(school, groups[n % 2], f"Surname{n}", "Kit") for n in range(4)]
    given_marks = {
        (pupil, *half_day): symbol
        for (pupil, half_day), symbol in zip(
            [(pupil, half_day) for pupil in pupils for half_day in HALF_DAYS], symbols, strict=True
        )
        if symbol
    }
    make_marks(viewer, given_marks, AFTER)

    found = ground(viewer, DAYS[0], DAYS[-1], AFTER)

    def oracle(chosen: list[Pupil], days: list[date] = DAYS) -> Totals:
        return totals(given_marks.get((p, d, s)) for p in chosen for d in days for s in SchoolSession)

    assert found.half_days == HALF_DAYS
    assert counted(found.measures().totals) == counted(oracle(pupils))
    assert found.missing_count == symbols.count("")
    assert found.unexplained_count == symbols.count("N")
    assert found.measures().persistent == sum(is_persistently_absent(oracle([p])).answer for p in pupils)
    for label, rows in found.labelled(DIMENSIONS["group"]).items():
        of_group = [pupil for n, pupil in enumerate(pupils) if groups[n % 2].name == label]
        assert counted(found.measures(rows).totals) == counted(oracle(of_group))
    weeks = by_week(found)
    assert [week.monday for week in weeks] == [MONDAY, MONDAY + timedelta(days=7)]
    assert counted(weeks[0].totals) == counted(oracle(pupils, DAYS[:5]))
    assert counted(found.between(DAYS[1], DAYS[2]).measures().totals) == counted(oracle(pupils, DAYS[1:3]))


def test_a_leaver_counts_to_the_last_day_and_another_school_never() -> None:
    scene = Scene()
    Enrolment.objects.filter(pupil=scene.amy).update(last_day=DAYS[1])
    other = make_school("Elm Road School")
    stranger = make_pupil(other, make_group(other, "7A"), "Stranger", "Sam")
    other_viewer = viewer_of(make_person(other, Role.HEAD_TEACHER))
    marks = {(scene.amy, day, AM): "O" for day in DAYS} | {(scene.ben, day, AM): "/" for day in DAYS}
    make_marks(scene.viewer(scene.head), marks, AFTER)
    make_marks(other_viewer, {(stranger, DAYS[0], AM): "O"}, AFTER)

    found = ground(scene.viewer(scene.head), DAYS[0], DAYS[-1], AFTER)

    assert [member.forename for member in found.members] == ["Amy", "Ben", "Cat", "Dan"]
    assert found.measures().totals.unauthorised == 2
    assert [member.forename for member in found.between(DAYS[2], DAYS[3]).members] == ["Ben", "Cat", "Dan"]


def test_a_register_that_is_not_open_yet_has_no_column_and_an_open_one_nothing_missing() -> None:
    scene = Scene()

    found = ground(scene.viewer(scene.head), MONDAY, MONDAY + timedelta(days=4), at(9, 10))

    assert found.half_days == [(MONDAY, AM)]
    assert found.missing_count == 0
    assert ground(scene.viewer(scene.head), MONDAY, MONDAY, at(9, 30)).missing_count == 4
    assert ground(scene.viewer(scene.head), MONDAY, MONDAY, at(12, 50)).half_days == [
        (MONDAY, AM),
        (MONDAY, PM),
    ]


def test_days_still_to_come_have_nothing() -> None:
    scene = Scene()

    found = ground(scene.viewer(scene.head), DAYS[5], DAYS[6], at(9, 10))

    assert (found.members, found.half_days, found.measures().pupils) == ([], [], 0)


def test_what_did_not_change_is_not_counted_again_and_whatever_did_is() -> None:
    scene = Scene()
    viewer = scene.viewer(scene.head)
    make_marks(viewer, {(scene.amy, MONDAY, AM): "/", (scene.ben, MONDAY, AM): "O"}, AFTER)

    def look() -> Ground:
        return ground(viewer_of(scene.head, MONDAY), DAYS[0], DAYS[-1], AFTER)

    first = look()
    assert look() is first
    assert look().between(MONDAY, MONDAY) is first.between(MONDAY, MONDAY)

    make_marks(viewer, {(scene.amy, MONDAY, PM): "O"}, AFTER)
    marked = look()
    assert marked.measures().totals.unauthorised == first.measures().totals.unauthorised + 1

    joined = make_pupil(scene.school, scene.group, "Later", "Lee")
    assert joined.pk in look().row_of
    Pupil.objects.filter(pk=joined.pk).update(sex="F")
    assert look().members[look().row_of[joined.pk]].sex == "F"
    Membership.objects.filter(pupil=joined).update(group=scene.other_group)
    assert look().members[look().row_of[joined.pk]].group_name == "7B"
    Enrolment.objects.filter(pupil=scene.ben).update(last_day=MONDAY - timedelta(days=1))
    assert look().measures().totals.unauthorised == 1

    forget_years()
    assert look().measures() == ground(viewer, DAYS[0], DAYS[-1], AFTER).measures()


def test_one_request_can_not_change_what_another_reads() -> None:
    scene = Scene()
    found = ground(scene.viewer(scene.head), DAYS[0], DAYS[-1], AFTER)

    with pytest.raises(ValueError, match="read-only"):
        found.marks[0, 0] = 1


def test_the_counts_of_a_ground_are_those_of_a_later_moment_of_the_same_day() -> None:
    scene = Scene()
    viewer = scene.viewer(scene.head)

    early = ground(viewer, MONDAY, MONDAY, at(9, 10))
    late = ground(viewer, MONDAY, MONDAY, at(9, 30))

    assert (early.closed_columns, late.closed_columns) == (0, 1)
    assert early.missing_count == 0
    assert late.missing_count == 4
