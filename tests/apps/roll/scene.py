"""A school with an office, a teacher and a few groups, and what most tests of the roll ask about it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.apps.roll.actions.loading import Loaded, load_pupils
from rollbook.apps.roll.models import Contact, Enrolment, Membership, Parent, Pupil
from rollbook.apps.roll.queries.file_plan import LoadOptions
from rollbook.apps.schools.models import School, TeachingGroup
from rollbook.domain import access
from rollbook.domain.access import Permission, Role, Viewer
from rollbook.formats.pupil_file import read_pupils
from tests.factories.people import make_person, make_school, viewer_of
from tests.factories.pupils import make_group

ON = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)


@dataclass
class Scene:
    """One school. `viewer` is the attendance officer's, who may do everything here."""

    school: School
    officer: User
    teacher: User
    viewer: Viewer
    groups: dict[str, TeachingGroup]

    def load(self, content: bytes, **changed: Any) -> Loaded:
        """Loads a file as the attendance officer."""
        options = changed.pop("options", LoadOptions(ON))
        sheet = read_pupils(content, ON)
        given = {"viewer": self.viewer, "name": "pupils.csv", "by": self.viewer.actor, "at": AT} | changed
        return load_pupils(sheet=sheet, options=options, **given)


def make_scene(name: str = "Hollin Bank School", groups: str = "ABCDEFGH") -> Scene:
    """The school with groups 9A to 9H; the teacher takes 9A."""
    school = make_school(name)
    officer = make_person(school, Role.ATTENDANCE_OFFICER, name="Ruth Osei")
    teacher = make_person(school, Role.CLASS_TEACHER, name="Dan Kaye")
    made = {
        f"9{letter}": make_group(school, f"9{letter}", teacher if letter == "A" else None)
        for letter in groups
    }
    return Scene(school, officer, teacher, viewer_of(officer, ON), made)


def whole_roll(school: School) -> list[list[tuple[Any, ...]]]:
    """Every row of a school's roll, to see that nothing changed."""
    return [
        list(Pupil.objects.filter(school=school).order_by("id").values_list()),
        list(Parent.objects.filter(school=school).order_by("id").values_list()),
        *(
            list(model.objects.filter(pupil__school=school).order_by("id").values_list())
            for model in (Enrolment, Membership, Contact)
        ),
    ]


def events(kind: str) -> list[Event]:
    """The audit events of a type, latest first."""
    return list(Event.objects.filter(type=kind))


def without_groups(monkeypatch: pytest.MonkeyPatch, role: Role) -> None:
    """For this test the role may import pupils and may not make teaching groups."""
    fewer = access.ROLE_PERMISSIONS[role] - {Permission.GROUPS_MANAGE}
    monkeypatch.setattr(access, "ROLE_PERMISSIONS", {**access.ROLE_PERMISSIONS, role: fewer})
