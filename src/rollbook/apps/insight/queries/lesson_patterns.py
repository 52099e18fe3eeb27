"""From which lessons are pupils and groups missing more than chance explains? Only where lesson registers are kept."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.apps.insight.queries.ground import Ground
from rollbook.apps.lessons.queries.missed import (
    MarkedLesson,
    Missed,
    TakenLesson,
    marked_lessons,
    missed_lessons,
    taken_lessons,
)
from rollbook.apps.lessons.queries.switch import are_on
from rollbook.apps.roll.queries.cohort import Member
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.lesson_patterns import (
    LessonChance,
    LessonFound,
    group_misses,
    lessons_missed,
    subjects_of,
)
from rollbook.domain.patterns import LEAST, LOOKS, Verdict
from rollbook.domain.periods import Period

_WHO = (Permission.MEASURES_VIEW, Permission.SUPPORT_RECORD, Permission.REGISTER_TAKE_ANY)


@dataclass(frozen=True, slots=True)
class PupilLessons:
    """One pupil with the lessons that stand out, the least likely by chance first."""

    member: Member
    found: tuple[LessonFound, ...]


@dataclass(frozen=True, slots=True)
class GroupLessons:
    """One group or set with the subjects that stand out."""

    taught: str
    found: tuple[LessonFound, ...]


@dataclass(frozen=True)
class LessonPatterns:
    """What stands out of the lessons of a period. `groups` are empty where the pupils are narrowed to one group.

    A pupil who stands out alone is left out of what the group missed: one pupil's habit is none of the group's.
    """

    pupils: list[PupilLessons]
    groups: list[GroupLessons]
    missed_count: int


def may_see_lessons(viewer: Viewer, on: date) -> bool:
    """Whether lessons are looked at for this viewer: those who lead on attendance, where lesson registers are kept."""
    return all(map(viewer.may, _WHO)) and are_on(viewer, on)


def lesson_patterns(viewer: Viewer, found: Ground, *, with_groups: bool) -> LessonPatterns | None:
    """The pupils of a ground, and the groups, with lessons missed beyond chance; None for those it is not told to.

    Six queries; only the lessons of those who missed enough to say anything are read.
    """
    if not may_see_lessons(viewer, found.last_day):
        return None
    days = found.first_day, found.last_day
    missed = missed_lessons(viewer, *days)
    counts = Counter(pupil for _, _, pupil in missed)
    enough = [pupil for pupil, count in counts.items() if count >= LEAST and pupil in found.row_of]
    by_pupil: dict[int, list[MarkedLesson]] = {pupil: [] for pupil in enough}
    for each in marked_lessons(viewer, *days, enough, missed):
        by_pupil[each.pupil_id].append(each)
    rows = [
        PupilLessons(found.members[found.row_of[pupil]], kept)
        for pupil, marked in by_pupil.items()
        if (kept := _patterns(_of_pupil(marked)))
    ]
    rows.sort(key=lambda row: (row.found[0].finding.answer.chance, row.member.surname, row.member.forename))
    told = {row.member.id for row in rows}
    others = [each for each in missed if each[2] not in told]
    groups = _groups(taken_lessons(viewer, *days), others) if with_groups else []
    return LessonPatterns(rows, groups, len(missed))


def lessons_of(viewer: Viewer, period: Period, pupil_id: int) -> list[LessonFound] | None:
    """All subjects and members of staff that were looked at for one pupil; None for those it is not told to."""
    if not may_see_lessons(viewer, period.last_day):
        return None
    days = period.first_day, period.last_day
    return _of_pupil(marked_lessons(viewer, *days, [pupil_id], missed_lessons(viewer, *days)))


def _of_pupil(marked: Iterable[MarkedLesson]) -> list[LessonFound]:
    lessons = [
        LessonChance(each.on, each.lesson_id, each.subject, each.staff, each.is_missed) for each in marked
    ]
    return lessons_missed(lessons, len(LOOKS))


def _groups(taken: dict[str, list[TakenLesson]], missed: Sequence[Missed]) -> list[GroupLessons]:
    """The groups and sets with a subject that stands out of their own lessons."""
    with_somebody = {(lesson, on) for lesson, on, _ in missed}
    lessons = {
        taught: [
            LessonChance(
                each.on, each.lesson_id, each.subject, "", (each.lesson_id, each.on) in with_somebody
            )
            for each in those
        ]
        for taught, those in taken.items()
    }
    looked_at = sum(map(subjects_of, lessons.values()))
    found = [
        GroupLessons(taught, kept)
        for taught, those in lessons.items()
        if (kept := _patterns(group_misses(those, looked_at)))
    ]
    return sorted(found, key=lambda each: (each.found[0].finding.answer.chance, each.taught))


def _patterns(found: Iterable[LessonFound]) -> tuple[LessonFound, ...]:
    return tuple(each for each in found if each.finding.answer.verdict is Verdict.PATTERN)
