"""Two schools with the same calendar, and the people who may or may not change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from rollbook.apps.audit.models import Event
from rollbook.apps.schools.models import School
from rollbook.apps.schools.queries import timetable
from rollbook.clock import LONDON
from rollbook.domain.access import Role, Viewer
from rollbook.domain.calendar import SchoolCalendar
from tests.factories.people import make_person, make_school, viewer_of

TODAY = date(2026, 9, 14)


def at(hour: int = 10, minute: int = 0, on: date = TODAY) -> datetime:
    """A moment by the school's clock."""
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=LONDON)


def no_marks(school_id: int, days: Sequence[date]) -> Mapping[date, int]:
    """A register without marks."""
    return {}


@dataclass
class Scene:
    """Hollin Bank with an officer who changes its calendar, and Other School with its own."""

    school: School = field(default_factory=make_school)
    other: School = field(default_factory=lambda: make_school("Other School"))

    def __post_init__(self) -> None:
        self.person = make_person(
            self.school, Role.ATTENDANCE_OFFICER, name="Ann Officer", position="Attendance Officer"
        )
        self.teacher = make_person(self.school, Role.CLASS_TEACHER, name="Tess Teacher")
        self.stranger = make_person(self.other, Role.ATTENDANCE_OFFICER, name="Sam Stranger")

    @property
    def officer(self) -> Viewer:
        """Who changes things, as of the calendar's present version."""
        return viewer_of(self.person, TODAY)

    @property
    def told(self) -> dict[str, Any]:
        """What every action is told: for whom, by whom and when."""
        viewer = self.officer
        return {"viewer": viewer, "by": viewer.actor, "at": at()}

    @property
    def calendar(self) -> SchoolCalendar:
        """The calendar as a page would be given it now."""
        return timetable(self.officer).calendar

    def version(self) -> int:
        """The present version of the calendar."""
        return School.objects.get(pk=self.school.pk).calendar_version


def only_event() -> Event:
    """The one event that was recorded."""
    return Event.objects.get()
