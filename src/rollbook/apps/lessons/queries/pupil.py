"""The lessons a pupil missed or came late to in the last weeks."""

from dataclasses import dataclass
from datetime import date, timedelta

from rollbook.apps.lessons.models import LessonAlert, LessonMark
from rollbook.domain.access import Viewer
from rollbook.domain.lessons import LessonCode

WEEKS = 4


@dataclass(frozen=True)
class LessonsOfPupil:
    """The newest marks of the last weeks that are not plain presence, newest first, and of how many they are.

    Shape: `found` by (lesson id, day): what was found when an alert was closed.
    """

    marked_count: int
    missed: list[LessonMark]
    late: list[LessonMark]
    found: dict[tuple[int, date], str]


def lessons_of_pupil(viewer: Viewer, pupil_id: int, today: date) -> LessonsOfPupil:
    """What the lesson registers of the last four weeks say of a pupil. Two queries."""
    since = today - timedelta(weeks=WEEKS)
    rows = (
        LessonMark.objects.filter(
            pupil_id=pupil_id, on__gte=since, on__lte=today, lesson__school_id=viewer.school_id
        )
        .select_related("lesson")
        .order_by("version")
    )
    newest = {(mark.lesson_id, mark.on): mark for mark in rows}
    marks = sorted(newest.values(), key=lambda mark: (mark.on, mark.lesson.starts_at), reverse=True)
    alerts = LessonAlert.objects.filter(
        school_id=viewer.school_id, pupil_id=pupil_id, on__gte=since, closed_at__isnull=False
    ).order_by("id")
    return LessonsOfPupil(
        marked_count=len(marks),
        missed=[mark for mark in marks if mark.code == LessonCode.MISSING],
        late=[mark for mark in marks if mark.code == LessonCode.LATE],
        found={(alert.lesson_id, alert.on): alert.found for alert in alerts},
    )
