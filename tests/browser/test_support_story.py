"""The story of support: begun from a concern, reviewed, ended with what came of it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.registers.scene import Scene
from tests.browser.stage import DESK, PHONE, check, sign_in
from tests.browser.test_concern_story import scene as scene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.policy("P-8.2-2", "P-8.3-2")
def test_from_a_concern_to_what_came_of_it(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(DESK)
    page.goto("/figures/concern/")
    page.get_by_role("link", name="Start support for Ben Brown").click()
    assert "75.0%" in page.get_by_label("Why").input_value()
    check(page)
    page.get_by_role("button", name="Start it").click()
    expect(page.get_by_role("alert")).to_contain_text("Name is missing.")
    check(page)
    page.get_by_label("Name").fill("Breakfast club")
    page.get_by_label("Aim").fill("Here every morning")
    page.get_by_role("button", name="Start it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Breakfast club for Ben Brown")
    check(page)
    page.get_by_text("Write down a review").click()
    page.get_by_label("What the review found").fill("He comes with a friend now.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("He comes with a friend now.")).to_be_visible()
    page.goto("/figures/concern/")
    expect(page.get_by_role("row", name="Brown, Ben")).to_contain_text("Breakfast club")
    page.get_by_role("link", name="Breakfast club").click()
    page.get_by_text("End it").first.click()
    page.get_by_label("The aim was reached").check()
    page.get_by_label("Why does it end?").fill("He comes by himself")
    page.get_by_role("button", name="End it").click()
    page.get_by_role("link", name="Support", exact=False).first.click()
    expect(page.get_by_role("row", name="Breakfast club")).to_contain_text("The aim was reached")
    check(page)


def test_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.officer)
    page.goto(f"/figures/support/new/?pupil={scene.ben.pk}")
    page.get_by_label("Name").fill("Breakfast club")
    page.get_by_label("Aim").fill("Here every morning")
    page.get_by_role("button", name="Start it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Breakfast club for Ben Brown")


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(PHONE)
    for address in ("", "new/"):
        page.goto(f"/figures/support/{address}")
        check(page)
