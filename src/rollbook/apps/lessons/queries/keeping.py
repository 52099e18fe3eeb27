"""What of the lesson registers is six years old and may go with the purge of its academic year."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from rollbook.apps.lessons.models import LessonAlert, LessonMark
from rollbook.apps.registers.queries.keeping import made_before
from rollbook.domain.access import Viewer
from rollbook.domain.keeping import newest_day_to_purge


@dataclass(frozen=True, slots=True)
class OldLessons:
    """The ids of the marks, whole histories only, and of the closed alerts that may go."""

    marks: tuple[int, ...]
    alerts: tuple[int, ...]


def old_lessons(
    viewer: Viewer, first_day: date, last_day: date, kept: Container[int], today: date
) -> OldLessons:
    """What of these days may go: nothing that is younger, nothing of the pupils `kept`. Three queries."""
    before = made_before(newest_day_to_purge(today))
    of_days = LessonMark.objects.filter(lesson__school_id=viewer.school_id, on__range=(first_day, last_day))
    history = ("lesson_id", "on", "pupil_id")
    young = set(of_days.filter(save_made__at__gte=before).values_list(*history))
    marks = [
        pk
        for pk, lesson, on, pupil in of_days.values_list("pk", *history)
        if (lesson, on, pupil) not in young and pupil not in kept
    ]
    alerts = LessonAlert.objects.filter(
        school_id=viewer.school_id, on__range=(first_day, last_day), closed_at__lt=before
    )
    old_alerts = [pk for pk, pupil in alerts.values_list("pk", "pupil_id") if pupil not in kept]
    return OldLessons(tuple(marks), tuple(old_alerts))
