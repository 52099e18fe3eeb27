"""The demonstration's lesson registers: kept since two weeks of school ago, with the marks of those days.

Every class teacher teaches one subject to each group in turn, in their own room, so nothing clashes; Year 10 has two
sets twice a week. Who was in school was in the lesson, but for a few who came late and a few who were looked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db.models import Q

from rollbook.apps.accounts.models import User
from rollbook.apps.lessons.models import (
    Lesson,
    LessonAlert,
    LessonMark,
    LessonPupil,
    LessonSave,
    LessonSet,
)
from rollbook.apps.registers.models import Entry
from rollbook.apps.roll.models import Membership
from rollbook.apps.schools.models import GroupTeacher, PolicySetting
from rollbook.clock import LONDON
from rollbook.config.simulation.plan import SchoolPlan
from rollbook.domain.lessons import Concern, LessonCode, LessonTimes, alert_for
from rollbook.domain.on_site import Mark
from rollbook.domain.sessions import SchoolSession

AM, PM = SchoolSession.AM, SchoolSession.PM
_DAYS = 10
_SUBJECTS = ("English", "Maths", "Science", "Computing", "Art", "Food technology", "PE", "Life skills")
_PERIODS = (
    (time(9, 30), time(10, 20)),
    (time(10, 20), time(11, 10)),
    (time(11, 25), time(12, 15)),
    (time(13, 0), time(13, 50)),
    (time(14, 0), time(14, 50)),
)
_FRIDAY, _FRIDAY_PERIODS = 4, 4
_SET_DAYS, _SET_PERIOD, _SET_YEAR = (1, 3), 4, "10"
_LATE, _MISSING = 0.02, 0.004
_FOUND = (
    "In the medical room; back in the lesson after ten minutes",
    "With Mr Lindley in the calm room",
    "Found in the corridor and taken to the lesson",
)

Codes = Mapping[tuple[int, date, SchoolSession], str]


def record_lessons(school: SchoolPlan, today: date, seed: int) -> None:
    """Switches lesson registers on, makes the timetable, and marks the lessons of the days up to yesterday."""
    days = sorted(school.calendar.previous_school_days(today, _DAYS)) or [today]
    taught = GroupTeacher.objects.select_related("group", "user").filter(
        _holds(today), _holds(today, "group__")
    )
    teachings = sorted(taught, key=lambda row: (len(row.group.name), row.group.name))[: len(_SUBJECTS)]
    PolicySetting.objects.create(
        school_id=teachings[0].group.school_id,
        name="lesson_registers",
        value=1,
        effective_from=days[0],
        approved_at_meeting=f"Full governing board, {days[0]:%B %Y}, item 7",
    )
    lessons = Lesson.objects.bulk_create(_timetable(teachings, days[0]))
    _add_marks(school, lessons, days, Random(f"lessons:{seed}:{today}"))  # noqa: S311


def _holds(on: date, prefix: str = "") -> Q:
    return Q(**{f"{prefix}first_day__lte": on}) & (
        Q(**{f"{prefix}last_day": None}) | Q(**{f"{prefix}last_day__gte": on})
    )


def _timetable(teachings: Sequence[GroupTeacher], first_day: date) -> list[Lesson]:
    """The week: in each period every teacher has another group, so nobody is in two places."""
    sets = _sets([each for each in teachings if each.group.name.startswith(_SET_YEAR)], first_day)
    lessons = []
    for weekday in range(5):
        for period, (starts_at, ends_at) in enumerate(
            _PERIODS[: _FRIDAY_PERIODS if weekday == _FRIDAY else None]
        ):
            are_sets = weekday in _SET_DAYS and period == _SET_PERIOD
            for place, taught in enumerate(teachings):
                turn = (place + 3 * period + weekday) % len(teachings)
                lesson_set = sets.get(taught.group_id) if are_sets else None
                lessons.append(
                    Lesson(
                        school_id=taught.group.school_id,
                        group=None if lesson_set else taught.group,
                        lesson_set=lesson_set,
                        subject=_SUBJECTS[turn],
                        room=teachings[turn].group.room,
                        teacher=teachings[turn].user,
                        weekday=weekday,
                        starts_at=starts_at,
                        ends_at=ends_at,
                        first_day=first_day,
                    )
                )
    return lessons


def _sets(teachings: Sequence[GroupTeacher], first_day: date) -> dict[int, LessonSet]:
    """As many sets as groups, their pupils dealt out in turn. Shape: by the group in whose place it is taught."""
    groups = [each.group_id for each in teachings]
    pupils = Membership.objects.filter(_holds(first_day), group__in=groups).order_by("pupil_id")
    ids = list(pupils.values_list("pupil_id", flat=True))
    made = {}
    for number, each in enumerate(teachings):
        name = f"Year {_SET_YEAR} set {number + 1}"
        made[each.group_id] = LessonSet.objects.create(
            school_id=each.group.school_id, name=name, first_day=first_day
        )
        LessonPupil.objects.bulk_create(
            LessonPupil(lesson_set=made[each.group_id], pupil_id=pupil, first_day=first_day)
            for pupil in ids[number :: len(teachings)]
        )
    return made


@dataclass(frozen=True, slots=True)
class _Held:
    """A lesson on a day, whose register is being made up."""

    lesson: Lesson
    save: LessonSave
    times: LessonTimes
    registered: Mapping[int, list[Mark]]


def _add_marks(school: SchoolPlan, lessons: Sequence[Lesson], days: Sequence[date], draw: Random) -> None:
    entries = Entry.objects.filter(on__range=(days[0], days[-1])).order_by("version")
    codes = {
        (pupil, on, SchoolSession(session)): code
        for pupil, on, session, code in entries.values_list("pupil_id", "on", "session", "code")
    }
    if not codes:
        return
    held = [each for on in days for each in _held(school, lessons, on, codes, draw)]
    LessonSave.objects.bulk_create(each.save for each in held)
    marks = [mark for each in held for mark in _marks(each, draw)]
    LessonMark.objects.bulk_create(marks, batch_size=1_000)
    by_save = {each.save.pk: each for each in held}
    missing = [mark for mark in marks if mark.code == LessonCode.MISSING]
    office = User.objects.get(email__startswith="office@")
    alerts = [_alert(by_save[mark.save_made_id], mark, office, draw) for mark in missing]
    LessonAlert.objects.bulk_create(alert for alert in alerts if alert is not None)


def _held(
    school: SchoolPlan, lessons: Sequence[Lesson], on: date, codes: Codes, draw: Random
) -> Iterator[_Held]:
    """The lessons of a day with who was to be in them and what the attendance register says of each."""
    found = {each: school.calendar.times(on, each) for each in SchoolSession}
    opens = {each: times.opens_at for each, times in found.items() if times is not None}
    in_group: dict[int, list[int]] = {}
    for group, pupil in Membership.objects.filter(_holds(on)).values_list("group_id", "pupil_id"):
        in_group.setdefault(group, []).append(pupil)
    in_set: dict[int, list[int]] = {}
    for lesson_set, pupil in LessonPupil.objects.filter(_holds(on)).values_list("lesson_set_id", "pupil_id"):
        in_set.setdefault(lesson_set, []).append(pupil)
    for lesson in lessons:
        if lesson.weekday != on.weekday():
            continue
        pupils = in_set.get(lesson.lesson_set_id or 0) or in_group.get(lesson.group_id or 0) or []
        registered = {
            pupil: [
                Mark(each, codes[pupil, on, each], opens[each])
                for each in opens
                if (pupil, on, each) in codes
            ]
            for pupil in sorted(pupils)
        }
        begun = datetime.combine(on, lesson.starts_at, LONDON)
        save = LessonSave(
            school_id=lesson.school_id,
            lesson=lesson,
            on=on,
            key=UUID(int=draw.getrandbits(128), version=4),
            is_complete=True,
            at=begun + timedelta(seconds=draw.randrange(60, 420)),
            by=lesson.teacher,
            by_name=lesson.teacher.name,
            by_position="Class Teacher",
        )
        session = PM if lesson.starts_at >= opens[PM] else AM
        yield _Held(lesson, save, LessonTimes(lesson.starts_at, lesson.ends_at, session), registered)


def _marks(held: _Held, draw: Random) -> Iterator[LessonMark]:
    """Present where the register of the half-day says so, but for a few; missing where it says absent."""
    for pupil, registered in held.registered.items():
        own = [mark for mark in registered if mark.session is held.times.session]
        if not own:
            continue
        chance = draw.random()
        is_here = alert_for(marks=own, movements=(), times=held.times, code=LessonCode.MISSING).answer
        code = LessonCode.MISSING
        if is_here is Concern.MISSING and chance >= _MISSING:
            code = LessonCode.LATE if chance < _MISSING + _LATE else LessonCode.PRESENT
        yield LessonMark(
            save_made=held.save,
            lesson=held.lesson,
            on=held.save.on,
            pupil_id=pupil,
            version=1,
            code=code,
            minutes_late=draw.randrange(2, 9) if code is LessonCode.LATE else None,
        )


def _alert(held: _Held, mark: LessonMark, office: User, draw: Random) -> LessonAlert | None:
    """The alert that a missing pupil raised, seen to within a few minutes."""
    registered = held.registered[mark.pupil_id]
    found = alert_for(marks=registered, movements=(), times=held.times, code=LessonCode.MISSING)
    if found.answer is not Concern.MISSING:
        return None
    return LessonAlert(
        school_id=held.lesson.school_id,
        lesson=held.lesson,
        on=mark.on,
        pupil_id=mark.pupil_id,
        kind=Concern.MISSING.value,
        because=found.because,
        raised_at=held.save.at,
        raised_by_name=held.save.by_name,
        closed_at=held.save.at + timedelta(minutes=draw.randrange(4, 16)),
        closed_by=office,
        closed_by_name=office.name,
        closed_by_position="School Receptionist",
        found=draw.choice(_FOUND),
    )
