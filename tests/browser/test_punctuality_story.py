"""The story of a Friday: the pastoral lead looks who came late this week, and opens the marks."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.insight.test_punctuality_page import NOW, made_late
from tests.apps.registers.scene import Scene
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    made_late(scene)
    set_clock(monkeypatch, NOW)
    return scene


@pytest.mark.policy("P-4.4-3", "P-4.4-4")
def test_from_the_weekly_list_to_the_mark(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto("/figures/")
    page.get_by_role("link", name="Punctuality").click()
    row = page.get_by_role("row", name="Brown, Ben")
    expect(row).to_contain_text("3 late sessions in 10 school days are repeated lateness")
    check(page)
    page.get_by_label("Only repeated lateness").check()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Carr, Cat")).to_have_count(0)
    row.get_by_role("link", name="Tue 22 Sep, afternoon").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ben Brown")


def test_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.head)
    page.goto("/figures/punctuality/")
    page.get_by_label("Period").select_option("The week before")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="Brown, Ben")).to_contain_text("Mon 14 Sep, morning")


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(PHONE)
    for address in ("", "?by=ethnicity&period_name=year", "?by=nothing"):
        page.goto(f"/figures/punctuality/{address}")
        check(page)
