"""Who is present at registration but missing from a lesson, and who is in a lesson but absent in the register?

A lesson register is the school's own, beside the statutory one: the policy asks pupils to attend every timetabled
session, and the law asks for a mark twice a day and no more. So a lesson mark raises an alert or tells the office; it
never changes an entry of the attendance register, which says what was so when it was taken (SI 2024/208 reg 10).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from itertools import combinations

from rollbook.domain.law import POLICY, REGULATION_10_URL, REGULATIONS_2024, Citation, Confirmation, Finding
from rollbook.domain.on_site import Mark, Moved, Whereabouts, where_is
from rollbook.domain.sessions import SchoolSession, words_for_time
from rollbook.domain.spans import Span

EVERY_TIMETABLED_SESSION = Citation(POLICY, "section 3.8")
_THE_REGISTER_STANDS = Citation(
    REGULATIONS_2024, "regulation 10(2), Table 1", Confirmation.CONFIRMED, REGULATION_10_URL
)


class LessonCode(StrEnum):
    """Was a pupil in the lesson? Nothing else is asked: why somebody is away is for the attendance register."""

    PRESENT = "/"
    LATE = "L"
    MISSING = "N"

    @property
    def words(self) -> str:
        """The mark in a word: present, late or missing."""
        return self.name.lower()


class Concern(StrEnum):
    """What follows from a lesson mark beside the attendance register?"""

    NONE = "none"
    MISSING = "missing"
    NOT_REGISTERED = "not_registered"

    @property
    def words(self) -> str:
        """The concern as the office's list names it."""
        return {
            Concern.NONE: "Nothing",
            Concern.MISSING: "Missing from the lesson",
            Concern.NOT_REGISTERED: "In the lesson, but absent in the register",
        }[self]


@dataclass(frozen=True, slots=True)
class LessonTimes:
    """From when to when is a lesson, and by which half of the day's registration is it judged?

    Units: local wall-clock times of one school day. Errors: ValueError where it ends before it has begun.
    """

    starts_at: time
    ends_at: time
    session: SchoolSession

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError("A lesson ends after it begins.")


def alert_for(
    *,
    marks: Sequence[Mark],
    movements: Sequence[Moved],
    times: LessonTimes,
    code: LessonCode,
    planned: str = "",
) -> Finding[Concern]:
    """Is somebody to be told of this lesson mark, and why?

    `marks` are those that stand in the attendance register that day, `movements` the desk's log, `planned` what was
    known beforehand in words. What happened after the lesson says nothing of it and is left out.
    """
    marks = tuple(mark for mark in marks if (mark.arrived_at or mark.opens_at) <= times.ends_at)
    movements = tuple(each for each in movements if each.at <= times.ends_at)
    if code is LessonCode.MISSING:
        concern, because = _of_missing(marks, movements, times, planned)
        citation = EVERY_TIMETABLED_SESSION
    else:
        concern, because = _of_present(marks, movements, times)
        citation = _THE_REGISTER_STANDS
    facts = {"marks": marks, "movements": movements, "times": times, "code": code, "planned": planned}
    return Finding(concern, "lessons.alert_for", because, facts, citation)


def _of_missing(
    marks: Sequence[Mark], movements: Sequence[Moved], times: LessonTimes, planned: str
) -> tuple[Concern, str]:
    found = where_is(marks, movements)
    if found.answer is not Whereabouts.ON_SITE:
        return Concern.NONE, found.because
    if planned:
        return Concern.NONE, f"Known beforehand: {planned.rstrip('.')}."
    return Concern.MISSING, f"{found.because} Missing from the lesson at {words_for_time(times.starts_at)}."


def _of_present(marks: Sequence[Mark], movements: Sequence[Moved], times: LessonTimes) -> tuple[Concern, str]:
    """Somebody who was on site at any moment of the lesson may have been in it, whatever came before or after."""
    events = [*(mark.arrived_at for mark in marks if mark.arrived_at), *(each.at for each in movements)]
    moments = sorted({times.starts_at, times.ends_at, *(at for at in events if at > times.starts_at)})
    found = [_until(at, marks, movements) for at in moments]
    if any(each.answer is Whereabouts.ON_SITE for each in found):
        return Concern.NONE, "In the lesson, and on site."
    last = found[-1]
    is_registered = any(mark.session is times.session for mark in marks)
    if is_registered or last.answer is Whereabouts.LEFT:
        return Concern.NOT_REGISTERED, f"{last.because} In the lesson at {words_for_time(times.starts_at)}."
    return Concern.NONE, "In the lesson; the register of this half-day has no mark yet."


def _until(at: time, marks: Sequence[Mark], movements: Sequence[Moved]) -> Finding[Whereabouts]:
    return where_is(
        [mark for mark in marks if (mark.arrived_at or mark.opens_at) <= at],
        [each for each in movements if each.at <= at],
    )


def why_closed(raised: Concern, code: LessonCode, found: Finding[Concern]) -> str:
    """Why does an open alert close by itself when the lesson mark is amended? "" where it stays open."""
    if found.answer is raised:
        return ""
    was_there, is_there = raised is not Concern.MISSING, code is not LessonCode.MISSING
    if was_there != is_there:
        return f"Marked {code.words} in the lesson after all."
    return found.because


# --- The timetable ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timetabled:
    """One lesson of the week as the timetable has it. `pupils` and `teacher` are ids, `room` "" for none."""

    id: int
    weekday: int
    span: Span
    starts_at: time
    ends_at: time
    teacher: int
    room: str
    pupils: frozenset[int]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two lessons that can't both be as they stand, and what they share."""

    first: int
    second: int
    is_teacher: bool
    is_room: bool
    pupils: frozenset[int]


def clashes(lessons: Iterable[Timetabled]) -> list[Clash]:
    """Which lessons of a timetable share a teacher, a room or pupils at the same time? A warning, never a refusal.

    Two adults may share a room, and one may look after two small groups: the school knows, the timetable doesn't.
    """
    by_weekday: dict[int, list[Timetabled]] = {}
    for lesson in lessons:
        by_weekday.setdefault(lesson.weekday, []).append(lesson)
    pairs = (pair for each in by_weekday.values() for pair in combinations(each, 2))
    found = (_clash(first, second) for first, second in pairs if _at_once(first, second))
    return [each for each in found if each.is_teacher or each.is_room or each.pupils]


def _at_once(first: Timetabled, second: Timetabled) -> bool:
    overlap = first.starts_at < second.ends_at and second.starts_at < first.ends_at
    return overlap and first.span.overlaps(second.span)


def _clash(first: Timetabled, second: Timetabled) -> Clash:
    rooms = first.room.strip().casefold(), second.room.strip().casefold()
    return Clash(
        first.id,
        second.id,
        is_teacher=first.teacher == second.teacher,
        is_room=rooms[0] == rooms[1] != "",
        pupils=first.pupils & second.pupils,
    )
