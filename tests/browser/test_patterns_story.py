"""The story of a habit: a pupil who misses Fridays is found, the evidence is looked at, a mark is opened."""

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


@pytest.mark.policy("P-1-4", "P-8.2-3")
def test_from_the_pattern_to_the_mark(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto("/figures/")
    page.get_by_role("link", name="Patterns").click()
    expect(page.get_by_role("row", name="Brown, Ben")).to_contain_text(
        "Fridays: 8 of 8 days away, 1.6 expected"
    )
    check(page)
    page.get_by_role("link", name="Evidence for Ben Brown").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Patterns of Ben Brown")
    check(page)
    page.get_by_role("link", name="Fri 18 Sep, morning").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ben Brown")


def test_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.head)
    page.goto("/figures/patterns/")
    page.get_by_label("Pattern (optional)").select_option("With a sibling")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="Carr, Cat")).to_contain_text("Together with Dan Dale")


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(PHONE)
    for address in ("", "?by=nothing", f"{scene.ben.pk}/", f"{scene.amy.pk}/"):
        page.goto(f"/figures/patterns/{address}")
        check(page)
