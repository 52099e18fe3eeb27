"""The story of a pupil's first morning back: on the list, met, and what was agreed kept."""

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
    """Amy was ill for a week, Ben one day; both are back on Monday 21 September."""
    scene = Scene()
    marks = {(scene.amy, day, session): "I" for day in DAYS[:5] for session in (AM, PM)}
    marks |= {(scene.ben, DAYS[4], session): "N" for session in (AM, PM)}
    marks |= {(pupil, DAYS[5], AM): "/" for pupil in (scene.amy, scene.ben)}
    make_marks(scene.viewer(scene.head), marks, at(9, 10, on=DAYS[5]))
    set_clock(monkeypatch, at(10, on=DAYS[5]))
    return scene


@pytest.mark.policy("P-7.3-1", "P-7.3-2", "P-7.3-4")
def test_a_pupil_is_met_and_what_was_agreed_is_kept(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(DESK)
    page.goto("/absence/back/")
    expect(page.get_by_role("row", name="Abbott, Amy")).to_contain_text("Full check")
    check(page)
    page.get_by_role("row", name="Abbott, Amy").get_by_role("link", name="Record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Amy Abbott is back")
    check(page)
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("alert")).to_contain_text("say how the pupil is")
    check(page)
    page.get_by_label("Yellow zone").check()
    page.get_by_label("Yes").check()
    page.get_by_label("Adjusted times of coming or going").fill("Comes at 09:10 this week")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Recorded for Amy Abbott.")).to_be_visible()
    expect(page.get_by_role("row", name="Abbott, Amy")).to_contain_text("Met by Ann Officer")


def test_on_a_phone_and_without_a_script_it_can_be_not_needed(
    new_context: Any, live_server: Any, scene: Scene
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.officer)
    page.goto("/absence/back/")
    page.get_by_role("row", name="Brown, Ben").get_by_role("link", name="Record").click()
    page.get_by_text("Not needed", exact=True).click()
    page.get_by_label("Why it is not needed").fill("His tutor spoke with him")
    page.get_by_role("button", name="Record that it is not needed").click()
    expect(page.get_by_text("Recorded for Ben Brown.")).to_be_visible()


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(PHONE)
    page.goto("/absence/back/")
    check(page)
    page.goto(f"/absence/back/{scene.amy.pk}/2026-09-21/")
    check(page)
