"""The pages of lessons: who may open them, what they say, what they keep of what was typed; off, there are none."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rollbook.apps.lessons.models import Lesson, LessonAlert, LessonMark, LessonSet
from rollbook.apps.schools.models import PolicySetting, School
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from tests.apps.lessons.scene import LessonScene
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, sign_in
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db
P = Permission
TAKE = frozenset({P.REGISTER_TAKE_OWN, P.REGISTER_TAKE_ANY})
MANAGE = frozenset({P.GROUPS_MANAGE})
NEXT_MONDAY = MONDAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def in_maths() -> Iterator[None]:
    """It is 10:05 on Monday."""
    with time_machine.travel(at(10, 5), tick=False):
        yield


@pytest.fixture
def scene() -> LessonScene:
    made = LessonScene()
    made.register(ben="N")
    return made


def maths(scene: LessonScene) -> str:
    return reverse("lessons:take", args=[scene.maths.pk, MONDAY])


def rows(
    scene: LessonScene, amy: str = "present", ben: str = "N", cat: str = "present", seen: int = 0
) -> dict[str, str]:
    codes = {scene.amy.pk: amy, scene.ben.pk: ben, scene.cat.pk: cat}
    marks = {f"m-{pk}": code for pk, code in codes.items()} | {f"v-{pk}": str(seen) for pk in codes}
    return {"key": str(uuid4()), "act": "save"} | marks


# --- Who may open what ------------------------------------------------------------------------------------------


def addresses(scene: LessonScene) -> dict[str, frozenset[Permission]]:
    alert = LessonAlert.objects.get()
    return {
        reverse("lessons:today"): TAKE,
        reverse("lessons:day", args=[MONDAY]): TAKE,
        reverse("lessons:alerts"): frozenset({P.REGISTER_TAKE_ANY}),
        reverse("lessons:alert", args=[alert.pk]): frozenset({P.REGISTER_TAKE_ANY}),
        reverse("lessons:timetable"): MANAGE,
        reverse("lessons:new"): MANAGE,
        reverse("lessons:change", args=[scene.maths.pk]): MANAGE,
        reverse("lessons:end", args=[scene.maths.pk]): MANAGE,
        reverse("lessons:cover", args=[scene.maths.pk, NEXT_MONDAY]): MANAGE,
        reverse("lessons:set", args=[scene.set.pk]): MANAGE,
        reverse("lessons:set_new"): MANAGE,
        reverse("lessons:set_end", args=[scene.set.pk]): MANAGE,
        reverse("lessons:set_pupils", args=[scene.set.pk, scene.group.pk]): frozenset({P.PUPIL_EDIT}),
    }


@pytest.mark.policy("P-3.2-3")
def test_who_may_open_each_page(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    pages = addresses(scene)
    for role in Role:
        client = sign_in(Client(), make_person(scene.school, role))
        answers = {address: client.get(address).status_code for address in pages}
        allowed = {
            address: 200 if permissions & ROLE_PERMISSIONS[role] else 403
            for address, permissions in pages.items()
        }
        assert answers == allowed, role
        expected = {True: 403, False: 200}[not TAKE & ROLE_PERMISSIONS[role]]
        if role is Role.CLASS_TEACHER:
            expected = 404  # somebody else's lesson
        assert client.get(maths(scene)).status_code == expected, role


def test_an_inspector_sees_nothing_of_lessons(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    inspector = sign_in(Client(), make_person(scene.school, Role.INSPECTOR))
    page = inspector.get(reverse("registers:pupil", args=[scene.amy.pk])).content.decode()
    assert "Lessons missed" not in page
    assert "lessons" not in inspector.get(reverse("registers:mine")).content.decode()


def test_off_there_is_no_page_no_tab_and_no_card() -> None:
    scene = Scene()
    head = sign_in(Client(), scene.head)
    for name in ("lessons:today", "lessons:alerts", "lessons:timetable", "lessons:new"):
        answer = head.get(reverse(name))
        assert answer.status_code == 404
        assert "This school keeps no lesson registers" in answer.content.decode()
    for name in ("registers:mine", "schools:groups", "registers:today"):
        page = head.get(reverse(name)).content.decode()
        assert "/registers/lessons/" not in page
        assert "/school/timetable/" not in page


def test_the_timetable_is_made_before_the_first_day(scene: LessonScene) -> None:
    PolicySetting.objects.filter(name="lesson_registers").update(effective_from=NEXT_MONDAY)
    School.objects.update(calendar_version=99)
    head = sign_in(Client(), scene.head)
    assert head.get(reverse("lessons:timetable")).status_code == 200
    assert head.get(reverse("lessons:today")).status_code == 404


def test_the_choice_is_made_in_words(scene: LessonScene) -> None:
    head = sign_in(Client(), scene.head)
    address = reverse("schools:setting_choose", args=["lesson_registers"])
    page = head.get(address).content.decode()
    assert "Off or On: the law leaves both open." in page
    values = {"effective_from": "2026-10-05", "approved_at_meeting": "Board, 2 October"}
    assert "Choose off or on." in head.post(address, values).content.decode()
    assert head.post(address, values | {"value": "7"}).status_code == 422
    done = head.post(address, values | {"value": "0"}, follow=True).content.decode()
    assert "Recorded: lesson registers Off from 5 October 2026." in done
    assert PolicySetting.objects.filter(name="lesson_registers", value=0).exists()


# --- The register of a lesson -----------------------------------------------------------------------------------


def test_beside_each_pupil_stands_the_attendance_register(scene: LessonScene) -> None:
    page = sign_in(Client(), scene.teacher).get(maths(scene)).content.decode()
    assert "Registered this morning" in page
    assert "Reason not yet established" in page
    assert re.search(rf'id="m-{scene.ben.pk}-n" name="m-{scene.ben.pk}" value="N" checked', page), (
        "absent in the register is filled in as missing"
    )
    assert not re.search(rf'name="m-{scene.amy.pk}" value="\w+" checked', page)
    assert "What is it?" not in page, "no codes and no notes in a lesson"


def test_saving_tells_what_was_saved_and_who_is_looked_for(scene: LessonScene) -> None:
    client = sign_in(Client(), scene.teacher)
    page = client.post(maths(scene), rows(scene, amy="N"), follow=True).content.decode()
    assert "Lesson register taken. 3 marks saved." in page
    assert "The school office is told of Amy Abbott." in page
    again = client.post(maths(scene), rows(scene, amy="N", seen=1), follow=True).content.decode()
    assert "Nothing had changed; everything is saved." in again


def test_rest_present_leaves_the_absent_alone_and_saves_nothing_yet(scene: LessonScene) -> None:
    client = sign_in(Client(), scene.teacher)
    page = client.post(maths(scene), rows(scene, amy="", cat="") | {"act": "rest"}).content.decode()
    assert len(re.findall(r'value="present" checked', page)) == 2
    assert re.search(rf'name="m-{scene.ben.pk}" value="N" checked', page)
    assert LessonMark.objects.count() == 0


def test_a_bad_form_comes_back_with_everything_typed(scene: LessonScene) -> None:
    client = sign_in(Client(), scene.teacher)
    typed = rows(scene, amy="L", cat="N") | {f"late-{scene.amy.pk}": "ages"}
    answer = client.post(maths(scene), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="ages"' in page
    assert "Amy Abbott: Give the minutes late as a number, such as 12." in page
    assert re.search(rf'name="m-{scene.cat.pk}" value="N" checked', page)
    stranger = {f"v-{scene.dan.pk}": "0", f"m-{scene.dan.pk}": "N"}
    for wrong in ({"v-abc": "0"}, {"reason": "x" * 301}, {f"m-{scene.amy.pk}": "I"}, stranger):
        assert client.post(maths(scene), rows(scene) | wrong).status_code == 422
    assert LessonMark.objects.count() == 0


def test_two_peoples_marks_stand_beside_one_another(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    client = sign_in(Client(), scene.office)
    answer = client.post(maths(scene), rows(scene))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Tess Teacher saved another mark at 10:04" in page
    assert "Theirs: missing" in page
    assert "Mine: present" in page
    chosen = rows(scene) | {f"x-{scene.amy.pk}": "1", f"c-{scene.amy.pk}": "mine", f"v-{scene.amy.pk}": "1"}
    chosen |= {"reason": "I see her"}
    page = client.post(maths(scene), chosen, follow=True).content.decode()
    assert "Missing amended to present: I see her. Ola Office, Receptionist, Mon 14 Sep at 10:05" in page
    unchosen = client.post(maths(scene), rows(scene) | {f"x-{scene.amy.pk}": "1"})
    assert "Choose which of the two marks is right." in unchosen.content.decode()


def test_somebody_elses_lesson_is_not_found(scene: LessonScene) -> None:
    client = sign_in(Client(), scene.other_teacher)
    assert client.get(maths(scene)).status_code == 404
    assert client.post(maths(scene), rows(scene)).status_code == 404
    assert LessonMark.objects.count() == 0


def test_the_next_lesson_stands_first(scene: LessonScene) -> None:
    page = sign_in(Client(), scene.teacher).get(reverse("lessons:today")).content.decode()
    assert "Your lesson now" in page
    assert "Art" not in page
    later = sign_in(Client(), scene.other_teacher).get(reverse("lessons:today")).content.decode()
    assert "Your next lesson" in later
    scene.teach({scene.amy: "/", scene.ben: "N", scene.cat: "/"})
    assert (
        "Your lesson now"
        not in sign_in(Client(), scene.teacher).get(reverse("lessons:today")).content.decode()
    )
    office = sign_in(Client(), scene.office).get(reverse("lessons:today")).content.decode()
    assert "Taken" in office
    assert "To come" in office


# --- Alerts -----------------------------------------------------------------------------------------------------


def test_the_card_on_today_leads_to_the_alert_which_is_closed(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    client = sign_in(Client(), scene.office)
    address = reverse("lessons:alert", args=[LessonAlert.objects.get().pk])
    today = client.get(reverse("registers:today")).content.decode()
    assert "Missing from lessons" in today
    assert address in today
    page = client.get(reverse("lessons:alerts")).content.decode()
    assert "Registered this morning, 09:00" in page
    assert "Room 4" in page
    empty = client.post(address, {"found": ""})
    assert (empty.status_code, "Say what was found" in empty.content.decode()) == (422, True)
    done = client.post(address, {"found": "In the library"}, follow=True).content.decode()
    assert "Nobody is missing" in done
    assert "In the library" in done
    assert "<form" not in client.get(address).content.decode().split("<main")[1]
    again = client.post(address, {"found": "In the gym"})
    assert "already by Ola Office: In the library" in again.content.decode()
    assert address not in client.get(reverse("registers:today")).content.decode()


# --- The timetable ----------------------------------------------------------------------------------------------


def lesson_form(scene: LessonScene, **changes: object) -> dict[str, object]:
    return {
        "subject": "Science",
        "taught": f"group-{scene.group.pk}",
        "teacher": scene.teacher.pk,
        "room": "Lab",
        "weekdays": ["0", "3"],
        "weekday": "0",
        "starts_at": "10:30",
        "ends_at": "11:15",
        "first_day": "2026-09-14",
        "last_day": "",
    } | changes


def test_lessons_are_added_with_a_warning_of_clashes(scene: LessonScene) -> None:
    client = sign_in(Client(), scene.office)
    page = client.post(reverse("lessons:new"), lesson_form(scene), follow=True).content.decode()
    assert "2 lessons are added." in page
    assert "Saved, but it shares Tess Teacher and 3 pupils with Maths, 7A, 10:00–11:00." in page
    assert "1 clash" in page
    assert Lesson.objects.filter(subject="Science").count() == 2


def test_a_lesson_that_can_not_be_comes_back_as_typed(scene: LessonScene) -> None:
    client = sign_in(Client(), scene.office)
    answer = client.post(reverse("lessons:new"), lesson_form(scene, ends_at="10:00", subject='Sc"ience'))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The lesson ends after it begins" in page
    assert "Sc&quot;ience" in page
    assert not Lesson.objects.filter(room="Lab").exists()


def test_changed_and_ended(scene: LessonScene) -> None:
    client = sign_in(Client(), scene.office)
    change = reverse("lessons:change", args=[scene.maths.pk])
    assert 'value="Maths"' in client.get(change).content.decode()
    page = client.post(change, lesson_form(scene, first_day="2026-09-21"), follow=True).content.decode()
    assert "Science is changed from Mon 21 Sep." in page
    end = reverse("lessons:end", args=[Lesson.objects.get(subject="Science").pk])
    page = client.post(end, {"act": "take_back"}, follow=True).content.decode()
    assert "Science, 7A, Monday 10:30 is taken out of the timetable." in page
    page = client.post(reverse("lessons:end", args=[scene.art.pk]), {"last_day": "2026-09-14"}, follow=True)
    assert "ends on Mon 14 Sep" in page.content.decode()


def test_a_set_is_made_and_filled_a_group_at_a_time(scene: LessonScene) -> None:
    client = sign_in(Client(), scene.office)
    made = {"name": "Reading", "first_day": "2026-09-14"}
    client.post(reverse("lessons:set_new"), made)
    reading = LessonSet.objects.get(name="Reading")
    choose = reverse("lessons:set_pupils", args=[reading.pk, scene.group.pk])
    page = client.post(
        choose, {"pupils": [scene.ben.pk], "first_day": "2026-09-14"}, follow=True
    ).content.decode()
    assert "7A: 1 put in, 0 taken out." in page
    assert "Brown, Ben" in page
    assert client.post(choose, {"pupils": [scene.dan.pk], "first_day": "2026-09-14"}).status_code == 422


def test_cover_is_arranged(scene: LessonScene) -> None:
    client = sign_in(Client(), scene.office)
    address = reverse("lessons:cover", args=[scene.maths.pk, NEXT_MONDAY])
    page = client.post(address, {"teacher": scene.other_teacher.pk}, follow=True).content.decode()
    assert "Omar Other takes Maths on Mon 21 Sep." in page
    assert "for Tess Teacher" in page
    page = client.post(address, {"teacher": "0"}, follow=True).content.decode()
    assert "Tess Teacher takes Maths on Mon 21 Sep." in page


# --- What they cost ---------------------------------------------------------------------------------------------


def test_more_pupils_and_lessons_cost_no_more_queries(scene: LessonScene) -> None:
    client = sign_in(Client(), scene.office)
    addresses = (
        maths(scene),
        reverse("lessons:today"),
        reverse("lessons:alerts"),
        reverse("lessons:timetable"),
    )

    def counts() -> dict[str, int]:
        found = {}
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found[address] = len(queries)
        return found

    scene.teach({scene.amy: "N"})
    before = counts()
    more = [make_pupil(scene.school, scene.group, f"More {number:02}", "Mo") for number in range(20)]
    for number in range(6):
        Lesson.objects.create(
            school=scene.school, group=scene.group, subject=f"S{number}", teacher=scene.teacher, weekday=0,
            starts_at="11:00", ends_at="11:30", first_day=MONDAY,
        )  # fmt: skip
    scene.take(dict.fromkeys(more, "/"))
    scene.teach(dict.fromkeys(more, "N"))
    after = counts()
    assert after == before
    assert max(after.values()) <= 14, after
