"""The story of a question: which group is furthest from other schools, and who is behind it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.domain.access import Role
from tests.apps.insight.test_exploring import FIRST_WEEK, worked
from tests.apps.registers.scene import Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = "period_name=days&first_day=2026-09-14&last_day=2026-09-18"


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    worked(scene)
    set_clock(monkeypatch, at(16, on=FIRST_WEEK[-1]))
    return scene


@pytest.mark.policy("P-3.4-1", "P-3.4-2", "P-8.1-2", "P-8.1-5")
def test_from_a_question_to_the_marks(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto("/figures/")
    page.get_by_role("link", name="Explore").click()
    page.get_by_label("Figure", exact=True).select_option("Unauthorised absence")
    page.get_by_label("Told apart by").select_option("Teaching group")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Unauthorised absence by teaching group")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Most in need first").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Gap to England")
    page.get_by_role("row", name="7A").get_by_role("link", name="6.7%").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("With unauthorised absence, 7A")
    page.get_by_role("link", name="Brown, Ben").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ben Brown")


def test_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.head)
    page.goto(f"/figures/explore/?measure=attendance&by=group&{WEEK}")
    page.get_by_label("Only (optional)").select_option("7A")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="Together")).to_contain_text("76.7%")


@pytest.mark.policy("P-3.4-3", "P-8.1-6")
def test_a_view_is_kept_shared_and_sent(page: Page, live_server: Any, scene: Scene) -> None:
    make_person(scene.school, Role.GOVERNOR, name="Gus Governor")
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto(f"/figures/explore/?measure=absence&by=group&{WEEK}")
    page.get_by_text("Keep this view").click()
    check(page)
    page.get_by_label("Name of the view").fill("Absence by group")
    page.get_by_label("Shared with the school's staff").check()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("The view 'Absence by group' is kept.")).to_be_visible()
    page.get_by_role("link", name="Change or send it").click()
    page.get_by_label("Send it each week").select_option("On Monday")
    page.get_by_label("Gus Governor").check()
    page.set_viewport_size(PHONE)
    check(page)
    page.get_by_role("button", name="Save the list").click()
    page.get_by_role("link", name="Views").click()
    expect(page.get_by_role("row", name="Absence by group")).to_contain_text("Mondays to 1")
    check(page)


def test_it_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(PHONE)
    for address in (f"?measure=attendance&by=group&{WEEK}", "?by=ethnicity", "?by=nothing"):
        page.goto(f"/figures/explore/{address}")
        check(page)
