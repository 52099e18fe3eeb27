"""The school that the tests of absence play in."""

import pytest

from tests.apps.registers.scene import Scene


@pytest.fixture
def scene(db: None) -> Scene:
    """Hollin Bank with two groups."""
    return Scene()
