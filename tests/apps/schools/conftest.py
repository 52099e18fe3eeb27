"""The scene of these tests."""

import pytest

from tests.apps.schools.scene import Scene


@pytest.fixture
def scene(db: None) -> Scene:
    """Two schools."""
    return Scene()
