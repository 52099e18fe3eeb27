"""The lessons of the week, the sets, and what of the timetable can't both be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from rollbook.apps.lessons.models import Lesson, LessonPupil, LessonSet
from rollbook.apps.roll.queries import everyone_on_roll
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.lessons import Clash, LessonTimes, Timetabled, clashes
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.spans import Span

LARGEST_ID = 2**63 - 1


def on_day(on: date) -> Q:
    """Rows whose days hold this one."""
    return Q(first_day__lte=on) & (Q(last_day=None) | Q(last_day__gte=on))


def not_over(on: date) -> Q:
    """Rows whose last day is not behind this one."""
    return Q(last_day=None) | Q(last_day__gte=on)


def _lessons(viewer: Viewer) -> QuerySet[Lesson]:
    return Lesson.objects.filter(school_id=viewer.school_id).select_related("group", "lesson_set", "teacher")


def lesson_of(viewer: Viewer, lesson_id: int) -> Lesson | None:
    """A lesson of the viewer's school, past ones too; None for any other. One query."""
    return _lessons(viewer).filter(pk=lesson_id).first() if lesson_id <= LARGEST_ID else None


def lessons_on(viewer: Viewer, on: date) -> list[Lesson]:
    """The lessons of a day by their time, whether or not the school is open. One query."""
    return list(_lessons(viewer).filter(on_day(on), weekday=on.weekday()))


def week_from(viewer: Viewer, on: date) -> list[Lesson]:
    """The lessons of the week that there are from a day on, those to come among them. One query."""
    return list(_lessons(viewer).filter(not_over(on)))


def times_of(viewer: Viewer, lesson: Lesson, on: date) -> LessonTimes:
    """The lesson's times that day, and the half-day by whose registration it is judged."""
    afternoon = timetable(viewer).calendar.times(on, SchoolSession.PM)
    is_afternoon = afternoon is not None and lesson.starts_at >= afternoon.opens_at
    return LessonTimes(
        lesson.starts_at, lesson.ends_at, SchoolSession.PM if is_afternoon else SchoolSession.AM
    )


def who_of(lesson: Lesson) -> str:
    """Who is taught: the name of the group or of the set."""
    taught = lesson.group or lesson.lesson_set
    return taught.name if taught else ""


# --- Sets -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetRow:
    """A set with how many pupils are in it on a day."""

    lesson_set: LessonSet
    pupil_count: int


def set_of(viewer: Viewer, set_id: int) -> LessonSet | None:
    """A set of the viewer's school; None for any other. One query."""
    if set_id > LARGEST_ID:
        return None
    return LessonSet.objects.filter(school_id=viewer.school_id, pk=set_id).first()


def sets_from(viewer: Viewer, on: date) -> list[SetRow]:
    """The sets that there are from a day on. Two queries."""
    sets = list(LessonSet.objects.filter(not_over(on), school_id=viewer.school_id))
    members = members_of_sets([each.pk for each in sets], on)
    return [SetRow(each, len(members.get(each.pk, ()))) for each in sets]


def members_of_sets(set_ids: Iterable[int], on: date) -> dict[int, frozenset[int]]:
    """The pupils' ids of each set on a day; sets without pupils are left out. One query."""
    rows = LessonPupil.objects.filter(on_day(on), lesson_set__in=list(set_ids))
    found: dict[int, set[int]] = {}
    for set_id, pupil_id in rows.values_list("lesson_set_id", "pupil_id"):
        found.setdefault(set_id, set()).add(pupil_id)
    return {set_id: frozenset(pupils) for set_id, pupils in found.items()}


# --- Clashes ----------------------------------------------------------------------------------------------------


def clashes_among(viewer: Viewer, lessons: list[Lesson], on: date) -> list[Clash]:
    """What of these lessons can't both be, by who is in the groups and sets on a day. Two queries."""
    in_group: dict[int | None, set[int]] = {}
    for pupil in everyone_on_roll(viewer, on):
        in_group.setdefault(pupil.group_id, set()).add(pupil.id)
    in_set = members_of_sets({each.lesson_set_id for each in lessons if each.lesson_set_id}, on)
    return clashes(
        Timetabled(
            id=each.pk,
            weekday=each.weekday,
            span=Span(each.first_day, each.last_day),
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            teacher=each.teacher_id,
            room=each.room,
            pupils=frozenset(in_group.get(each.group_id, ()))
            if each.group_id
            else in_set.get(each.lesson_set_id or 0, frozenset()),
        )
        for each in lessons
    )
