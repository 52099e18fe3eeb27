"""A small school with two teaching groups and the people who take, mend and look at their registers."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from rollbook.apps.accounts.models import User
from rollbook.apps.registers.actions.sourced_plans import SourcedPlan, replace_plans
from rollbook.apps.registers.actions.taking import SubmittedMark, Taken, take_register
from rollbook.apps.registers.models import Entry, PlannedMark
from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.models import School, TeachingGroup
from rollbook.clock import LONDON
from rollbook.domain.access import Role, Viewer
from rollbook.domain.marks import SchoolSession
from tests.factories.people import make_person, make_school, viewer_of
from tests.factories.pupils import make_group, make_pupil

AM, PM = SchoolSession.AM, SchoolSession.PM
MONDAY = date(2026, 9, 14)


def at(hour: int, minute: int = 0, second: int = 0, on: date = MONDAY) -> datetime:
    """A moment by the school's clock."""
    return datetime(on.year, on.month, on.day, hour, minute, second, tzinfo=LONDON)


@dataclass
class Scene:
    """Hollin Bank: 7A of three pupils with a teacher, 7B of one with another; an office, an officer, a head."""

    school: School = field(default_factory=make_school)

    def __post_init__(self) -> None:
        self.teacher = make_person(
            self.school, Role.CLASS_TEACHER, name="Tess Teacher", position="Teacher of 7A"
        )
        self.other_teacher = make_person(self.school, Role.CLASS_TEACHER, name="Omar Other")
        self.office = make_person(self.school, Role.OFFICE, name="Ola Office", position="Receptionist")
        self.officer = make_person(
            self.school, Role.ATTENDANCE_OFFICER, name="Ann Officer", position="Attendance Officer"
        )
        self.head = make_person(self.school, Role.HEAD_TEACHER, name="Hal Head", position="Head Teacher")
        self.group = make_group(self.school, "7A", self.teacher)
        self.other_group = make_group(self.school, "7B", self.other_teacher)
        self.amy = make_pupil(self.school, self.group, "Abbott", "Amy")
        self.ben = make_pupil(self.school, self.group, "Brown", "Ben")
        self.cat = make_pupil(self.school, self.group, "Carr", "Cat")
        self.dan = make_pupil(self.school, self.other_group, "Dale", "Dan")

    def viewer(self, person: User, on: date = MONDAY) -> Viewer:
        """The viewer a person is."""
        return viewer_of(person, on, self.school)

    def take(
        self,
        marks: dict[Pupil, str] | list[SubmittedMark],
        *,
        by: User | None = None,
        group: TeachingGroup | None = None,
        when: datetime | None = None,
        on: date = MONDAY,
        session: SchoolSession = AM,
        reason: str = "",
        key: UUID | None = None,
    ) -> Taken:
        """Takes 7A's register of Monday morning at 09:05 by its teacher, unless said otherwise."""
        viewer = self.viewer(by or self.teacher, on)
        rows = marks if isinstance(marks, list) else [mark(pupil, code) for pupil, code in marks.items()]
        return take_register(
            viewer=viewer,
            group_id=(group or self.group).pk,
            on=on,
            school_session=session,
            marks=rows,
            reason=reason,
            key=key or uuid4(),
            by=viewer.actor,
            at=when or at(9, 5, on=on),
        )

    def plan_trip(self, *pupils: Pupil, on: date = MONDAY) -> None:
        """A day at the science museum with a member of staff in charge, as the trip's record plans it."""
        viewer = self.viewer(self.head)
        replace_plans(
            viewer=viewer,
            source="activity:1",
            origin=PlannedMark.Origin.ACTIVITY,
            plans=[
                SourcedPlan(pupil.pk, on, on, "V", "Science museum", supervisor="Tess Teacher")
                for pupil in pupils
            ],
            because="Trip recorded",
            by=viewer.actor,
            at=at(8, 0, on=on),
        )

    def marks(self, on: date = MONDAY, session: SchoolSession = AM) -> dict[str, list[str]]:
        """Every version of every mark of a half-day, by first name."""
        found: dict[str, list[str]] = {}
        for entry in Entry.objects.filter(school=self.school, on=on, session=session).order_by("version"):
            found.setdefault(entry.pupil.forename, []).append(entry.code)
        return found


def mark(
    pupil: Pupil, code: str, *, minutes: int | None = None, note: str = "", seen: int = 0, choice: str = ""
) -> SubmittedMark:
    """A row of the form; an L without minutes is five minutes late."""
    if code == "L" and minutes is None:
        minutes = 5
    return SubmittedMark(pupil.pk, code, minutes, note, seen, choice)
