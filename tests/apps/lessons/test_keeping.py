"""Lesson registers are in the back-up by themselves and go with the purge of their year, whole histories only."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from rollbook.apps.audit.models import Event
from rollbook.apps.keeping.actions.purging import purge_everything
from rollbook.apps.keeping.queries.tables import backed_up_models
from rollbook.apps.lessons.actions.purging import purge_lessons
from rollbook.apps.lessons.models import Lesson, LessonAlert, LessonMark, LessonSave
from rollbook.apps.registers.models import Entry
from rollbook.domain.refusals import Refused
from tests.apps.keeping.past import MONDAY, OLD_YEAR, Past
from tests.apps.registers.scene import at

pytestmark = pytest.mark.django_db
NOW = at(16, 0)
_FIELDS = [field.attname for field in LessonAlert._meta.concrete_fields if not field.primary_key]


@pytest.fixture
def past() -> Past:
    """Lea (left), Max (left) and Amy (on roll) were missing from a lesson of 2014; Max's mark was amended this year."""
    made = Past()
    scene = made.scene
    lesson = Lesson.objects.create(
        school=made.school, group=scene.group, subject="Maths", teacher=scene.teacher, weekday=0,
        starts_at="10:00", ends_at="11:00", first_day=OLD_YEAR,
    )  # fmt: skip
    for pupil in (made.lea, made.max, scene.amy):
        _mark(made, lesson, pupil.pk, at(10, 5, on=MONDAY))
    _mark(made, lesson, made.max.pk, at(9, 0), version=2)
    return made


def _mark(past: Past, lesson: Lesson, pupil_id: int, when: datetime, version: int = 1) -> None:
    by = past.scene.teacher
    save = LessonSave.objects.create(
        school=past.school, lesson=lesson, on=MONDAY, key=uuid4(), is_complete=True, at=when, by=by, by_name=by.name,
    )  # fmt: skip
    reason = "Found out" if version > 1 else ""
    LessonMark.objects.create(
        save_made=save, lesson=lesson, on=MONDAY, pupil_id=pupil_id, version=version, code="N", reason=reason
    )
    if version == 1:
        LessonAlert.objects.create(
            school=past.school, lesson=lesson, on=MONDAY, pupil_id=pupil_id, kind="missing", because="Missing.",
            raised_at=when, raised_by_name=by.name, closed_at=when + timedelta(minutes=5), found="In the hall",
        )  # fmt: skip


def _alike(alert: LessonAlert) -> dict[str, Any]:
    """Every field of the alert but its number."""
    return LessonAlert.objects.filter(pk=alert.pk).values(*_FIELDS).get()


def _left() -> list[tuple[str, int]]:
    rows = LessonMark.objects.select_related("pupil").order_by("pupil__forename", "version")
    return [(row.pupil.forename, row.version) for row in rows]


def test_every_table_is_backed_up_what_is_pointed_to_first() -> None:
    names = [model._meta.label_lower for model in backed_up_models()]
    own = [name for name in names if name.startswith("lessons.")]
    assert set(own) == {
        f"lessons.{name}"
        for name in (
            "lesson",
            "lessonset",
            "lessonpupil",
            "lessoncover",
            "lessonsave",
            "lessonmark",
            "lessonalert",
        )
    }
    assert own.index("lessons.lesson") < own.index("lessons.lessonsave") < own.index("lessons.lessonmark")


@pytest.mark.policy("P-4.1-13")
def test_whole_histories_go_with_the_years_marks(past: Past) -> None:
    head = past.scene.viewer(past.head)
    act = {"viewer": head, "by": head.actor, "at": NOW}
    with pytest.raises(Refused):
        purge_everything(first_day=OLD_YEAR, expected_count=3, reason="Old", key=uuid4(), **act)
    assert len(_left()) == 4, "nothing goes where the number is wrong"
    assert purge_everything(first_day=OLD_YEAR, expected_count=4, reason="Old", key=uuid4(), **act) == 4
    # Amy is on roll; Max's mark was amended less than six years ago.
    assert _left() == [("Amy", 1), ("Max", 1), ("Max", 2)]
    assert set(LessonAlert.objects.values_list("pupil__forename", flat=True)) == {"Amy"}
    event = Event.objects.get(type="lesson.purged")
    assert (event.facts["marks_purged"], event.facts["alerts_purged"]) == (1, 2)


def test_who_may_not_purge_removes_nothing(past: Past) -> None:
    office = past.scene.viewer(past.scene.office)
    with pytest.raises(Refused, match="The head teacher may"):
        purge_lessons(
            viewer=office, first_day=OLD_YEAR, last_day=date(2015, 8, 31), kept=(), by=office.actor, at=NOW
        )
    assert len(_left()) == 4
    assert Entry.objects.exists()


def test_the_database_keeps_a_history_of_which_any_version_is_young(past: Past) -> None:
    with pytest.raises(DatabaseError, match="within six years"), transaction.atomic():
        LessonMark.objects.filter(pupil=past.max, version=1).delete()
    with (
        pytest.raises(DatabaseError, match="are evidence"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE lessons_lessonmark SET code = '/'")
    assert LessonMark.objects.filter(pupil=past.lea).delete()[0] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"closed_at": None, "found": ""},
        {"closed_at": at(9, 30)},
        {"raised_at": at(9, 0)},
    ],
    ids=["open", "closed this year", "raised this year"],
)
def test_the_database_keeps_an_alert_that_is_open_or_young(past: Past, change: dict[str, object]) -> None:
    old = LessonAlert.objects.get(pupil=past.lea)
    young = LessonAlert.objects.create(**{**_alike(old), **change})
    with pytest.raises(DatabaseError, match="within six years"), transaction.atomic():
        young.delete()
    assert old.delete()[0] == 1
    assert LessonAlert.objects.filter(pupil=past.lea).get().pk == young.pk


def test_of_an_alert_nothing_changes_but_its_closing_and_that_once(past: Past) -> None:
    closed = LessonAlert.objects.filter(pupil=past.lea)
    opened = LessonAlert.objects.create(**{**_alike(closed.get()), "closed_at": None, "found": ""})
    waiting = LessonAlert.objects.filter(pk=opened.pk)
    for alert, change in (
        (closed, {"found": "Something else"}),
        (closed, {"closed_at": None, "found": ""}),
        (waiting, {"because": "Nothing"}),
        (waiting, {"pupil": past.max.pk}),
        (waiting, {"raised_at": at(9, 0, on=OLD_YEAR)}),
    ):
        with pytest.raises(DatabaseError, match="are evidence"), transaction.atomic():
            alert.update(**change)
    assert waiting.update(closed_at=NOW, found="In the hall") == 1
