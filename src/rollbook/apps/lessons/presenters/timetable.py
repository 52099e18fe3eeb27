"""The week's lessons as their page takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rollbook.apps.lessons.models import WEEKDAYS, Lesson
from rollbook.apps.lessons.queries.timetable import SetRow, who_of
from rollbook.apps.schools.queries import natural
from rollbook.domain.lessons import Clash
from rollbook.ui.words import sentence_list


@dataclass(frozen=True, slots=True)
class Shown:
    """Which part of the week is looked at: one weekday, or the whole week of a group, a set or a teacher."""

    weekday: int
    who: str = ""
    teacher: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Is it the week of somebody?"""
        return bool(self.who or self.teacher)

    def has(self, lesson: Lesson) -> bool:
        """Is this lesson in it?"""
        if not self.is_narrowed:
            return lesson.weekday == self.weekday
        is_of_teacher = not self.teacher or str(lesson.teacher_id) == self.teacher
        return is_of_teacher and (not self.who or who_of(lesson) == self.who)


def shown_part(asked: Mapping[str, str], today: date) -> Shown:
    """The part that the address names; today's weekday where it names none, Monday at the weekend."""
    day = asked.get("day", "")
    weekday = int(day) if day in {str(number) for number, _ in WEEKDAYS} else today.weekday()
    return Shown(weekday if weekday < len(WEEKDAYS) else 0, asked.get("who", ""), asked.get("teacher", ""))


def week_context(
    lessons: Sequence[Lesson], found: Sequence[Clash], sets: Sequence[SetRow], today: date, shown: Shown
) -> dict[str, Any]:
    """Everything `lessons/timetable.html` needs."""
    lines = clash_lines(lessons, found)
    rows: dict[int, list[dict[str, Any]]] = {}
    for lesson in filter(shown.has, lessons):
        row = {
            "lesson": lesson,
            "who": who_of(lesson),
            "is_to_come": lesson.first_day > today,
            "clashes": lines.get(lesson.pk, []),
        }
        rows.setdefault(lesson.weekday, []).append(row)
    teachers = {lesson.teacher_id: lesson.teacher.name for lesson in lessons}
    clashing = {lesson.weekday for lesson in lessons if lesson.pk in lines}
    return {
        "days": [(words, rows[weekday]) for weekday, words in WEEKDAYS if weekday in rows],
        "switch": [
            {
                "words": f"{words[:3]} !" if weekday in clashing else words[:3],
                "href": f"?day={weekday}",
                "current": not shown.is_narrowed and weekday == shown.weekday,
            }
            for weekday, words in WEEKDAYS
        ],
        "lesson_count": len(lessons),
        "clash_count": len(found),
        "sets": sets,
        "whos": sorted({who_of(lesson) for lesson in lessons}, key=natural),
        "teachers": sorted(teachers.items(), key=lambda each: each[1]),
        "shown": shown,
    }


def clash_lines(lessons: Sequence[Lesson], found: Sequence[Clash]) -> dict[int, list[str]]:
    """What each lesson can't share with another, in sentences by the lesson's id."""
    by_id = {lesson.pk: lesson for lesson in lessons}
    lines: dict[int, list[str]] = {}
    for clash in found:
        for one, other in ((clash.first, clash.second), (clash.second, clash.first)):
            lines.setdefault(one, []).append(_line(clash, by_id[one], by_id[other]))
    return lines


def _line(clash: Clash, one: Lesson, other: Lesson) -> str:
    shared = []
    if clash.is_teacher:
        shared.append(one.teacher.name)
    if clash.is_room:
        shared.append(one.room)
    if clash.pupils:
        count = len(clash.pupils)
        shared.append("1 pupil" if count == 1 else f"{count} pupils")
    at = f"{other.starts_at:%H:%M}–{other.ends_at:%H:%M}"
    return f"shares {sentence_list(shared)} with {other.subject}, {who_of(other)}, {at}"
