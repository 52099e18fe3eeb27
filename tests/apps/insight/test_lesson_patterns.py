"""Patterns of lessons: who is told of them, what is counted, and that they open the lesson marks behind."""

from collections.abc import Iterator
from datetime import time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.insight.queries.ground import ground
from rollbook.apps.insight.queries.lesson_patterns import LessonPatterns, lesson_patterns
from rollbook.apps.lessons.models import Lesson, LessonCover
from rollbook.apps.schools.models import PolicySetting, School
from rollbook.domain.access import Role
from tests.apps.insight.test_patterns_page import DAYS, NOW
from tests.apps.lessons.scene import SWITCHED_ON, LessonScene
from tests.factories.lessons import make_lesson_marks
from tests.factories.people import make_person, make_school, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tenth_friday")]

PAGE = "/figures/patterns/"
MONDAYS = [day for day in DAYS if day.weekday() == 0]
LEADS = {Role.HEAD_TEACHER, Role.SENIOR_ATTENDANCE_CHAMPION, Role.ATTENDANCE_OFFICER, Role.PASTORAL_LEAD}


@pytest.fixture
def tenth_friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def lesson_of(scene: LessonScene, subject: str, weekday: int) -> Lesson:
    """A lesson of 7A at ten."""
    return Lesson.objects.create(
        school=scene.school,
        group=scene.group,
        subject=subject,
        teacher=scene.other_teacher,
        weekday=weekday,
        starts_at=time(10),
        ends_at=time(11),
        first_day=SWITCHED_ON,
    )


@pytest.fixture
def scene() -> LessonScene:
    """What `missed_maths` makes."""
    scene = LessonScene()
    missed_maths(scene)
    return scene


def missed_maths(scene: LessonScene) -> None:
    """Nine Mondays: Amy misses Maths on eight and never Art; 7A's English on Tuesdays nobody misses."""
    english = lesson_of(scene, "English", 1)
    for place, monday in enumerate(MONDAYS):
        maths = {scene.amy: "N" if place < 8 else "/", scene.ben: "/", scene.cat: "L"}
        make_lesson_marks(scene.maths, monday, maths, by=scene.teacher, at=NOW)
        make_lesson_marks(scene.art, monday, {scene.amy: "/", scene.dan: "/"}, by=scene.teacher, at=NOW)
        english_marks = dict.fromkeys((scene.amy, scene.ben, scene.cat), "/")
        make_lesson_marks(english, monday + timedelta(days=1), english_marks, by=scene.teacher, at=NOW)


def found(scene: LessonScene, *, with_groups: bool = True) -> LessonPatterns | None:
    viewer = scene.viewer(scene.head, NOW.date())
    return lesson_patterns(viewer, ground(viewer, DAYS[0], DAYS[-1], NOW), with_groups=with_groups)


@pytest.mark.policy("P-8.2-3", "P-8.4-2")
def test_a_pupil_and_a_group_with_lessons_missed_beyond_chance(scene: LessonScene) -> None:
    told = found(scene)

    assert told is not None
    assert told.missed_count == 8
    assert [row.member.id for row in told.pupils] == [scene.amy.pk]
    # Of 27 lessons Amy missed eight, all of them Maths with Tess Teacher, who takes nothing else with her.
    assert [each.words for each in told.pupils[0].found] == ["Maths lessons with Tess Teacher"]
    # One pupil's habit is none of the group's.
    assert told.groups == []


@pytest.mark.policy("P-8.2-3")
def test_a_group_of_which_now_one_and_now_another_is_missing(scene: LessonScene) -> None:
    science = lesson_of(scene, "Science", 2)
    for place, monday in enumerate(MONDAYS):
        # Ben on the first four Wednesdays and Cat on the last five: too few of each to say.
        away = scene.ben if place < 4 else scene.cat
        marks = {pupil: "N" if pupil is away else "/" for pupil in (scene.ben, scene.cat)}
        make_lesson_marks(science, monday + timedelta(days=2), marks, by=scene.teacher, at=NOW)

    told = found(scene)

    assert told is not None
    assert [(group.taught, group.found[0].words) for group in told.groups] == [("7A", "Science lessons")]
    only_pupils = found(scene, with_groups=False)
    assert only_pupils is not None
    assert only_pupils.groups == []


