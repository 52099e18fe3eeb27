"""The lessons that pupils missed though they were in school, and those they could have missed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from rollbook.apps.lessons.models import Lesson, LessonAlert, LessonCover, LessonMark, LessonSave
from rollbook.apps.lessons.queries.timetable import who_of
from rollbook.domain.access import Viewer
from rollbook.domain.lessons import Concern, LessonCode

Missed = tuple[int, date, int]
"""A lesson, its day and a pupil."""


@dataclass(frozen=True, slots=True)
class MarkedLesson:
    """One lesson of one pupil who was in school: what it was, who took it that day, and whether the pupil missed it."""

    pupil_id: int
    lesson_id: int
    on: date
    subject: str
    staff: str
    is_missed: bool


@dataclass(frozen=True, slots=True)
class TakenLesson:
    """One lesson on one day whose register was taken."""

    lesson_id: int
    on: date
    subject: str


def missed_lessons(viewer: Viewer, first_day: date, last_day: date) -> list[Missed]:
    """The lessons missed by pupils who were in school and of whom nothing was known beforehand. One query.

    What a later correction closed by itself is left out; what somebody found afterwards is not.
    """
    rows = LessonAlert.objects.filter(
        school_id=viewer.school_id, kind=Concern.MISSING, on__range=(first_day, last_day)
    ).filter(Q(closed_at=None) | Q(closed_by__isnull=False))
    return sorted(set(rows.values_list("lesson_id", "on", "pupil_id")))


def marked_lessons(
    viewer: Viewer, first_day: date, last_day: date, pupils: Collection[int], missed: Collection[Missed]
) -> list[MarkedLesson]:
    """The lessons of these pupils in these days that they were in, or missed as told. Three queries, none for nobody.

    A lesson that somebody away from school was marked missing from is none that could have been missed.
    """
    if not pupils:
        return []
    lessons = {
        each.pk: each for each in Lesson.objects.filter(school_id=viewer.school_id).select_related("teacher")
    }
    covers = {
        (lesson, on): name
        for lesson, on, name in LessonCover.objects.filter(
            lesson__school_id=viewer.school_id, on__range=(first_day, last_day)
        ).values_list("lesson_id", "on", "teacher__name")
    }
    rows = LessonMark.objects.filter(
        lesson__school_id=viewer.school_id, on__range=(first_day, last_day), pupil__in=pupils
    ).order_by("version")
    newest = {
        (lesson, on, pupil): code
        for lesson, on, pupil, code in rows.values_list("lesson_id", "on", "pupil_id", "code")
    }
    told = frozenset(missed)
    return [
        MarkedLesson(
            pupil,
            lesson,
            on,
            lessons[lesson].subject,
            covers.get((lesson, on), lessons[lesson].teacher.name),
            code == LessonCode.MISSING,
        )
        for (lesson, on, pupil), code in newest.items()
        if code != LessonCode.MISSING or (lesson, on, pupil) in told
    ]


def taken_lessons(viewer: Viewer, first_day: date, last_day: date) -> dict[str, list[TakenLesson]]:
    """The lessons whose register was taken in these days, by the group or set they were of. Two queries."""
    rows = LessonSave.objects.filter(school_id=viewer.school_id, on__range=(first_day, last_day))
    taken = set(rows.values_list("lesson_id", "on"))
    lessons = Lesson.objects.filter(school_id=viewer.school_id).select_related("group", "lesson_set")
    by_id = {each.pk: each for each in lessons}
    found: dict[str, list[TakenLesson]] = {}
    for lesson, on in sorted(taken, key=lambda each: (each[1], each[0])):
        found.setdefault(who_of(by_id[lesson]), []).append(TakenLesson(lesson, on, by_id[lesson].subject))
    return found
