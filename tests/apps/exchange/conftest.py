"""What the tests of files start from."""

import pytest

from rollbook.domain.access import Role, Viewer
from tests.apps.roll.files import csv_bytes, pupil_row
from tests.apps.roll.scene import ON, Scene, make_scene
from tests.factories.people import make_person, viewer_of


@pytest.fixture
def scene() -> Scene:
    """A school with two pupils, loaded from a file."""
    scene = make_scene()
    scene.load(csv_bytes([pupil_row(0), pupil_row(1)]))
    return scene


@pytest.fixture
def head(scene: Scene) -> Viewer:
    return viewer_of(make_person(scene.school, Role.HEAD_TEACHER, name="Hope Lane"), ON)
