"""The story of the fifth school day: what is still N is found, and a named person says that it stays unknown."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.registers.scene import PM, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

LAST = date(2026, 9, 21)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A week ago Amy was missing all day and Ben in the afternoon; nobody has found out why."""
    scene = Scene()
    scene.take({scene.amy: "N", scene.ben: "/", scene.cat: "/"})
    scene.take({scene.amy: "N", scene.ben: "N", scene.cat: "\\"}, session=PM, when=at(12, 50))
    set_clock(monkeypatch, at(15, on=LAST))
    return scene


@pytest.mark.policy("P-4.5-7")
def test_on_the_last_day_a_named_person_confirms_o(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(DESK)
    page.goto("/absence/reasons/")
    expect(page.get_by_role("row", name="Abbott, Amy")).to_contain_text("Mon 21 Sep")
    check(page)
    page.get_by_label("morning of Mon 14 Sep, Amy Abbott").check()
    page.get_by_role("button", name="Confirm O for those ticked").click()
    expect(page.get_by_role("alert")).to_contain_text("What was tried")
    expect(page.get_by_label("morning of Mon 14 Sep, Amy Abbott")).to_be_checked()
    check(page)
    page.get_by_label("What was tried, and why it stays unknown").fill("Rang each day, visited, no answer")
    page.get_by_role("button", name="Confirm O for those ticked").click()
    expect(page.get_by_text("1 session is O now, unknown, confirmed by Ann Officer.")).to_be_visible()
    expect(page.get_by_label("morning of Mon 14 Sep, Amy Abbott")).to_have_count(0)
    page.get_by_role("row", name="Brown, Ben").get_by_role("link", name="Afternoon").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ben Brown")


def test_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.officer)
    page.goto("/absence/reasons/")
    page.get_by_label("afternoon of Mon 14 Sep, Ben Brown").check()
    page.get_by_label("What was tried, and why it stays unknown").fill("Rang each day")
    page.get_by_role("button", name="Confirm O for those ticked").click()
    expect(page.get_by_text("1 session is O now")).to_be_visible()


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(PHONE)
    page.goto("/absence/reasons/")
    check(page)
