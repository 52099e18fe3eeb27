"""The story of a talk: a teacher turns the screen to the pupil, and prints the page for them."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.registers.scene import Scene
from tests.browser.stage import DESK, PHONE, check, sign_in
from tests.browser.test_concern_story import scene as scene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.policy("P-3.8-1")
def test_from_the_pupils_page_to_the_pupils_own(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(DESK)
    page.goto(f"/pupils/{scene.ben.pk}/")
    page.get_by_role("link", name="For Ben").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ben, this is your time at school")
    expect(page.get_by_text("You missed 5 days.")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    check(page)
    pdf = page.request.get(str(page.get_by_role("link", name="Print on one page").get_attribute("href")))
    assert pdf.body().startswith(b"%PDF")
    page.get_by_role("link", name="Back to the staff page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ben Brown")


def test_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.teacher)
    page.goto(f"/pupils/{scene.amy.pk}/own/")
    expect(page.get_by_text("You have not missed any time.")).to_be_visible()


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(PHONE)
    page.goto(f"/pupils/{scene.ben.pk}/own/")
    check(page)
