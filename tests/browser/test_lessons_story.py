"""Stories of a lesson: taken by keyboard, looked for and found; without a script; on a phone; the timetable made."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.lessons.models import Lesson, LessonAlert
from rollbook.apps.registers.models import Entry
from tests.apps.lessons.scene import LessonScene
from tests.apps.registers.scene import at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> LessonScene:
    scene = LessonScene()
    scene.register(ben="N")
    set_clock(monkeypatch, at(10, 5))
    return scene


@pytest.mark.policy("P-3.8-2", "P-1-6")
def test_a_lesson_by_keyboard_and_the_same_minute_at_the_office(
    page: Page, live_server: Any, scene: LessonScene
) -> None:
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(DESK)
    page.goto("/registers/lessons/")
    expect(page.get_by_role("heading", name="Your lesson now")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Take the register").click()
    expect(page.get_by_role("row", name="Brown, Ben")).to_contain_text("Reason not yet established")
    check(page)
    # Ben is filled in as missing: the register says that he is absent. N for Amy, then L and minutes for Cat.
    page.keyboard.press("n")
    page.keyboard.press("l")
    page.keyboard.type("4")
    check(page)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Lesson register taken. 3 marks saved.")).to_be_visible()
    expect(page.get_by_text("The school office is told of Amy Abbott.")).to_be_visible()
    assert scene.lesson_marks() == {"Amy": ["N"], "Ben": ["N"], "Cat": ["L"]}
    assert list(Entry.objects.filter(pupil=scene.amy).values_list("code", flat=True)) == ["/"]

    sign_in(page, live_server, scene.office)
    page.goto("/today/")
    card = page.locator("#lesson-alerts")
    expect(card).to_contain_text("Amy Abbott")
    check(page)
    card.get_by_role("link", name="Open the list").click()
    expect(page.get_by_role("row", name="Amy Abbott")).to_contain_text("Registered this morning, 09:00")
    check(page)
    page.get_by_role("link", name="Close the alert of Amy Abbott").click()
    check(page)
    page.get_by_label("What was found?").fill("In the library")
    page.get_by_role("button", name="Close the alert").click()
    expect(page.get_by_text("Closed: Amy Abbott.")).to_be_visible()
    check(page)
    page.goto(f"/pupils/{scene.amy.pk}/")
    expect(page.locator("#lessons")).to_contain_text("1 of 1 lesson in the last 4 weeks.")


def test_without_a_script_on_a_phone(new_context: Any, live_server: Any, scene: LessonScene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.teacher)
    page.goto("/registers/lessons/")
    page.get_by_role("link", name="Take the register").click()
    page.get_by_role("group", name="Mark for Amy Abbott").get_by_label("Missing").check(force=True)
    page.get_by_role("button", name="Rest present").click()
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("The school office is told of Amy Abbott.")).to_be_visible()
    assert scene.lesson_marks() == {"Amy": ["N"], "Ben": ["N"], "Cat": ["/"]}
    page.get_by_role("group", name="Mark for Amy Abbott").get_by_label("Present").check(force=True)
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("Say why you are changing a mark").first).to_be_visible()
    page.get_by_label("Reason for the change").fill("Behind the screen")
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("1 mark amended.")).to_be_visible()
    assert LessonAlert.objects.get().found == "Marked present in the lesson after all."


def test_every_page_fits_a_phone(page: Page, live_server: Any, scene: LessonScene) -> None:
    scene.teach({scene.amy: "N", scene.ben: "/"})
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(PHONE)
    for address in (
        "/registers/lessons/",
        f"/registers/lessons/{scene.maths.pk}/2026-09-14/",
        f"/registers/lessons/{scene.maths.pk}/2026-09-14/cover/",
        "/registers/missing/",
        f"/registers/missing/{LessonAlert.objects.earliest('pk').pk}/",
        "/school/timetable/",
        "/school/timetable/new/",
        f"/school/timetable/{scene.maths.pk}/change/",
        f"/school/timetable/sets/{scene.set.pk}/",
        f"/school/timetable/sets/{scene.set.pk}/groups/{scene.group.pk}/",
        "/school/settings/lesson_registers/choose/",
        "/today/",
    ):
        page.goto(address)
        check(page)


def test_the_timetable_is_made(page: Page, live_server: Any, scene: LessonScene) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto("/school/timetable/")
    check(page)
    page.get_by_role("link", name="Add a lesson").click()
    page.get_by_label("Lesson", exact=True).fill("Science")
    page.get_by_label("Who is taught").select_option(label="7A")
    page.get_by_label("Teacher").select_option(label="Tess Teacher")
    page.get_by_label("Monday").check()
    page.get_by_label("Begins at").fill("10:30")
    page.get_by_label("Ends at").fill("11:30")
    check(page)
    page.get_by_role("button", name="Add the lesson").click()
    expect(page.get_by_text("Saved, but it shares Tess Teacher and 3 pupils with Maths")).to_be_visible()
    check(page)
    assert Lesson.objects.filter(subject="Science", weekday=0).count() == 1
