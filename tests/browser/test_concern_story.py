"""The story of a concern: from the list of pupils with reasons to the marks behind them."""

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.registers.scene import AM, PM, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = [date(2026, 9, 14) + timedelta(weeks=week, days=day) for week in range(4) for day in range(5)]
FRIDAY = DAYS[-1]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Amy always came, Ben missed the last week of four without leave."""
    scene = Scene()
    marks = {(scene.amy, day, session): "/" for day in DAYS for session in (AM, PM)}
    marks |= {
        (scene.ben, day, session): "O" if day > FRIDAY - timedelta(days=5) else "/"
        for day in DAYS
        for session in (AM, PM)
    }
    make_marks(scene.viewer(scene.head), marks, at(15, 30, on=FRIDAY))
    set_clock(monkeypatch, at(16, on=FRIDAY))
    return scene


@pytest.mark.policy("P-8.2-1", "P-8.3-1")
def test_from_the_list_to_the_marks(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto("/figures/")
    page.get_by_role("link", name="Pupils of concern").click()
    expect(page.get_by_role("row", name="Brown, Ben")).to_contain_text("75.0%")
    check(page)
    page.get_by_label("Tier").select_option("Severely absent")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nobody on roll is of concern for this")).to_be_visible()
    check(page)
    page.get_by_role("term").filter(has_text="Persistently absent").locator("..").get_by_role("link").click()
    page.get_by_role("link", name="Brown, Ben").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ben Brown")


def test_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.head)
    page.goto("/figures/concern/")
    page.get_by_label("Reason").select_option("Unauthorised sessions in ten weeks")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="Brown, Ben")).to_contain_text("10 sessions marked G, N, O or U")


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(PHONE)
    page.goto("/figures/concern/")
    check(page)
