"""Lessons and sets in words, for the audit log."""

from collections.abc import Sequence

from rollbook.apps.lessons.models import Lesson, LessonSet
from rollbook.apps.lessons.queries.timetable import LARGEST_ID, who_of
from rollbook.domain.access import Viewer


def lesson_names(viewer: Viewer, subjects: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The lessons ("lesson:12") and sets ("lesson_set:3") of the viewer's school among these, in words.

    One query for each kind that occurs. Neither is about one pupil, and neither has a page that everybody may open.
    """
    found: dict[str, tuple[str, str]] = {}
    if lessons := _ids(subjects, "lesson"):
        rows = Lesson.objects.filter(school_id=viewer.school_id, pk__in=lessons)
        for lesson in rows.select_related("group", "lesson_set"):
            words = (
                f"{lesson.subject}, {who_of(lesson)}, {lesson.get_weekday_display()} {lesson.starts_at:%H:%M}"
            )
            found[f"lesson:{lesson.pk}"] = (words, "")
    if sets := _ids(subjects, "lesson_set"):
        for each in LessonSet.objects.filter(school_id=viewer.school_id, pk__in=sets):
            found[f"lesson_set:{each.pk}"] = (each.name, "")
    return found


def _ids(subjects: Sequence[str], kind: str) -> list[int]:
    pairs = (subject.partition(":") for subject in subjects)
    return [
        int(number)
        for name, _, number in pairs
        if name == kind and number.isdecimal() and int(number) <= LARGEST_ID
    ]
