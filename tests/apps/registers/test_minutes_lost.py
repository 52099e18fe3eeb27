"""Minutes late over a year are those of the marks as they stand."""

import pytest

from rollbook.apps.registers.queries.pupil import pupil_year
from tests.apps.registers.scene import PM, Scene, at, mark
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


def test_a_pupil_of_another_school_has_no_page_here(scene: Scene) -> None:
    other = Scene(make_school("Other School"))

    assert pupil_year(scene.viewer(scene.officer), other.cat.pk, None, at(14)) is None
