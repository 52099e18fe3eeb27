"""The story of a half term's end: the head looks how persistent absence went on, and opens the pupils behind it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.insight.test_patterns_page import NOW, habits
from tests.apps.registers.scene import Scene
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    habits(scene)
    set_clock(monkeypatch, NOW)
    return scene


@pytest.mark.policy("P-8.4-2")
def test_from_the_line_to_the_pupils(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto("/figures/")
    page.get_by_role("link", name="Persistent absence", exact=True).first.click()
    page.get_by_label("Told apart by").select_option("Teaching group")
    page.get_by_role("button", name="Show").click()
    check(page)
    table = page.get_by_role("table", name="2026/27 by half term")
    table.get_by_role("row", name="7A").get_by_role("link").nth(1).click()
    expect(page.get_by_role("link", name="Brown, Ben")).to_be_visible()
    expect(page.get_by_role("link", name="Abbott, Amy")).to_have_count(0)


def test_it_fits_a_phone_and_needs_no_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.head)
    page.goto("/figures/persistent/?measure=severe&by=ethnicity")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Severe absence by ethnicity, over time")
    page.get_by_label("Figure", exact=True).select_option("Persistent absence")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Persistent absence by ethnicity")


def test_axe_finds_nothing_on_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(PHONE)
    for address in ("", "?by=nothing"):
        page.goto(f"/figures/persistent/{address}")
        check(page)
