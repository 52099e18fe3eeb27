"""The timetable: history keeps its meaning, nothing is changed under a register that was taken."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from rollbook.apps.audit.models import Event
from rollbook.apps.lessons.actions.sets import add_set, choose_pupils, end_set
from rollbook.apps.lessons.actions.timetable import (
    Wanted,
    add_lessons,
    arrange_cover,
    change_lesson,
    end_lesson,
)
from rollbook.apps.lessons.models import Lesson, LessonCover, LessonPupil, LessonSet
from rollbook.apps.lessons.queries.day import lessons_of_day
from rollbook.apps.lessons.queries.timetable import clashes_among, lesson_of, set_of, sets_from, week_from
from rollbook.apps.schools.models import CalendarEntry
from rollbook.domain.refusals import Refused
from tests.apps.lessons.scene import SWITCHED_ON, LessonScene
from tests.apps.registers.scene import MONDAY, at

pytestmark = pytest.mark.django_db
TUESDAY, NEXT_MONDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=7)


@pytest.fixture
def scene() -> LessonScene:
    return LessonScene()


def told(scene: LessonScene, by: str = "office") -> dict[str, object]:
    viewer = scene.viewer(getattr(scene, by))
    return {"viewer": viewer, "by": viewer.actor, "at": at(8, 30)}


def wanted(scene: LessonScene, **changes: object) -> Wanted:
    lesson = Wanted(
        subject="Science",
        group_id=scene.group.pk,
        set_id=None,
        room="Lab",
        teacher_id=scene.teacher.pk,
        weekday=0,
        starts_at=time(11, 15),
        ends_at=time(12, 0),
        first_day=MONDAY,
    )
    return replace(lesson, **changes)


# --- Lessons ----------------------------------------------------------------------------------------------------


def test_a_lesson_for_each_weekday_chosen(scene: LessonScene) -> None:
    added = add_lessons(wanted=wanted(scene, subject=" Science "), weekdays=[2, 0, 2], **told(scene))
    assert [(lesson.weekday, lesson.subject, lesson.room) for lesson in added] == [
        (0, "Science", "Lab"),
        (2, "Science", "Lab"),
    ]
    assert Event.objects.filter(type="lesson.added").count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"subject": " "}, "subject", "Give the lesson a name"),
        ({"subject": "x" * 61}, "subject", "Keep the name to 60"),
        ({"room": "x" * 41}, "room", "Keep the room to 40"),
        ({"ends_at": time(11, 15)}, "ends_at", "ends after it begins"),
        ({"first_day": MONDAY - timedelta(days=1)}, "first_day", "today or a later day"),
        ({"last_day": MONDAY - timedelta(days=1)}, "last_day", "can't be before the first day"),
        ({"group_id": None}, "taught", "Choose the teaching group or the set"),
        ({"group_id": 987_654}, "taught", "no such teaching group"),
        ({"group_id": None, "set_id": 987_654}, "taught", "no such set"),
        ({"teacher_id": 987_654}, "teacher", "Choose somebody who works at the school"),
    ],
)
def test_what_is_no_lesson_is_refused_and_nothing_added(
    scene: LessonScene, changes: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        add_lessons(wanted=wanted(scene, **changes), weekdays=[0], **told(scene))
    assert field in {each.field for each in refused.value.refusals}
    assert Lesson.objects.count() == 2


def test_only_those_who_manage_groups_change_the_timetable(scene: LessonScene) -> None:
    act = told(scene, "teacher")
    for change in (
        lambda: add_lessons(wanted=wanted(scene), weekdays=[0], **act),
        lambda: change_lesson(lesson_id=scene.maths.pk, wanted=wanted(scene), **act),
        lambda: end_lesson(lesson_id=scene.maths.pk, last_day=MONDAY, **act),
        lambda: add_set(name="Set", first_day=MONDAY, **act),
    ):
        with pytest.raises(Refused, match="You may not change this"):
            change()


def test_another_schools_lessons_and_sets_are_not_there(scene: LessonScene) -> None:
    other = LessonScene()
    act, stranger = told(other), other.viewer(other.office)
    assert lesson_of(stranger, scene.maths.pk) is None
    assert set_of(stranger, scene.set.pk) is None
    assert {lesson.school_id for lesson in week_from(stranger, MONDAY)} == {other.school.pk}
    with pytest.raises(Refused, match="no longer in the timetable"):
        end_lesson(lesson_id=scene.maths.pk, last_day=MONDAY, **act)
    with pytest.raises(Refused, match="no longer there"):
        end_set(set_id=scene.set.pk, last_day=MONDAY, **act)
    with pytest.raises(Refused, match="no such set"):
        add_lessons(wanted=wanted(other, group_id=None, set_id=scene.set.pk), weekdays=[0], **act)


def test_a_change_ends_the_lesson_and_starts_it_anew(scene: LessonScene) -> None:
    scene.teach({scene.amy: "/"})
    new = change_lesson(
        lesson_id=scene.maths.pk,
        wanted=wanted(scene, subject="Maths", room="Room 9", first_day=NEXT_MONDAY),
        **told(scene),
    )
    scene.maths.refresh_from_db()
    assert (scene.maths.room, scene.maths.last_day) == ("Room 4", NEXT_MONDAY - timedelta(days=1))
    assert (new.room, new.first_day) == ("Room 9", NEXT_MONDAY)
    assert scene.maths.marks.count() == 1
    assert [each.lesson.pk for each in lessons_of_day(scene.viewer(scene.teacher), NEXT_MONDAY)] == [new.pk]


def test_no_change_under_a_register_that_was_taken(scene: LessonScene) -> None:
    scene.teach({scene.amy: "/"})
    with pytest.raises(Refused, match="The register of Mon 14 Sep is taken"):
        change_lesson(lesson_id=scene.maths.pk, wanted=wanted(scene), **told(scene))
    with pytest.raises(Refused, match="The register of Mon 14 Sep is taken"):
        end_lesson(lesson_id=scene.maths.pk, last_day=MONDAY - timedelta(days=1), **told(scene))


def test_what_has_not_begun_is_changed_itself_or_taken_out(scene: LessonScene) -> None:
    (coming,) = add_lessons(wanted=wanted(scene, first_day=NEXT_MONDAY), weekdays=[0], **told(scene))
    changed = change_lesson(
        lesson_id=coming.pk,
        wanted=wanted(scene, weekday=1, first_day=TUESDAY),
        **told(scene),
    )
    assert (changed.pk, changed.weekday, changed.first_day) == (coming.pk, 1, TUESDAY)
    end_lesson(lesson_id=coming.pk, last_day=MONDAY, **told(scene))
    assert not Lesson.objects.filter(pk=coming.pk).exists()
    assert Event.objects.filter(type="lesson.withdrawn").count() == 1


def test_an_ended_lesson_is_gone_the_day_after(scene: LessonScene) -> None:
    end_lesson(lesson_id=scene.maths.pk, last_day=MONDAY, **told(scene))
    viewer = scene.viewer(scene.teacher)
    assert len(lessons_of_day(viewer, MONDAY)) == 1
    assert lessons_of_day(viewer, NEXT_MONDAY) == []
    with pytest.raises(Refused, match="today or a later day"):
        end_lesson(lesson_id=scene.art.pk, last_day=MONDAY - timedelta(days=3), **told(scene))


def test_what_clashes_is_named(scene: LessonScene) -> None:
    add_lessons(
        wanted=wanted(scene, starts_at=time(10, 30), room="room 4"),
        weekdays=[0],
        **told(scene),
    )
    week = week_from(scene.viewer(scene.office), MONDAY)
    (clash,) = clashes_among(scene.viewer(scene.office), week, MONDAY)
    assert (clash.is_teacher, clash.is_room, len(clash.pupils)) == (True, True, 3)


# --- A day ------------------------------------------------------------------------------------------------------


def test_a_teacher_has_their_own_lessons_and_the_office_all(scene: LessonScene) -> None:
    def subjects(person: object, on: date = MONDAY) -> list[str]:
        return [each.lesson.subject for each in lessons_of_day(scene.viewer(person), on)]

    assert subjects(scene.teacher) == ["Maths"]
    assert subjects(scene.other_teacher) == ["Art"]
    assert subjects(scene.office) == ["Maths", "Art"]
    assert subjects(scene.office, TUESDAY) == []
    CalendarEntry.objects.create(
        school=scene.school, kind="inset", name="INSET", first_day=NEXT_MONDAY, last_day=NEXT_MONDAY
    )
    type(scene.school).objects.update(calendar_version=99)
    assert subjects(scene.office, NEXT_MONDAY) == []


def test_cover_for_a_day_and_taken_back(scene: LessonScene) -> None:
    give = {"lesson_id": scene.maths.pk, "on": NEXT_MONDAY} | told(scene)
    arrange_cover(teacher_id=scene.other_teacher.pk, **give)
    (covered,) = [
        each for each in lessons_of_day(scene.viewer(scene.other_teacher), NEXT_MONDAY) if each.held.cover
    ]
    assert covered.held.teacher_name == "Omar Other"
    arrange_cover(teacher_id=None, **give)
    assert not LessonCover.objects.exists()
    with pytest.raises(Refused, match="no such lesson on Tue 15 Sep"):
        arrange_cover(teacher_id=scene.other_teacher.pk, **(give | {"on": TUESDAY}))
    with pytest.raises(Refused, match="This day is over"):
        arrange_cover(teacher_id=scene.other_teacher.pk, **(give | {"on": SWITCHED_ON}))
    with pytest.raises(Refused, match="works at the school"):
        arrange_cover(teacher_id=987_654, **give)


def test_cover_moves_with_a_lesson_that_is_started_anew(scene: LessonScene) -> None:
    LessonCover.objects.create(lesson=scene.maths, on=NEXT_MONDAY, teacher=scene.other_teacher)
    new = change_lesson(
        lesson_id=scene.maths.pk,
        wanted=wanted(scene, first_day=NEXT_MONDAY),
        **told(scene),
    )
    assert LessonCover.objects.get().lesson_id == new.pk
    change_lesson(lesson_id=new.pk, wanted=wanted(scene, weekday=2, first_day=NEXT_MONDAY), **told(scene))
    assert not LessonCover.objects.exists()


# --- Sets -------------------------------------------------------------------------------------------------------


def test_a_sets_pupils_have_days(scene: LessonScene) -> None:
    act = told(scene)
    assert choose_pupils(
        set_id=scene.set.pk,
        shown=[scene.amy.pk, scene.ben.pk, scene.cat.pk],
        chosen=[scene.ben.pk],
        first_day=NEXT_MONDAY,
        **act,
    ) == (1, 1)
    rows = {row.pupil_id: (row.first_day, row.last_day) for row in LessonPupil.objects.all()}
    assert rows == {
        scene.amy.pk: (SWITCHED_ON, NEXT_MONDAY - timedelta(days=1)),
        scene.ben.pk: (NEXT_MONDAY, None),
        scene.dan.pk: (SWITCHED_ON, None),
    }
    again = {"set_id": scene.set.pk, "shown": [scene.ben.pk], "chosen": [], "first_day": NEXT_MONDAY}
    assert choose_pupils(**again, **act) == (0, 1)
    assert choose_pupils(**again, **act) == (0, 0)
    assert not LessonPupil.objects.filter(pupil=scene.ben).exists()


@pytest.mark.parametrize(
    ("chosen", "first_day", "words"),
    [("stranger", MONDAY, "not on the roll"), ("ben", SWITCHED_ON, "Mon 14 Sep or a later day")],
)
def test_whom_a_set_does_not_take(scene: LessonScene, chosen: str, first_day: date, words: str) -> None:
    pupil = LessonScene().amy if chosen == "stranger" else scene.ben
    with pytest.raises(Refused, match=words):
        choose_pupils(
            set_id=scene.set.pk,
            shown=[],
            chosen=[pupil.pk],
            first_day=first_day,
            **told(scene),
        )
    assert LessonPupil.objects.filter(lesson_set=scene.set).count() == 2


def test_a_set_is_added_once_and_ends_after_its_lessons(scene: LessonScene) -> None:
    act = told(scene)
    with pytest.raises(Refused, match="There is a set art OPTION already"):
        add_set(name="art OPTION", first_day=MONDAY, **act)
    for name, words in (("", "Give the set a name"), ("x" * 41, "Keep the name to 40")):
        with pytest.raises(Refused, match=words):
            add_set(name=name, first_day=MONDAY, **act)
    with pytest.raises(Refused, match="still has 1 lesson after that day"):
        end_set(set_id=scene.set.pk, last_day=MONDAY, **act)
    end_lesson(lesson_id=scene.art.pk, last_day=MONDAY, **act)
    with pytest.raises(Refused, match="Choose Mon 14 Sep or a later day"):
        end_set(set_id=scene.set.pk, last_day=SWITCHED_ON, **act)
    end_set(set_id=scene.set.pk, last_day=MONDAY, **act)
    assert LessonSet.objects.get(pk=scene.set.pk).last_day == MONDAY
    assert set(LessonPupil.objects.values_list("last_day", flat=True)) == {MONDAY}
    assert sets_from(scene.viewer(scene.office), TUESDAY) == []
    with pytest.raises(Refused, match="ends on 14 September 2026"):
        choose_pupils(set_id=scene.set.pk, shown=[], chosen=[], first_day=TUESDAY, **act)
    assert add_set(name="Art option", first_day=TUESDAY, **act).pk
