"""What every test of the apps starts from: nothing kept in memory from the test before."""

from collections.abc import Iterator

import pytest

from rollbook.apps.registers.queries.year import forget_years
from rollbook.apps.schools.queries import forget_timetables


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Calendars and years of marks are kept by id, and the schools of two tests may share ids."""
    forget_timetables()
    forget_years()
    yield
    forget_timetables()
    forget_years()
