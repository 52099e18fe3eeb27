"""Stories of a school morning: the teacher at a keyboard, on a phone, without JavaScript; two people; the office."""

import re
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from rollbook.apps.registers.models import Entry
from tests.apps.registers.scene import AM, MONDAY, Scene, at, mark
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    set_clock(monkeypatch, at(9, 2))
    return scene


def register_of(scene: Scene) -> str:
    return f"/registers/{scene.group.pk}/{MONDAY}/am/"


@pytest.mark.policy("P-3.5-1")
def test_a_teacher_takes_the_register_by_keyboard_alone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(DESK)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("My registers")
    check(page)
    page.get_by_role("link", name="Take register 7A AM").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("7A register")
    check(page)

    page.keyboard.press("/")
    page.keyboard.press("n")
    page.keyboard.press("l")
    page.keyboard.type("12")
    expect(page.locator(".tally")).to_contain_text("0 of 3 to mark")
    page.keyboard.press("Control+s")

    expect(page.get_by_text("Register submitted. 3 marks saved.")).to_be_visible()
    assert scene.marks() == {"Amy": ["/"], "Ben": ["N"], "Cat": ["L"]}
    assert Entry.objects.get(pupil=scene.cat).minutes_late == 12
    check(page)


@pytest.mark.policy("P-3.5-2")
def test_a_teacher_takes_the_register_on_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(PHONE)
    page.goto(register_of(scene))
    check(page)
    page.locator(f"#m-{scene.ben.pk}-n").click()
    page.get_by_role("button", name="Rest present").click()
    page.get_by_role("button", name="Save register").click()

    expect(page.get_by_text("Register submitted. 3 marks saved.")).to_be_visible()
    expect(page.get_by_text("Submitted 09:02")).to_be_visible()
    assert scene.marks() == {"Amy": ["/"], "Ben": ["N"], "Cat": ["/"]}
    check(page)


def test_the_register_works_without_javascript(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(DESK)
    sign_in(page, live_server, scene.teacher)
    page.goto(register_of(scene))
    page.locator(f"#m-{scene.ben.pk}-n").check()
    page.get_by_role("button", name="Mark the other").click()
    assert Entry.objects.count() == 0
    assert page.locator(f"#m-{scene.amy.pk}").is_checked()
    page.get_by_role("button", name="Save register").click()

    expect(page.get_by_text("Register submitted. 3 marks saved.")).to_be_visible()
    assert scene.marks() == {"Amy": ["/"], "Ben": ["N"], "Cat": ["/"]}

    page.locator(f"#m-{scene.ben.pk}").check()
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("Say why you are changing a mark that was already saved.").first).to_be_visible()
    assert page.locator(f"#m-{scene.ben.pk}").is_checked()
    page.get_by_label("Reason for the change").fill("He was in the library")
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("1 mark amended.")).to_be_visible()
    assert scene.marks()["Ben"] == ["N", "/"]


def test_two_people_save_the_same_register(
    page: Page, new_context: Any, live_server: Any, scene: Scene
) -> None:
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(DESK)
    page.goto(register_of(scene))
    scene.take([mark(scene.amy, "/"), mark(scene.ben, "/")], by=scene.office, when=at(9, 3))

    page.locator(f"#m-{scene.ben.pk}-n").click()
    page.locator(f"#m-{scene.cat.pk}").click()
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("Ola Office saved another mark at 09:03")).to_be_visible()
    assert scene.marks() == {"Amy": ["/"], "Ben": ["/"]}
    check(page)

    page.get_by_label("Mine: N").check()
    page.get_by_label("Reason for the change").fill("Not here at 09:03")
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("Register submitted.")).to_be_visible()
    assert scene.marks() == {"Amy": ["/"], "Ben": ["/", "N"], "Cat": ["/"]}


def test_marks_not_saved_survive_an_expired_sign_in(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(DESK)
    page.goto(register_of(scene))
    page.locator(f"#m-{scene.ben.pk}-n").click()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()

    sign_in(page, live_server, scene.teacher)
    page.goto(register_of(scene))
    assert page.locator(f"#m-{scene.ben.pk}-n").is_checked()


@pytest.mark.policy("P-4.4-1")
def test_the_office_signs_a_late_pupil_in(page: Page, live_server: Any, scene: Scene) -> None:
    scene.take({scene.amy: "N", scene.ben: "/", scene.cat: "/"}, when=at(9, 1))
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto("/today/")
    check(page)
    expect(page.locator("#no-reason")).to_contain_text("Amy Abbott")
    page.goto("/arrivals/")
    check(page)
    page.get_by_role("link", name=re.compile("Arrived.*Amy Abbott")).click()
    page.get_by_label("Reason (optional)", exact=True).fill("Bus late")
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_text("Amy Abbott is signed in with code L.")).to_be_visible()
    assert scene.marks()["Amy"] == ["N", "L"]
    check(page)


def test_the_office_amends_a_mark_and_its_history_shows(page: Page, live_server: Any, scene: Scene) -> None:
    scene.take({scene.amy: "N"}, when=at(9, 1))
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto(f"/pupils/{scene.amy.pk}/")
    check(page)
    page.get_by_role("link", name="N, Mon 14 Sep morning").click()
    check(page)
    page.get_by_label("What the mark should be").select_option("I")
    page.get_by_role("button", name="Amend the mark").click()
    expect(page.get_by_text("Say why: the reason stays with the mark for good.").first).to_be_visible()
    assert page.get_by_label("What the mark should be").input_value() == "I"
    page.get_by_label("Reason for the amendment").fill("Mother rang at 09:10")
    page.get_by_role("button", name="Amend the mark").click()

    expect(page.get_by_text("The mark is amended.")).to_be_visible()
    expect(page.get_by_text("Mother rang at 09:10")).to_be_visible()
    expect(page.get_by_text("Ola Office, Receptionist")).to_be_visible()
    check(page)
    page.set_viewport_size(PHONE)
    page.goto(f"/pupils/{scene.amy.pk}/")
    check(page)


def test_something_known_beforehand_reaches_the_register(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto("/planned/")
    check(page)
    page.get_by_label("Pupil", exact=True).select_option(str(scene.amy.pk))
    page.get_by_label("Code", exact=True).select_option("M")
    page.get_by_label("What the teacher should see").fill("Dental appointment, back 10:30")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("Recorded for Abbott, Amy.")).to_be_visible()
    check(page)

    sign_in(page, live_server, scene.teacher)
    page.goto(register_of(scene))
    expect(page.locator(f"#p-{scene.amy.pk}")).to_contain_text("Dental appointment, back 10:30")
    page.get_by_role("button", name="Mark the other").click()
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("Register submitted.")).to_be_visible()
    assert scene.marks() == {"Amy": ["M"], "Ben": ["/"], "Cat": ["/"]}
    assert Entry.objects.get(pupil=scene.amy).session == AM
