"""Registers of lessons as they stand, as plain functions."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import uuid4

from rollbook.apps.accounts.models import User
from rollbook.apps.lessons.models import Lesson, LessonAlert, LessonMark, LessonSave
from rollbook.apps.roll.models import Pupil
from rollbook.domain.lessons import Concern


def make_lesson_marks(
    lesson: Lesson, on: date, marks: Mapping[Pupil, str], *, by: User, at: datetime, with_alerts: bool = True
) -> list[LessonAlert]:
    """One register of a lesson; N raises the alert that it raises for a pupil who is in school."""
    save = LessonSave.objects.create(
        school_id=lesson.school_id,
        lesson=lesson,
        on=on,
        key=uuid4(),
        is_complete=True,
        at=at,
        by=by,
        by_name=by.name,
        by_position="Teacher",
    )
    LessonMark.objects.bulk_create(
        LessonMark(
            save_made=save,
            lesson=lesson,
            on=on,
            pupil=pupil,
            version=1,
            code=code,
            minutes_late=5 if code == "L" else None,
        )
        for pupil, code in marks.items()
    )
    return [
        LessonAlert.objects.create(
            school_id=lesson.school_id,
            lesson=lesson,
            on=on,
            pupil=pupil,
            kind=Concern.MISSING,
            because="In school, missing from the lesson.",
            raised_at=at,
            raised_by_name=by.name,
        )
        for pupil, code in marks.items()
        if code == "N" and with_alerts
    ]
