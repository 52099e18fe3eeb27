"""The register of one lesson on one day: who should be there, what is marked, and what the attendance register says."""

from dataclasses import dataclass
from datetime import date, datetime

from rollbook.apps.lessons.models import Lesson, LessonCover, LessonMark
from rollbook.apps.lessons.queries.switch import sees_all
from rollbook.apps.lessons.queries.timetable import lesson_of, members_of_sets, times_of
from rollbook.apps.registers.queries.facts import planned_now
from rollbook.apps.registers.queries.whereabouts import Placed, those_placed
from rollbook.apps.schools.queries import timetable
from rollbook.clock import LONDON
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.lessons import LessonTimes
from rollbook.domain.spans import Span
from rollbook.ui.kinds import title_of

Versions = list[LessonMark]


@dataclass(frozen=True, slots=True)
class Reason:
    """What was known beforehand of a pupil for the half-day: the code it was planned with, and its words."""

    code: str
    words: str


@dataclass(frozen=True)
class Held:
    """A lesson that there is on a day, and who takes it."""

    lesson: Lesson
    on: date
    cover: LessonCover | None

    @property
    def teacher_name(self) -> str:
        """Who takes it that day."""
        return self.cover.teacher.name if self.cover else self.lesson.teacher.name

    def is_taken_by(self, user_id: int) -> bool:
        """Is it this person's lesson that day? Somebody who is covered for may still look in and help."""
        return user_id in (self.lesson.teacher_id, self.cover.teacher_id if self.cover else None)


@dataclass(frozen=True)
class LessonSheet:
    """The register of one lesson on one day. Shape: `pupils` by surname; `versions` and `planned` by pupil id."""

    held: Held
    times: LessonTimes
    pupils: list[Placed]
    versions: dict[int, Versions]
    planned: dict[int, Reason]


def held_on(viewer: Viewer, lesson_id: int, on: date) -> Held | None:
    """A lesson of the viewer's school as it is on a day; None where there is none that day. Two queries."""
    lesson = lesson_of(viewer, lesson_id)
    if lesson is None or lesson.weekday != on.weekday() or on not in Span(lesson.first_day, lesson.last_day):
        return None
    if not timetable(viewer).calendar.is_school_day(on):
        return None
    cover = LessonCover.objects.select_related("teacher").filter(lesson=lesson, on=on).first()
    return Held(lesson, on, cover)


def held_to_see(viewer: Viewer, lesson_id: int, on: date) -> Held | None:
    """The same; None too where this viewer may not look at the register of the lesson. Two queries."""
    held = held_on(viewer, lesson_id, on)
    return held if held and (sees_all(viewer) or takes_own(viewer, held)) else None


def takes_own(viewer: Viewer, held: Held) -> bool:
    """Is this the viewer's own lesson, and may they take a register?"""
    return viewer.may(Permission.REGISTER_TAKE_OWN) and held.is_taken_by(viewer.user_id)


def sheet_of(viewer: Viewer, held: Held) -> LessonSheet:
    """Everything about one lesson on one day. Six queries, seven for a set."""
    lesson, on = held.lesson, held.on
    if lesson.lesson_set_id is not None:
        chosen = members_of_sets([lesson.lesson_set_id], on).get(lesson.lesson_set_id, frozenset())
        pupils = those_placed(viewer, _end_of(held), lambda pupil: pupil.id in chosen)
    else:
        pupils = those_placed(viewer, _end_of(held), lambda pupil: pupil.group_id == lesson.group_id)
    times = times_of(viewer, lesson, on)
    versions: dict[int, Versions] = {}
    marks = LessonMark.objects.filter(lesson=lesson, on=on).select_related("save_made").order_by("version")
    for mark in marks:
        versions.setdefault(mark.pupil_id, []).append(mark)
    plans = planned_now(viewer, on, times.session, [each.pupil.id for each in pupils])
    planned = {pupil: Reason(plan.code, plan.note or title_of(plan.code)) for pupil, plan in plans.items()}
    return LessonSheet(held, times, pupils, versions, planned)


def _end_of(held: Held) -> datetime:
    return datetime.combine(held.on, held.lesson.ends_at, LONDON)
