"""The lessons of the week: added, changed by ending and starting anew, ended; and who covers one on a day."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db import transaction

from rollbook.apps.accounts.queries import person_of
from rollbook.apps.audit.actions import record
from rollbook.apps.lessons.models import Lesson, LessonCover, LessonSave
from rollbook.apps.lessons.queries.timetable import set_of
from rollbook.apps.schools.actions.changing import one_at_a_time
from rollbook.apps.schools.queries import group_on, timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.spans import Span
from rollbook.ui.words import short_day

LONGEST_SUBJECT, LONGEST_ROOM = 60, 40
BEFORE_TODAY = "Choose today or a later day: lessons of days gone by stay as they were."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A lesson as somebody wants it: of a teaching group or of a set, never of both."""

    subject: str
    group_id: int | None
    set_id: int | None
    room: str
    teacher_id: int
    weekday: int
    starts_at: time
    ends_at: time
    first_day: date
    last_day: date | None = None

    def fields(self) -> dict[str, object]:
        """The columns of the lesson."""
        values = asdict(self)
        values["lesson_set_id"] = values.pop("set_id")
        return values


def add_lessons(
    *, viewer: Viewer, wanted: Wanted, weekdays: Sequence[int], by: Actor, at: datetime
) -> list[Lesson]:
    """Adds a lesson for each of these weekdays. Errors: Refused."""
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        tidy = _checked(viewer, wanted, at.date())
        if not weekdays:
            raise Refused.one("weekdays", "Choose at least one weekday.")
        return [_add(viewer, replace(tidy, weekday=weekday), by, at) for weekday in sorted(set(weekdays))]


def change_lesson(*, viewer: Viewer, lesson_id: int, wanted: Wanted, by: Actor, at: datetime) -> Lesson:
    """Has a lesson be another from `wanted.first_day` on: the old one ends the day before and keeps its registers.

    One that has not begun by then is changed itself. Errors: Refused where a register was taken from that day on.
    """
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        lesson = _own(viewer, lesson_id)
        tidy = _checked(viewer, wanted, at.date())
        _refuse_registers_from(lesson, tidy.first_day, "first_day")
        is_same_weekday = tidy.weekday == lesson.weekday
        if tidy.first_day <= lesson.first_day:
            for name, value in tidy.fields().items():
                setattr(lesson, name, value)
            lesson.save()
            changed = lesson
        else:
            if lesson.last_day is not None and lesson.last_day < tidy.first_day:
                raise Refused.one("first_day", f"This lesson ends on {short_day(lesson.last_day)} already.")
            _end(lesson, tidy.first_day - timedelta(days=1))
            changed = Lesson.objects.create(school_id=viewer.school_id, **tidy.fields())
        covers = LessonCover.objects.filter(lesson=lesson, on__gte=tidy.first_day)
        if is_same_weekday:
            covers.update(lesson=changed)
        else:
            covers.delete()
        facts = {"was": lesson_id} | _facts(changed)
        _note("lesson.changed", changed, facts, viewer, by, at)
    return changed


def end_lesson(*, viewer: Viewer, lesson_id: int, last_day: date, by: Actor, at: datetime) -> None:
    """Gives a lesson its last day; one that has not begun by then goes altogether. Errors: Refused."""
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        lesson = _own(viewer, lesson_id)
        if last_day < at.date() - timedelta(days=1):
            raise Refused.one("last_day", BEFORE_TODAY)
        _refuse_registers_from(lesson, last_day + timedelta(days=1), "last_day")
        facts = _facts(lesson) | {"last_day": last_day.isoformat()}
        LessonCover.objects.filter(lesson=lesson, on__gt=last_day).delete()
        if last_day < lesson.first_day:
            _note("lesson.withdrawn", lesson, facts, viewer, by, at)
            lesson.delete()
        else:
            _end(lesson, last_day)
            _note("lesson.ended", lesson, facts, viewer, by, at)


def arrange_cover(
    *, viewer: Viewer, lesson_id: int, on: date, teacher_id: int | None, by: Actor, at: datetime
) -> None:
    """Has somebody else take a lesson on one day; None for its own teacher again. Errors: Refused."""
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        lesson = _own(viewer, lesson_id)
        is_held = on.weekday() == lesson.weekday and on in Span(lesson.first_day, lesson.last_day)
        if not is_held or not timetable(viewer).calendar.is_school_day(on):
            raise Refused.one("", f"There is no such lesson on {short_day(on)}.")
        if on < at.date():
            raise Refused.one("", "This day is over: who took the lesson stays as it was.")
        facts: dict[str, object] = {"on": on.isoformat(), "lesson": str(lesson)}
        if teacher_id is None or teacher_id == lesson.teacher_id:
            LessonCover.objects.filter(lesson=lesson, on=on).delete()
            _note("lesson.cover.taken_back", lesson, facts, viewer, by, at)
            return
        name = _teacher(viewer, teacher_id, on)
        LessonCover.objects.update_or_create(lesson=lesson, on=on, defaults={"teacher_id": teacher_id})
        _note("lesson.cover.arranged", lesson, facts | {"name": name}, viewer, by, at)


