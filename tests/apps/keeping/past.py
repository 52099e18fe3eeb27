"""A school with registers of 2014/15: two pupils who left, one still on roll, and one mark amended only this year."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import uuid4

from rollbook.apps.accounts.models import User
from rollbook.apps.registers.actions.writing import NewEntry, Occasion, add_entries
from rollbook.apps.registers.models import Save
from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.models import School
from rollbook.domain.access import Actor
from tests.apps.registers.scene import AM, PM, Scene, at
from tests.factories.pupils import make_pupil

OLD_YEAR = date(2014, 9, 1)
MONDAY, TUESDAY = date(2014, 9, 15), date(2014, 9, 16)


def save_old(
    school: School,
    by: User,
    marks: dict[Pupil, str],
    on: date,
    *,
    when: datetime | None = None,
    session: object = AM,
    version: int = 1,
    reason: str = "",
) -> Save:
    """A save as it was made long ago: the calendar of those years is gone, so no register page made it."""
    entries = [
        NewEntry(pupil.pk, on, session, version, code, reason=reason)  # type: ignore[arg-type]
        for pupil, code in marks.items()
    ]
    kind = Save.Kind.REGISTER if version == 1 else Save.Kind.AMENDMENT
    occasion = Occasion(school.pk, kind, uuid4(), on=on, session=session)  # type: ignore[arg-type]
    return add_entries(
        occasion=occasion,
        entries=entries,
        by=Actor(by.pk, by.name, "Secretary"),
        at=when or at(9, 5, on=on),
    )


@dataclass
class Past:
    """Nine entries of 2014/15: four of Lea, two of Max, who left; three of Amy, who is on roll."""

    scene: Scene = field(default_factory=Scene)

    def __post_init__(self) -> None:
        self.school, self.head = self.scene.school, self.scene.head
        self.lea, self.max = (
            make_pupil(
                self.school, None, surname, name, first_day=date(2013, 9, 2), last_day=date(2018, 7, 20)
            )
            for surname, name in (("Lane", "Lea"), ("Moor", "Max"))
        )
        everybody = {self.lea: "/", self.max: "N", self.scene.amy: "/"}
        self.monday = save_old(self.school, self.scene.office, everybody, MONDAY)
        self.afternoon = save_old(
            self.school, self.scene.office, {self.lea: "\\", self.scene.amy: "\\"}, MONDAY, session=PM
        )
        self.tuesday = save_old(self.school, self.scene.office, {self.lea: "N", self.scene.amy: "/"}, TUESDAY)
        self.amended = save_old(
            self.school, self.scene.office, {self.max: "M"}, MONDAY,
            version=2, reason="Letter found.", when=at(9, 5, on=date(2014, 10, 1)),
        )  # fmt: skip
        self.late = save_old(
            self.school, self.scene.office, {self.lea: "I"}, TUESDAY,
            version=2, reason="Certificate found.", when=at(9, 5, on=date(2026, 9, 10)),
        )  # fmt: skip
