"""Minutes late over a year are those of the marks as they stand."""

import pytest

from rollbook.apps.registers.queries.pupil import pupil_year
from rollbook.apps.registers.queries.year import forget_years, packed_year, year_bounds
from rollbook.apps.schools.queries import timetable
from tests.apps.registers.scene import MONDAY, PM, Scene, at, mark
from tests.factories.people import make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def minutes_lost(scene: Scene) -> int:
    year = pupil_year(scene.viewer(scene.officer), scene.cat.pk, None, at(14))
    assert year is not None
    return year.minutes_lost


def test_minutes_that_were_amended_away_are_not_lost(scene: Scene) -> None:
    scene.take([mark(scene.cat, "L", minutes=7)])
    scene.take([mark(scene.cat, "L", minutes=4)], session=PM, when=at(12, 55))
    assert minutes_lost(scene) == 11

    scene.take([mark(scene.cat, "/", seen=1)], by=scene.office, reason="She was in the library")
    assert minutes_lost(scene) == 4


def test_the_year_in_memory_has_the_minutes_of_the_marks_as_they_stand(scene: Scene) -> None:
    viewer = scene.viewer(scene.officer)
    bounds = year_bounds(timetable(viewer).calendar, MONDAY)

    def minutes() -> int | None:
        year = packed_year(scene.school.pk, bounds)
        return year.minutes(scene.cat.pk, year.column(MONDAY, is_pm=False))

    assert minutes() is None
    scene.take([mark(scene.cat, "L", minutes=7)])
    assert minutes() == 7
    scene.take([mark(scene.cat, "/", seen=1)], by=scene.office, reason="She was in the library")
    scene.take([mark(scene.cat, "L", minutes=3, seen=2)], by=scene.office, reason="She was not")
    assert minutes() == 3
    forget_years()
    assert minutes() == 3


def test_a_pupil_of_another_school_has_no_page_here(scene: Scene) -> None:
    other = Scene(make_school("Other School"))

    assert pupil_year(scene.viewer(scene.officer), other.cat.pk, None, at(14)) is None
