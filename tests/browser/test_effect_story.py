"""The story of an effect: what changed with what was done, from the support's page to the marks."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.insight.test_effect import NOW, pupils, support
from tests.apps.registers.scene import Scene
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Six pupils missed a day a week until they went to breakfast; four like them still do."""
    scene = Scene()
    set_clock(monkeypatch, NOW)
    for pupil in pupils(scene, 6, "111000"):
        support(scene, pupil)
    pupils(scene, 4, "111111")
    return scene


@pytest.mark.policy("P-3.2-4", "P-8.3-5")
def test_from_the_support_to_its_effect_and_the_marks(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(DESK)
    page.goto("/figures/support/")
    page.get_by_role("link", name="Breakfast club").first.click()
    page.get_by_role("link", name="Its effect").click()
    expect(page.get_by_text("too few sessions to say.").first).to_be_visible()
    page.get_by_label("Pupil (optional)").select_option("Everybody who had it")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Attendance is higher with it")).to_be_visible()
    check(page)
    page.get_by_text("Figures as a table").click()
    expect(page.get_by_role("row", name="3 weeks before")).to_contain_text("80.0%")
    page.get_by_role("link", name="Pat Pupil0", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pat Pupil0")


def test_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.officer)
    page.goto("/figures/effect/")
    expect(page.get_by_role("heading", name="Attendance is higher with it")).to_be_visible()


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(PHONE)
    page.goto("/figures/effect/")
    check(page)