def test_what_was_no_missing_from_a_lesson_is_not_counted(scene: LessonScene) -> None:
    """An N of somebody away from school, and an alert that a correction closed by itself."""
    before = found(scene)
    make_lesson_marks(
        scene.maths,
        MONDAYS[0] + timedelta(days=2),
        {scene.ben: "N"},
        by=scene.teacher,
        at=NOW,
        with_alerts=False,
    )
    alerts = make_lesson_marks(
        scene.art, MONDAYS[0] + timedelta(days=2), {scene.dan: "N"}, by=scene.teacher, at=NOW
    )
    for alert in alerts:
        alert.closed_at, alert.found = NOW, "Marked present in the lesson after all."
        alert.save()

    after = found(scene)

    assert before is not None
    assert after is not None
    assert after.missed_count == before.missed_count
    assert after.pupils == before.pupils


def test_who_covered_is_who_took_the_lesson(scene: LessonScene) -> None:
    for monday in MONDAYS[:4]:
        LessonCover.objects.create(lesson=scene.maths, on=monday, teacher=scene.other_teacher)

    told = found(scene)

    assert told is not None
    assert [each.words for each in told.pupils[0].found] == ["Maths lessons"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_LEAD])
def test_only_those_who_lead_on_attendance_are_told(scene: LessonScene, client: Client, role: Role) -> None:
    person = make_person(scene.school, role, last_day=DAYS[-1] if role is Role.INSPECTOR else None)

    answer = sign_in(client, person).get(PAGE)

    assert ("Missing from lessons" in answer.content.decode()) == (role in LEADS)


def test_a_school_without_lesson_registers_is_told_nothing(scene: LessonScene, client: Client) -> None:
    PolicySetting.objects.filter(school=scene.school).delete()
    School.objects.filter(pk=scene.school.pk).update(calendar_version=99)

    page = sign_in(client, scene.head).get(PAGE).content.decode()

    assert "Missing from lessons" not in page
    assert found(scene) is None


def test_two_clicks_lead_to_the_lesson_marks_and_it_is_said_carefully(
    scene: LessonScene, client: Client
) -> None:
    page = sign_in(client, scene.head).get(PAGE).content.decode()
    assert "It says nothing of how anybody teaches" in page
    assert f"/figures/patterns/{scene.amy.pk}/?" in page

    pupil = client.get(f"/figures/patterns/{scene.amy.pk}/").content.decode()

    assert "Lessons missed while in school" in pupil
    assert "8 of 8 lessons missed, where 2.7 would be expected" in pupil
    address = f"/registers/lessons/{scene.maths.pk}/{MONDAYS[0].isoformat()}/"
    assert address in pupil
    assert client.get(address).status_code == 200


def test_another_schools_lessons_are_nowhere(scene: LessonScene, client: Client) -> None:
    other = LessonScene(school=make_school("Elm Road School"))
    for monday in MONDAYS[:8]:
        make_lesson_marks(other.maths, monday, {other.ben: "N", other.cat: "/"}, by=other.teacher, at=NOW)

    told = found(scene)

    assert told is not None
    assert told.missed_count == 8
    assert [row.member.id for row in told.pupils] == [scene.amy.pk]


def test_more_lessons_cost_no_more_queries(scene: LessonScene, client: Client) -> None:
    sign_in(client, scene.head)
    client.get(PAGE)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    few = count()
    for monday in MONDAYS[:8]:
        make_lesson_marks(scene.maths, monday + timedelta(days=2), {scene.ben: "N"}, by=scene.teacher, at=NOW)
    assert count() == few <= 18
