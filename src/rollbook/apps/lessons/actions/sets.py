"""Sets: pupils who are taught together though they are not registered together."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.lessons.models import Lesson, LessonPupil, LessonSet
from rollbook.apps.lessons.queries.timetable import not_over
from rollbook.apps.roll.queries import everyone_on_roll
from rollbook.apps.schools.actions.changing import one_at_a_time
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.words import plain_day, short_day

LONGEST_NAME = 40


def add_set(*, viewer: Viewer, name: str, first_day: date, by: Actor, at: datetime) -> LessonSet:
    """Adds a set from a day on. Errors: Refused where another has the name on any of its days."""
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        name = name.strip()
        _refuse_name(viewer, name, first_day)
        made = LessonSet.objects.create(school_id=viewer.school_id, name=name, first_day=first_day)
        facts = {"name": name, "first_day": first_day.isoformat()}
        _note("lesson.set.added", made, facts, viewer, by, at)
    return made


def end_set(*, viewer: Viewer, set_id: int, last_day: date, by: Actor, at: datetime) -> None:
    """Gives a set its last day, and with it its pupils'. Errors: Refused while it has lessons after that day."""
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        found = _own(viewer, set_id)
        if last_day < max(found.first_day, at.date()):
            raise Refused.one(
                "last_day", f"Choose {short_day(max(found.first_day, at.date()))} or a later day."
            )
        after = Lesson.objects.filter(not_over(last_day + timedelta(days=1)), lesson_set=found).count()
        if after:
            lessons = "1 lesson" if after == 1 else f"{after} lessons"
            message = f"{found.name} still has {lessons} after that day. End them in the timetable first."
            raise Refused.one("last_day", message)
        found.last_day = last_day
        found.save(update_fields=["last_day"])
        LessonPupil.objects.filter(lesson_set=found, first_day__gt=last_day).delete()
        LessonPupil.objects.filter(not_over(last_day), lesson_set=found).update(last_day=last_day)
        _note(
            "lesson.set.ended", found, {"name": found.name, "last_day": last_day.isoformat()}, viewer, by, at
        )


def choose_pupils(
    *,
    viewer: Viewer,
    set_id: int,
    shown: Iterable[int],
    chosen: Iterable[int],
    first_day: date,
    by: Actor,
    at: datetime,
) -> tuple[int, int]:
    """From a day on, of the pupils `shown` exactly the `chosen` are in the set. Others stay as they are.

    Shape: how many were put in, how many taken out. Errors: Refused.
    """
    if not viewer.may(Permission.PUPIL_EDIT):
        raise Refused.one("", "You may not choose the pupils of a set. The school office can.")
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        found = _own(viewer, set_id)
        _refuse_day(found, first_day, at.date())
        asked, wanted = set(shown), set(chosen)
        if not wanted <= {pupil.id for pupil in everyone_on_roll(viewer, first_day)}:
            raise Refused.one("pupils", "One of these pupils is not on the roll on that day. Look again.")
        rows = LessonPupil.objects.filter(not_over(first_day), lesson_set=found, pupil__in=asked | wanted)
        current = {row.pupil_id: row for row in rows}
        put_in = sorted(wanted - current.keys())
        taken_out = [row for pupil, row in current.items() if pupil in asked - wanted]
        _move(found, put_in, taken_out, first_day)
        if put_in or taken_out:
            facts = {
                "first_day": first_day.isoformat(),
                "put_in": [{"pupil": pupil} for pupil in put_in],
                "taken_out": [{"pupil": row.pupil_id} for row in taken_out],
            }
            _note("lesson.set.pupils_chosen", found, facts, viewer, by, at)
    return len(put_in), len(taken_out)


def _refuse_day(of: LessonSet, first_day: date, today: date) -> None:
    earliest = max(today, of.first_day)
    if first_day < earliest:
        raise Refused.one("first_day", f"Choose {short_day(earliest)} or a later day.")
    if of.last_day is not None and first_day > of.last_day:
        raise Refused.one("first_day", f"{of.name} ends on {plain_day(of.last_day)}.")


def _move(to: LessonSet, put_in: Iterable[int], taken_out: Iterable[LessonPupil], first_day: date) -> None:
    LessonPupil.objects.bulk_create(
        LessonPupil(lesson_set=to, pupil_id=pupil, first_day=first_day, last_day=to.last_day)
        for pupil in put_in
    )
    for row in taken_out:
        if row.first_day >= first_day:
            row.delete()
        else:
            row.last_day = first_day - timedelta(days=1)
            row.save(update_fields=["last_day"])


def _own(viewer: Viewer, set_id: int) -> LessonSet:
    found = LessonSet.objects.filter(school_id=viewer.school_id, pk=set_id).first()
    if found is None:
        raise Refused.one("", "This set is no longer there.")
    return found


def _refuse_name(viewer: Viewer, name: str, first_day: date) -> None:
    refusals = []
    if not name:
        refusals.append(Refusal("name", "Give the set a name, for example “Year 9 Maths 2”."))
    if len(name) > LONGEST_NAME:
        refusals.append(Refusal("name", f"Keep the name to {LONGEST_NAME} characters."))
    same = LessonSet.objects.filter(not_over(first_day), school_id=viewer.school_id, name__iexact=name)
    if name and same.exists():
        refusals.append(Refusal("name", f"There is a set {name} already."))
    if refusals:
        raise Refused(refusals)


def _note(
    type: str, of: LessonSet, facts: Mapping[str, object], viewer: Viewer, by: Actor, at: datetime
) -> None:
    record(type=type, by=by, at=at, school_id=viewer.school_id, subject=f"lesson_set:{of.pk}", facts=facts)
