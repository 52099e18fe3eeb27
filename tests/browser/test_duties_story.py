"""Stories of duties: a late register leaves the list by being taken; the head asks whether the policy is kept."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.roll.models import Membership
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The groups' first morning, 09:20: 7A's register is in, 7B's is not."""
    scene = Scene()
    Membership.objects.update(first_day=MONDAY)
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"}, when=at(9, 10))
    set_clock(monkeypatch, at(9, 20))
    return scene


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_register_leaves_the_list_when_it_is_taken(
    page: Page, live_server: Any, scene: Scene, size: Any
) -> None:
    sign_in(page, live_server, scene.other_teacher)
    page.set_viewport_size(size)
    page.goto("/to-do/")
    expect(page.get_by_role("heading", name="Overdue 1")).to_be_visible()
    expect(page.get_by_text("5 minutes late")).to_be_visible()
    check(page)
    page.get_by_role("link", name="7B, morning").click()
    expect(page).to_have_url(f"{live_server.url}/registers/{scene.other_group.pk}/2026-09-14/am/")
    scene.take({scene.dan: "/"}, by=scene.other_teacher, group=scene.other_group, when=at(9, 21))
    page.goto("/to-do/")
    expect(page.get_by_text("Nothing to do")).to_be_visible()
    check(page)


@pytest.mark.policy("P-3.1-2", "P-3.1-7")
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_head_opens_what_is_behind_a_figure(
    page: Page, live_server: Any, scene: Scene, size: Any
) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(size)
    page.goto("/to-do/")
    page.get_by_role("link", name="Is the policy being kept?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is the policy being kept?")
    check(page)
    page.get_by_role("link", name="Registers submitted in time").click()
    expect(page.get_by_text("1 of 2 due")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Overdue (1)").click()
    expect(page.get_by_role("link", name="7B, morning")).to_be_visible()
    expect(page.get_by_role("link", name="7A, morning")).not_to_be_visible()
    check(page)


def test_without_scripts_the_same(browser: Any, live_server: Any, scene: Scene) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, scene.office)
    page.goto(f"{live_server.url}/to-do/")
    expect(page.get_by_role("heading", name="See that every register is taken")).to_be_visible()
    page.get_by_role("link", name="7B, morning").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("7B")
    context.close()
