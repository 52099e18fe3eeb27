"""Hollin Bank with lesson registers switched on: Maths of 7A from ten, Art of a set of 7A and 7B from half past one."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID, uuid4

from django.db.models import F

from rollbook.apps.accounts.models import User
from rollbook.apps.lessons.actions.taking import LessonTaken, take_lesson
from rollbook.apps.lessons.models import Lesson, LessonAlert, LessonMark, LessonPupil, LessonSet
from rollbook.apps.lessons.queries.sheet import held_on
from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.models import PolicySetting, School
from rollbook.ui.mark_form import SubmittedMark
from tests.apps.registers.scene import MONDAY, Scene, at, mark

SWITCHED_ON = date(2026, 9, 7)


def switch_on(school: School, from_day: date = SWITCHED_ON) -> None:
    """The governors choose lesson registers from a day on."""
    PolicySetting.objects.create(
        school=school,
        name="lesson_registers",
        value=1,
        effective_from=from_day,
        approved_at_meeting="Full governing board, 3 September 2026",
    )
    School.objects.filter(pk=school.pk).update(calendar_version=F("calendar_version") + 1)


@dataclass
class LessonScene(Scene):
    """The teacher of 7A teaches its Maths on Mondays; the other teacher has Art with a set of Amy and Dan."""

    def __post_init__(self) -> None:
        super().__post_init__()
        switch_on(self.school)
        self.maths = Lesson.objects.create(
            school=self.school,
            group=self.group,
            subject="Maths",
            room="Room 4",
            teacher=self.teacher,
            weekday=0,
            starts_at=time(10),
            ends_at=time(11),
            first_day=SWITCHED_ON,
        )
        self.set = LessonSet.objects.create(school=self.school, name="Art option", first_day=SWITCHED_ON)
        LessonPupil.objects.bulk_create(
            LessonPupil(lesson_set=self.set, pupil=pupil, first_day=SWITCHED_ON)
            for pupil in (self.amy, self.dan)
        )
        self.art = Lesson.objects.create(
            school=self.school,
            lesson_set=self.set,
            subject="Art",
            room="Studio",
            teacher=self.other_teacher,
            weekday=0,
            starts_at=time(13, 30),
            ends_at=time(14, 30),
            first_day=SWITCHED_ON,
        )

    def register(self, **codes: str) -> None:
        """7A's morning register at 09:05: everybody present but those named."""
        pupils = {"amy": self.amy, "ben": self.ben, "cat": self.cat}
        self.take({pupil: codes.get(name, "/") for name, pupil in pupils.items()})

    def teach(
        self,
        marks: dict[Pupil, str] | list[SubmittedMark],
        *,
        lesson: Lesson | None = None,
        by: User | None = None,
        when: datetime | None = None,
        on: date = MONDAY,
        reason: str = "",
        key: UUID | None = None,
    ) -> LessonTaken:
        """Takes the register of Maths on Monday at 10:04 by its teacher, unless said otherwise."""
        lesson = lesson or self.maths
        viewer = self.viewer(by or lesson.teacher, on)
        held = held_on(viewer, lesson.pk, on)
        assert held is not None
        rows = marks if isinstance(marks, list) else [mark(pupil, code) for pupil, code in marks.items()]
        return take_lesson(
            viewer=viewer,
            held=held,
            marks=rows,
            reason=reason,
            key=key or uuid4(),
            by=viewer.actor,
            at=when or at(10, 4, on=on),
        )

    def lesson_marks(self, lesson: Lesson | None = None) -> dict[str, list[str]]:
        """Every version of every mark of a lesson, by first name."""
        found: dict[str, list[str]] = {}
        rows = LessonMark.objects.filter(lesson=lesson or self.maths).select_related("pupil")
        for row in rows.order_by("version"):
            found.setdefault(row.pupil.forename, []).append(row.code)
        return found

    def alerts(self) -> list[tuple[str, str, bool]]:
        """First name, kind and whether it is open, of every alert in the order they were raised."""
        rows = LessonAlert.objects.select_related("pupil").order_by("id")
        return [(row.pupil.forename, row.kind, row.closed_at is None) for row in rows]
