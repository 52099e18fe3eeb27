"""Is a pupil, or a group, missing from some lessons more than chance explains?

Where the school keeps lesson registers (POL 3.8), a lesson that a pupil missed though in school is compared with the
other lessons that the same pupil could have missed: a subject, and the member of staff who took it. It is a question
about what keeps the pupil away, a worry, a need that is not met, the way there; it says nothing of how anybody
teaches. The test is that of `domain.patterns`: exact, and multiplied by all that was looked at for the pupil.

A double lesson is one chance. A day of which every lesson was missed says nothing about one of them and is left out.
Source: domain.md P-1-4, P-8.2-3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.domain.law import Finding
from rollbook.domain.patterns import Counted, Judged, judge


@dataclass(frozen=True, slots=True)
class LessonChance:
    """One lesson that a pupil who was in school could have missed, and whether they did. `staff` took it that day."""

    on: date
    lesson_id: int
    subject: str
    staff: str
    is_missed: bool


@dataclass(frozen=True, slots=True)
class LessonFound:
    """What was found of one subject or member of staff, and the lessons that were missed."""

    words: str
    finding: Finding[Judged]
    missed: tuple[LessonChance, ...]


def chances_of(lessons: Sequence[LessonChance]) -> list[LessonChance]:
    """Which lessons can say something? Doubles as one, and without the days of which every lesson was missed."""
    met: dict[tuple[date, str, str], LessonChance] = {}
    for each in sorted(lessons, key=lambda each: (each.on, not each.is_missed, each.lesson_id)):
        met.setdefault((each.on, each.subject, each.staff), each)
    by_day: dict[date, list[LessonChance]] = {}
    for each in met.values():
        by_day.setdefault(each.on, []).append(each)
    return [
        each
        for day in by_day.values()
        if len(day) == 1 or not all(one.is_missed for one in day)
        for each in day
    ]


def lessons_missed(lessons: Sequence[LessonChance], besides: int) -> list[LessonFound]:
    """What may be said of each subject and each member of staff, the least likely by chance first?

    A subject that one person always takes, who takes nothing else with this pupil, is looked at once. `besides` is how
    much else is looked at for the pupil.
    """
    of = chances_of(lessons)
    looks = _looks(of, ("subject", "staff"))
    return _judged(of, looks, len(looks) + besides, "lessons missed")


def subjects_of(lessons: Sequence[LessonChance]) -> int:
    """How many subjects of a group can be looked at? None where there is only one, as nothing is beside it."""
    return len(_looks(chances_of(lessons), ("subject",)))


def group_misses(lessons: Sequence[LessonChance], looked_at: int) -> list[LessonFound]:
    """What may be said of each subject of a group? Shape: each lesson once, missed where anybody was missing from it.

    Pupils are never added up, because friends go missing together: a lesson with one missing counts as one with four.
    `looked_at` is how many subjects of all groups are looked at.
    """
    of = chances_of(lessons)
    return _judged(of, _looks(of, ("subject",)), looked_at, "lessons with somebody missing")


Looks = dict[frozenset[int], dict[str, str]]


def _looks(of: Sequence[LessonChance], ways: Sequence[str]) -> Looks:
    """The lessons of each name, as places; those that are all lessons are left out, the same lessons stand once."""
    looks: Looks = {}
    for attribute in ways:
        for name in sorted({getattr(each, attribute) for each in of}):
            places = frozenset(place for place, each in enumerate(of) if getattr(each, attribute) == name)
            if len(places) < len(of):
                looks.setdefault(places, {})[attribute] = name
    return looks


def _judged(of: Sequence[LessonChance], looks: Looks, looked_at: int, what: str) -> list[LessonFound]:
    missed = sum(each.is_missed for each in of)
    told = []
    for places, names in looks.items():
        inside = tuple(each for place, each in enumerate(of) if place in places and each.is_missed)
        said = f"{names['subject']} lessons" if "subject" in names else "Lessons"
        if "staff" in names:
            said += f" with {names['staff']}"
        counts = Counted(len(of), missed, len(places), len(inside))
        told.append(LessonFound(said, judge(counts, looked_at, what, said), inside))
    return sorted(
        told, key=lambda each: (each.finding.answer.chance is None, each.finding.answer.chance or 0)
    )
