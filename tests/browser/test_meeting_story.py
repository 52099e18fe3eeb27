"""The story of a meeting: the pastoral lead calls parents from the list of late pupils, and writes down what came."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.insight.test_punctuality_page import NOW
from tests.apps.registers.scene import Scene
from tests.apps.support.test_meetings import contact
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.browser.test_punctuality_story import scene as late_scene

pytestmark = pytest.mark.django_db(transaction=True)
THE_DAY = NOW + timedelta(days=4)


@pytest.fixture
def scene(late_scene: Scene) -> Scene:
    contact(late_scene, late_scene.ben, "Mary", title="Mrs")
    return late_scene


def call(page: Page) -> None:
    page.get_by_label("Day", exact=True).fill(f"{THE_DAY:%Y-%m-%d}")
    page.get_by_label("Time", exact=True).fill("09:00")
    page.get_by_role("button", name="Set the meeting").click()


def invite(page: Page) -> None:
    page.get_by_label("By letter").check()
    page.get_by_role("button", name="Record the invitation").click()


@pytest.mark.policy("P-4.4-5")
def test_from_the_list_of_late_pupils_to_what_was_agreed(
    page: Page, live_server: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(DESK)
    page.goto("/figures/punctuality/")
    page.get_by_role("link", name="Call parents of Ben Brown to a meeting").click()
    assert "Ben came late" in page.get_by_label("Why").input_value()
    check(page)
    page.get_by_role("button", name="Set the meeting").click()
    expect(page.get_by_role("alert")).to_contain_text("Day: choose a date.")
    check(page)
    call(page)
    check(page)
    invite(page)
    expect(page.get_by_role("link", name="Print the letter")).to_be_visible()
    check(page)
    page.goto("/figures/punctuality/")
    expect(page.get_by_role("row", name="Brown, Ben")).to_contain_text("invited")
    set_clock(monkeypatch, THE_DAY)
    page.get_by_role("link", name="Meetings").click()
    page.get_by_role("link", name="Brown, Ben").click()
    page.get_by_role("link", name="Record what came of it").click()
    page.get_by_label("Mrs Mary Brown").check()
    page.get_by_label("What was agreed").fill("On the earlier bus")
    page.get_by_label("What is next").fill("Look at the marks")
    page.get_by_label("By when").fill(f"{THE_DAY + timedelta(days=14):%Y-%m-%d}")
    check(page)
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("On the earlier bus")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Meetings with parents").click()
    expect(page.get_by_role("row", name="Brown, Ben")).to_contain_text("Look at the marks")
    check(page)


def test_on_a_phone_and_without_a_script(
    new_context: Any, live_server: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.officer)
    page.goto(f"/figures/meetings/new/{scene.ben.pk}/")
    page.get_by_label("Why").fill("Late again")
    call(page)
    invite(page)
    set_clock(monkeypatch, THE_DAY)
    page.reload()
    page.get_by_text("Nobody came", exact=True).click()
    page.get_by_label("What is known of why?").fill("They rang: ill")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("They rang: ill")).to_be_visible()


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(PHONE)
    page.goto(f"/figures/meetings/new/{scene.ben.pk}/")
    check(page)
    page.get_by_label("Why").fill("Late again")
    call(page)
    check(page)
    for address in ("", "new/"):
        page.goto(f"/figures/meetings/{address}")
        check(page)


__all__ = ["late_scene"]
