"""Who is looking, and what they may see of the people of their school."""

from datetime import date

import pytest

from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Role
from tests.factories.people import make_person, make_school, viewer_of
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db


def test_factories() -> None:
    school = make_school()
    teacher = make_person(school, Role.CLASS_TEACHER)
    make_pupil(school, make_group(school, "7A", teacher), "Ahmed", "Noor")
    calendar = timetable(viewer_of(teacher)).calendar
    assert not calendar.is_school_day(date(2026, 9, 2))
    assert calendar.is_school_day(date(2026, 9, 3))
