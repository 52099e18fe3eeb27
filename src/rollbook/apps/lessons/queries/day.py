"""The lessons of a day: whose they are, and how far their registers are."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from rollbook.apps.lessons.models import Lesson, LessonCover, LessonMark, LessonSave
from rollbook.apps.lessons.queries.sheet import Held
from rollbook.apps.lessons.queries.switch import sees_all
from rollbook.apps.lessons.queries.timetable import lessons_on
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.lessons import LessonCode


@dataclass(frozen=True)
class LessonOfDay:
    """A lesson on a day: the save that last touched its register, and how many are marked missing in it."""

    held: Held
    is_own: bool
    save: LessonSave | None
    missing_count: int

    @property
    def lesson(self) -> Lesson:
        """The lesson itself."""
        return self.held.lesson


def lessons_of_day(viewer: Viewer, on: date) -> list[LessonOfDay]:
    """The lessons of a day by their time: all of them for those who may take any, else the viewer's own.

    Four queries, none on a day without lessons.
    """
    if not timetable(viewer).calendar.is_school_day(on):
        return []
    lessons = {lesson.pk: lesson for lesson in lessons_on(viewer, on)}
    covers = {
        cover.lesson_id: cover
        for cover in LessonCover.objects.select_related("teacher").filter(lesson__in=lessons, on=on)
    }
    held = [Held(lesson, on, covers.get(lesson.pk)) for lesson in lessons.values()]
    shown = [each for each in held if sees_all(viewer) or each.is_taken_by(viewer.user_id)]
    ids = [each.lesson.pk for each in shown]
    saves = {save.lesson_id: save for save in LessonSave.objects.filter(lesson__in=ids, on=on).order_by("id")}
    missing = _missing(ids, on)
    return [
        LessonOfDay(
            each, each.is_taken_by(viewer.user_id), saves.get(each.lesson.pk), missing[each.lesson.pk]
        )
        for each in shown
    ]


def _missing(lesson_ids: list[int], on: date) -> Counter[int]:
    """How many pupils the newest marks of each lesson call missing."""
    rows = LessonMark.objects.filter(lesson__in=lesson_ids, on=on).order_by("version")
    newest = {
        (lesson, pupil): code for lesson, pupil, code in rows.values_list("lesson_id", "pupil_id", "code")
    }
    return Counter(lesson for (lesson, _), code in newest.items() if code == LessonCode.MISSING)
