"""The story of a review: who is not at school full-time, and the marks behind it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.insight.test_full_time_page import NOW, PAGE
from tests.apps.insight.test_full_time_page import scene as part_time_scene
from tests.apps.registers.scene import Scene
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["part_time_scene"]


@pytest.fixture(autouse=True)
def friday(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, NOW)


@pytest.mark.policy("P-1-3")
def test_from_the_list_to_the_marks(page: Page, live_server: Any, part_time_scene: Scene) -> None:
    sign_in(page, live_server, part_time_scene.head)
    page.set_viewport_size(DESK)
    page.goto("/figures/")
    page.get_by_role("link", name="Full-time", exact=True).click()
    row = page.get_by_role("row", name="Brown, Ben")
    expect(row).to_contain_text("5 of 10 half-days a week (50%)")
    check(page)
    row.get_by_role("link", name="5 C2").click()
    expect(page.get_by_role("link", name="Mon 14 Sep, afternoon")).to_be_visible()


def test_it_fits_a_phone_and_needs_no_script(
    new_context: Any, page: Page, live_server: Any, part_time_scene: Scene
) -> None:
    plain = new_context(java_script_enabled=False).new_page()
    plain.set_viewport_size(PHONE)
    sign_in(plain, live_server, part_time_scene.head)
    plain.goto(PAGE)
    plain.get_by_label("Why").select_option("Taught at another place")
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_role("row", name="Carr, Cat")).to_contain_text("Nothing is recorded")
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, part_time_scene.head)
    page.goto(PAGE)
    check(page)
