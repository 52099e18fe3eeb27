"""Taking the register of a lesson: all or nothing, nothing lost, and never a word of it in the attendance register."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from rollbook.apps.audit.models import Event
from rollbook.apps.lessons.actions.taking import LessonConflicts
from rollbook.apps.lessons.models import LessonAlert, LessonCover, LessonMark, LessonSave
from rollbook.apps.lessons.queries.sheet import held_on, held_to_see
from rollbook.apps.registers.models import Entry
from rollbook.apps.schools.models import PolicySetting, School
from rollbook.domain.refusals import Refused
from tests.apps.lessons.scene import LessonScene
from tests.apps.registers.scene import MONDAY, at, mark

pytestmark = pytest.mark.django_db
NEXT_MONDAY = MONDAY + timedelta(days=7)


@pytest.fixture
def scene() -> LessonScene:
    return LessonScene()


@pytest.mark.policy("P-3.8-2", "P-1-6")
def test_a_lesson_is_taken_and_the_attendance_register_is_not_touched(scene: LessonScene) -> None:
    scene.register()
    entries = list(Entry.objects.values_list("id", "code"))
    taken = scene.teach({scene.amy: "/", scene.ben: "L", scene.cat: "N"})
    assert (taken.saved_count, taken.amended_count, taken.unmarked_count) == (3, 0, 0)
    assert scene.lesson_marks() == {"Amy": ["/"], "Ben": ["L"], "Cat": ["N"]}
    save = LessonSave.objects.get()
    assert (save.is_complete, save.by_name, save.by_position) == (True, "Tess Teacher", "Teacher of 7A")
    assert LessonMark.objects.get(pupil=scene.ben).minutes_late == 5
    assert list(Entry.objects.values_list("id", "code")) == entries
    event = Event.objects.filter(type="lesson.register.saved").get()
    assert (event.subject, event.facts["entries"]) == (f"lesson:{scene.maths.pk}", 3)


def test_the_same_form_twice_saves_once(scene: LessonScene) -> None:
    key = uuid4()
    scene.teach({scene.amy: "/"}, key=key)
    again = scene.teach({scene.amy: "/"}, key=key)
    assert again.saved_count == 0
    assert (LessonMark.objects.count(), LessonSave.objects.count()) == (1, 1)


def test_a_form_called_back_and_changed_is_saved_with_what_is_new(scene: LessonScene) -> None:
    key = uuid4()
    scene.teach({scene.amy: "/"}, key=key)
    again = scene.teach([mark(scene.amy, "/"), mark(scene.ben, "N")], key=key)
    assert again.saved_count == 1
    assert LessonSave.objects.count() == 2


def test_an_amendment_needs_a_reason_and_keeps_what_was(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    with pytest.raises(Refused, match="Say why") as refused:
        scene.teach([mark(scene.amy, "/", seen=1)])
    assert [each.field for each in refused.value.refusals] == ["reason"]
    taken = scene.teach([mark(scene.amy, "/", seen=1)], reason=" Was behind the screen ")
    assert taken.amended_count == 1
    assert scene.lesson_marks() == {"Amy": ["N", "/"]}
    assert LessonMark.objects.get(version=2).reason == "Was behind the screen"


def test_a_saved_mark_is_not_cleared(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    with pytest.raises(Refused, match="can't be cleared"):
        scene.teach([mark(scene.amy, "", seen=1)])


@pytest.mark.parametrize(
    ("code", "minutes", "words"),
    [
        ("I", None, "present, missing or late"),
        ("U", 40, "present, missing or late"),
        ("\\", None, "present, missing or late"),
        ("L", 0, "from 1 to 60"),
        ("L", 61, "from 1 to 60"),
    ],
)
def test_only_the_three_marks_and_minutes_of_the_lesson(
    scene: LessonScene, code: str, minutes: int | None, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        scene.teach([mark(scene.ben, "/"), mark(scene.amy, code, minutes=minutes)])
    assert LessonMark.objects.count() == 0


def test_two_teachers_saves_that_differ_show_both_values(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    with pytest.raises(LessonConflicts) as met:
        scene.teach([mark(scene.amy, "/"), mark(scene.ben, "/")], by=scene.office)
    (conflict,) = met.value.conflicts
    assert (conflict.theirs.code, conflict.theirs.save_made.by_name) == ("N", "Tess Teacher")
    assert conflict.mine.code == "/"
    assert scene.lesson_marks() == {"Amy": ["N"]}, "nothing of the second form is saved"
    theirs = scene.teach([mark(scene.amy, "/", choice="theirs"), mark(scene.ben, "/")], by=scene.office)
    assert theirs.saved_count == 1
    mine = scene.teach([mark(scene.amy, "/", seen=1, choice="mine")], by=scene.office, reason="Seen there")
    assert mine.amended_count == 1


def test_somebody_elses_mark_that_was_left_alone_is_no_conflict(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    scene.teach([mark(scene.amy, "/", seen=1)], reason="Came in")
    taken = scene.teach([mark(scene.amy, "N", seen=1), mark(scene.ben, "/")])
    assert (taken.saved_count, scene.lesson_marks()["Amy"]) == (1, ["N", "/"])


def test_a_pupil_who_is_not_in_the_lesson_is_refused(scene: LessonScene) -> None:
    with pytest.raises(Refused, match="not in this lesson"):
        scene.teach({scene.dan: "/"})


def test_a_set_has_its_own_pupils(scene: LessonScene) -> None:
    taken = scene.teach({scene.amy: "/", scene.dan: "/"}, lesson=scene.art, when=at(13, 35))
    assert taken.unmarked_count == 0
    with pytest.raises(Refused, match="not in this lesson"):
        scene.teach({scene.ben: "/"}, lesson=scene.art, when=at(13, 35))


def test_it_is_taken_from_its_beginning_on_and_by_its_teacher_on_the_day(scene: LessonScene) -> None:
    with pytest.raises(Refused, match="begins at 10:00"):
        scene.teach({scene.amy: "/"}, when=at(9, 59))
    scene.teach({scene.amy: "/"}, when=at(15, 0))
    with pytest.raises(Refused, match="This day is over"):
        scene.teach({scene.ben: "/"}, when=at(9, 0, on=MONDAY + timedelta(days=1)))
    scene.teach({scene.ben: "/"}, by=scene.office, when=at(9, 0, on=MONDAY + timedelta(days=1)))
    with pytest.raises(Refused, match="begins at 10:00 on Monday 21 September"):
        scene.teach({scene.amy: "/"}, on=NEXT_MONDAY, when=at(15, 0))


def test_another_teacher_may_not_take_it_but_cover_may(scene: LessonScene) -> None:
    with pytest.raises(Refused, match=r"You don't take this lesson\. Tess Teacher does"):
        scene.teach({scene.amy: "/"}, by=scene.other_teacher)
    LessonCover.objects.create(lesson=scene.maths, on=MONDAY, teacher=scene.other_teacher)
    assert scene.teach({scene.amy: "/"}, by=scene.other_teacher).saved_count == 1
    viewer = scene.viewer(scene.other_teacher)
    assert held_to_see(viewer, scene.maths.pk, MONDAY) is not None
    assert held_to_see(viewer, scene.maths.pk, NEXT_MONDAY) is None


def test_without_the_schools_choice_nothing_is_taken(scene: LessonScene) -> None:
    PolicySetting.objects.filter(name="lesson_registers").update(effective_from=NEXT_MONDAY)
    School.objects.update(calendar_version=99)
    with pytest.raises(Refused, match="no lesson registers on this day"):
        scene.teach({scene.amy: "/"})


def test_a_lesson_is_there_on_its_weekday_within_its_days_while_school_is_open(scene: LessonScene) -> None:
    viewer = scene.viewer(scene.office)
    assert held_on(viewer, scene.maths.pk, MONDAY) is not None
    assert held_on(viewer, scene.maths.pk, MONDAY + timedelta(days=1)) is None
    assert held_on(viewer, scene.maths.pk, MONDAY - timedelta(days=14)) is None
    half_term = MONDAY + timedelta(days=42)
    assert half_term.isoformat() == "2026-10-26"
    assert held_on(viewer, scene.maths.pk, half_term) is None


def test_another_schools_lesson_does_not_exist(scene: LessonScene) -> None:
    other = LessonScene()
    viewer = other.viewer(other.office)
    assert held_on(viewer, scene.maths.pk, MONDAY) is None
    assert held_on(viewer, 2**70, MONDAY) is None


def test_nothing_is_saved_where_the_audit_log_can_not_be_written(
    scene: LessonScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise DatabaseError("no log")

    monkeypatch.setattr("rollbook.apps.lessons.actions.raising.record", broken)
    scene.register()
    with pytest.raises(DatabaseError):
        scene.teach({scene.amy: "N"})
    assert (LessonMark.objects.count(), LessonSave.objects.count(), LessonAlert.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lessons_lessonmark SET code = '/'",
        "DELETE FROM lessons_lessonmark",
        "UPDATE lessons_lessonsave SET by_name = 'Somebody'",
        "DELETE FROM lessons_lessonsave",
    ],
)
def test_the_database_itself_keeps_lesson_marks(scene: LessonScene, statement: str) -> None:
    scene.teach({scene.amy: "N"})
    with (
        pytest.raises(DatabaseError, match="are evidence"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert scene.lesson_marks() == {"Amy": ["N"]}
