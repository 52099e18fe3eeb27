"""The story of a sickness return: the head decides, the officer sends it, and what was sent stays."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = [MONDAY + timedelta(days=7 * week + day) for week in range(3) for day in range(5)]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Amy has been ill for fifteen school days, Ben away without leave for ten."""
    scene = Scene()
    marks = {(scene.amy, day, session): "I" for day in DAYS for session in (AM, PM)}
    marks |= {(scene.ben, day, session): "O" for day in DAYS[5:] for session in (AM, PM)}
    make_marks(scene.viewer(scene.head), marks, at(15, on=DAYS[-1]))
    set_clock(monkeypatch, at(15, 30, on=DAYS[-1]))
    return scene


@pytest.mark.policy("P-3.1-4")
def test_the_head_decides_and_it_is_sent(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto("/absence/returns/")
    expect(page.get_by_role("row", name="Abbott, Amy")).to_contain_text("The head decides")
    check(page)
    page.get_by_role("link", name="Abbott, Amy").click()
    check(page)
    page.get_by_label("Yes, a return is due").check()
    page.get_by_label("Why").fill("In hospital")
    page.get_by_role("button", name="Record the decision").click()
    page.get_by_label("How", exact=True).fill("The authority’s portal, 4711")
    page.get_by_role("button", name="Record that it was sent").click()
    expect(page.get_by_text("Recorded: the return is sent.")).to_be_visible()
    check(page)


def test_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.officer)
    page.goto("/absence/returns/")
    page.get_by_role("link", name="Brown, Ben").click()
    page.get_by_label("How", exact=True).fill("E-mail")
    page.get_by_role("button", name="Record that it was sent").click()
    expect(page.get_by_text("Recorded: the return is sent.")).to_be_visible()


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(PHONE)
    page.goto("/absence/returns/")
    check(page)
    page.goto(f"/absence/returns/unauthorised/{scene.ben.pk}/2026-09-21/")
    check(page)
