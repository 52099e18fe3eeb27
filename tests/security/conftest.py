"""What every attack starts from: two schools that know nothing of each other, on a Monday at 09:05."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import time_machine
from django.db import transaction

from rollbook.apps.registers.queries.year import forget_years
from rollbook.apps.schools.queries import forget_timetables
from tests.apps.registers.scene import at
from tests.security.ground import Ground


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    """While registers are open."""
    with time_machine.travel(at(9, 5), tick=False):
        yield


@pytest.fixture(scope="module")
def made_ground(django_db_setup: None, django_db_blocker: Any) -> Iterator[Ground]:
    """Both schools, made once for all tests of a module: making them takes longer than most attacks."""
    forget_timetables()
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(at(8, 0), tick=False):
            ground = Ground()
        yield ground
        transaction.set_rollback(True)
    forget_timetables()
    forget_years()


@pytest.fixture
def ground(made_ground: Ground, db: None) -> Ground:
    """The two schools; what a test does to them is undone after it."""
    return deepcopy(made_ground)
