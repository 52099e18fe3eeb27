"""A morning at Hollin Bank: whose parents there are, and what the registers say."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from rollbook.apps.followup.actions.claiming import claim
from rollbook.apps.followup.actions.recording import StepDraft, record_call, record_step
from rollbook.apps.followup.models import ContactStep
from rollbook.apps.followup.queries.missing import MissingNow, missing_now
from rollbook.apps.roll.models import Contact, Parent, Pupil
from rollbook.domain.access import Role
from rollbook.domain.contact_steps import StepKind
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person

VISIT = {"result": "nobody", "who": "Pat Lead", "second_person": "Ann Officer", "note": "Curtains drawn"}


@dataclass
class Morning(Scene):
    """Amy and Dan are sister and brother with one mother; Ben has a mother and a grandmother; Cat has nobody."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.pastoral = make_person(
            self.school, Role.PASTORAL_LEAD, name="Pat Lead", position="Pastoral Lead"
        )
        self.mo = self.parent("Mo", "Abbott", "07700 900111", "0121 496 0111")
        self.mary = self.parent("Mary", "Brown", "07700 900222")
        self.gran = self.parent("Gil", "Brown", "0121 496 0333")
        self.amys_mother = self.contact(self.amy, self.mo, "Mother")
        self.dans_mother = self.contact(self.dan, self.mo, "Mother")
        self.bens_mother = self.contact(self.ben, self.mary, "Mother")
        self.bens_gran = self.contact(self.ben, self.gran, "Grandmother", priority=2, is_parent=False)

    def parent(self, forename: str, surname: str, telephone: str, other: str = "", **more: Any) -> Parent:
        """An adult with one or two numbers and an address."""
        return Parent.objects.create(
            school=self.school,
            forename=forename,
            surname=surname,
            telephone=telephone,
            other_telephone=other,
            email=f"{forename}.{surname}@example.org".lower(),
            **more,
        )

    def contact(
        self, pupil: Pupil, parent: Parent, relationship: str, priority: int = 1, **more: Any
    ) -> Contact:
        """What an adult is to a pupil."""
        return Contact.objects.create(
            pupil=pupil, parent=parent, relationship=relationship, priority=priority, **more
        )

    def registers(self, on: date = MONDAY, **marks: str) -> None:
        """Both morning registers, everybody present but for those named: `amy="N"`."""
        codes = {
            pupil: marks.get(pupil.forename.lower(), "/")
            for pupil in (self.amy, self.ben, self.cat, self.dan)
        }
        seven_b = {self.dan: codes.pop(self.dan)}
        self.take({pupil: code for pupil, code in codes.items() if code}, on=on, when=at(9, 5, on=on))
        self.take(seven_b, by=self.other_teacher, group=self.other_group, on=on, when=at(9, 5, on=on))

    def now(self, when: datetime) -> MissingNow:
        """The list as the pastoral lead sees it."""
        return missing_now(self.viewer(self.pastoral, when.date()), when)

    def names(self, when: datetime) -> list[str]:
        """Who is on the list, in its order."""
        return [each.placed.pupil.forename for each in self.now(when).missing]

    def ring(self, pupil: Pupil, by: Any = None, when: datetime | None = None, **more: Any) -> None:
        """Takes a call on."""
        viewer = self.viewer(by or self.pastoral)
        claim(viewer=viewer, pupil_id=pupil.pk, by=viewer.actor, at=when or at(9, 40), **more)

    def call(
        self,
        pupil: Pupil,
        contact: Contact,
        result: str,
        *,
        when: datetime | None = None,
        number: str = "",
        key: UUID | None = None,
        by: Any = None,
        note: str = "",
    ) -> ContactStep:
        """Writes down a call."""
        viewer = self.viewer(by or self.pastoral, (when or at(9, 40)).date())
        return record_call(
            viewer=viewer,
            pupil_id=pupil.pk,
            contact_id=contact.pk,
            number=number or contact.parent.telephone,
            result=result,
            note=note,
            key=key or uuid4(),
            by=viewer.actor,
            at=when or at(9, 40),
        )

    def step(
        self,
        pupil: Pupil,
        kind: StepKind,
        *,
        when: datetime | None = None,
        by: Any = None,
        key: UUID | None = None,
        happened_at: datetime | None = None,
        **values: str,
    ) -> ContactStep:
        """Writes down a further step."""
        viewer = self.viewer(by or self.pastoral, (when or at(10)).date())
        return record_step(
            viewer=viewer,
            pupil_id=pupil.pk,
            draft=StepDraft(kind, values, happened_at),
            key=key or uuid4(),
            by=viewer.actor,
            at=when or at(10),
        )
