"""Which registers are owed, by whom, and whether they were in time: worked by hand on a Monday of September."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rollbook.apps.registers.queries.owed import owed
from rollbook.domain.duties import Owed, Standing
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def monday(scene: Scene, now: datetime) -> dict[tuple[str, str], Owed]:
    """What is owed of Monday, by duty and register."""
    found = owed(scene.viewer(scene.head), MONDAY, MONDAY, now)
    assert len({(each.duty, each.about) for each in found}) == len(found)
    return {(each.duty, each.about): each for each in found}


def test_nothing_is_owed_before_a_register_opens(scene: Scene) -> None:
    assert monday(scene, at(8, 59, 59)) == {}


def test_each_group_with_pupils_owes_one_from_the_opening(scene: Scene) -> None:
    make_group(scene.school, "7Z", scene.teacher)  # nobody is in it
    found = monday(scene, at(9, 0))
    assert set(found) == {
        (duty, f"{group}, morning")
        for duty in ("register.submitted", "register.taken")
        for group in ("7A", "7B")
    }
    one = found["register.submitted", "7A, morning"]
    assert (one.arose_at, one.due_at) == (at(9, 0), at(9, 15))
    assert one.person_ids == frozenset({scene.teacher.pk})
    assert found["register.taken", "7A, morning"].person_ids is None


@pytest.mark.policy("P-3.5-2", "P-3.1-2")
def test_in_time_is_up_to_the_fifteenth_minute(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "N"}, when=at(9, 15))
    scene.take({scene.dan: "/"}, by=scene.other_teacher, group=scene.other_group, when=at(9, 15, 1))
    found = monday(scene, at(10, 0))
    assert found["register.submitted", "7A, morning"].standing(at(10, 0)) is Standing.DONE
    assert found["register.submitted", "7B, morning"].standing(at(10, 0)) is Standing.DONE_LATE
    assert found["register.taken", "7B, morning"].standing(at(10, 0)) is Standing.DONE


def test_a_register_with_a_mark_missing_is_neither_submitted_nor_taken(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "/"}, when=at(9, 5))
    found = monday(scene, at(9, 16))
    assert found["register.submitted", "7A, morning"].standing(at(9, 16)) is Standing.OVERDUE
    assert found["register.taken", "7A, morning"].standing(at(9, 16)) is Standing.TODAY
    assert found["register.taken", "7A, morning"].standing(at(9) + timedelta(days=1)) is Standing.OVERDUE


def test_one_completed_mark_by_mark_counts_from_the_last_mark(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "/"}, when=at(9, 5))
    scene.take({scene.cat: "/"}, when=at(9, 12))
    one = monday(scene, at(10, 0))["register.submitted", "7A, morning"]
    assert one.done_at == at(9, 12)


def test_a_pupil_who_starts_tomorrow_is_missing_from_no_register_of_today(scene: Scene) -> None:
    make_pupil(scene.school, scene.group, "Early", "Eva", first_day=MONDAY + timedelta(days=1))
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"}, when=at(9, 5))
    assert monday(scene, at(10, 0))["register.taken", "7A, morning"].done_at == at(9, 5)


def test_another_schools_registers_are_not_asked_for(scene: Scene) -> None:
    other = Scene()
    other.take({other.amy: "/", other.ben: "/", other.cat: "/"}, when=at(9, 5))
    assert all(each.done_at is None for each in monday(scene, at(10, 0)).values())


def test_the_queries_stay_the_same_however_many_days(scene: Scene) -> None:
    viewer = scene.viewer(scene.head)
    counts = []
    for days in (1, 10):
        owed(viewer, MONDAY - timedelta(days=days), MONDAY, at(16, 0))  # the year is in memory from here on
        with CaptureQueriesContext(connection) as asked:
            owed(viewer, MONDAY - timedelta(days=days), MONDAY, at(16, 0))
        counts.append(len(asked))
    assert counts == [counts[0]] * 2
    assert counts[0] <= 7