def _own(viewer: Viewer, lesson_id: int) -> Lesson:
    lesson = Lesson.objects.filter(school_id=viewer.school_id, pk=lesson_id).first()
    if lesson is None:
        raise Refused.one("", "This lesson is no longer in the timetable.")
    return lesson


def _add(viewer: Viewer, wanted: Wanted, by: Actor, at: datetime) -> Lesson:
    lesson = Lesson.objects.create(school_id=viewer.school_id, **wanted.fields())
    _note("lesson.added", lesson, _facts(lesson), viewer, by, at)
    return lesson


def _end(lesson: Lesson, last_day: date) -> None:
    lesson.last_day = last_day
    lesson.save(update_fields=["last_day"])


def _checked(viewer: Viewer, wanted: Wanted, today: date) -> Wanted:
    """The lesson with its texts tidied. Errors: Refused with everything that can't be as it is."""
    tidy = replace(wanted, subject=wanted.subject.strip(), room=wanted.room.strip())
    refusals = [*_of_texts(tidy), *_of_times(tidy, today)]
    if (tidy.group_id is None) == (tidy.set_id is None):
        refusals.append(Refusal("taught", "Choose the teaching group or the set that is taught."))
    elif tidy.group_id is not None and group_on(viewer, tidy.group_id, max(tidy.first_day, today)) is None:
        refusals.append(Refusal("taught", "There is no such teaching group on the first day."))
    elif tidy.set_id is not None:
        found = set_of(viewer, tidy.set_id)
        if found is None or (found.last_day is not None and found.last_day < tidy.first_day):
            refusals.append(Refusal("taught", "There is no such set on the first day."))
    try:
        _teacher(viewer, tidy.teacher_id, tidy.first_day)
    except Refused as refused:
        refusals += refused.refusals
    if refusals:
        raise Refused(refusals)
    return tidy


def _of_texts(wanted: Wanted) -> list[Refusal]:
    refusals = []
    if not wanted.subject:
        refusals.append(Refusal("subject", "Give the lesson a name, for example “Maths”."))
    if len(wanted.subject) > LONGEST_SUBJECT:
        refusals.append(Refusal("subject", f"Keep the name to {LONGEST_SUBJECT} characters."))
    if len(wanted.room) > LONGEST_ROOM:
        refusals.append(Refusal("room", f"Keep the room to {LONGEST_ROOM} characters."))
    return refusals


def _of_times(wanted: Wanted, today: date) -> list[Refusal]:
    refusals = []
    if wanted.ends_at <= wanted.starts_at:
        refusals.append(Refusal("ends_at", "The lesson ends after it begins: enter a later time."))
    if wanted.first_day < today:
        refusals.append(Refusal("first_day", BEFORE_TODAY))
    if wanted.last_day is not None and wanted.last_day < wanted.first_day:
        refusals.append(Refusal("last_day", "The last day can't be before the first day."))
    return refusals


def _teacher(viewer: Viewer, teacher_id: int, on: date) -> str:
    """The name of somebody who works at the school on a day and may take a register. Errors: Refused."""
    person = person_of(viewer, teacher_id)
    if person is None or not person.is_active or not person.held(on):
        raise Refused.one("teacher", f"Choose somebody who works at the school on {short_day(on)}.")
    return person.name


def _refuse_registers_from(lesson: Lesson, day: date, place: str) -> None:
    taken = LessonSave.objects.filter(lesson=lesson, on__gte=day).order_by("-on").first()
    if taken is not None:
        message = f"The register of {short_day(taken.on)} is taken: choose a later day, so that it keeps its lesson."
        raise Refused.one(place, message)


def _facts(lesson: Lesson) -> dict[str, object]:
    return {
        "lesson": str(lesson),
        "room": lesson.room,
        "ends_at": f"{lesson.ends_at:%H:%M}",
        "first_day": lesson.first_day.isoformat(),
        "last_day": lesson.last_day.isoformat() if lesson.last_day else None,
    }


def _note(
    type: str, lesson: Lesson, facts: dict[str, object], viewer: Viewer, by: Actor, at: datetime
) -> None:
    record(type=type, by=by, at=at, school_id=viewer.school_id, subject=f"lesson:{lesson.pk}", facts=facts)
