"""The story of an illness that is not believed: asked, decided, the parents told, and only then the register."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = [MONDAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 7)]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Amy has been ill for six school days."""
    scene = Scene()
    marks = {(scene.amy, day, session): "I" for day in DAYS for session in (AM, PM)}
    make_marks(scene.viewer(scene.head), marks, at(15, on=DAYS[5]))
    set_clock(monkeypatch, at(15, 30, on=DAYS[5]))
    return scene


@pytest.mark.policy("P-4.2-9", "P-4.2-10")
def test_the_parents_are_told_before_the_register_changes(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto("/absence/illness/")
    expect(page.get_by_role("row", name="Abbott, Amy")).to_contain_text("Evidence may be asked for")
    check(page)
    page.get_by_role("link", name="Abbott, Amy").click()
    check(page)
    page.get_by_text("Decide", exact=True).click()
    page.get_by_label("Not accepted").check()
    page.locator("#id_decided-text").fill("Seen at the fair on Thursday")
    page.get_by_role("button", name="Record the decision").click()
    expect(page.get_by_text("The parents have not been told yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Change those ticked to O")).to_have_count(0)
    page.get_by_text("Parents were told", exact=True).click()
    page.get_by_label("Which parent was told").fill("Mo Abbott")
    page.locator("#id_told-how").select_option("Telephone")
    page.locator("details[open]").get_by_role("button", name="Record it").click()
    page.get_by_role("button", name="Change those ticked to O").click()
    expect(page.get_by_text("12 sessions are O now, not authorised.")).to_be_visible()
    check(page)


def test_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.head)
    page.goto(f"/absence/illness/{scene.amy.pk}/2026-09-14/")
    page.get_by_text("Ask for evidence", exact=True).click()
    page.get_by_label("Why evidence is needed").fill("Third long illness this year")
    page.locator("#id_asked-how").select_option("Letter")
    page.get_by_role("button", name="Record that it was asked for").click()
    expect(page.get_by_text("Recorded: evidence was asked for.")).to_be_visible()


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(PHONE)
    page.goto("/absence/illness/")
    check(page)
    page.goto(f"/absence/illness/{scene.amy.pk}/2026-09-14/")
    check(page)
