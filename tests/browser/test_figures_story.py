"""Stories of the figures: a head's morning on Today, a period chosen, a pupil followed to the mark, on a phone too."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db(transaction=True)

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """On Monday and the Friday before Amy was there, Ben was not; on Tuesday at 09:20 nobody is marked yet."""
    scene = Scene()
    marks = {}
    for day in (MONDAY - timedelta(days=3), MONDAY):
        for session in (AM, PM):
            marks[scene.amy, day, session] = "/"
            marks[scene.ben, day, session] = "O" if session is AM else "N"
    make_marks(scene.viewer(scene.head), marks, at(16))
    set_clock(monkeypatch, at(9, 20, on=TUESDAY))
    return scene


@pytest.mark.policy("P-1-1", "P-1-2")
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_head_goes_from_today_to_the_marks_behind_a_figure_in_two_clicks(
    page: Page, live_server: Any, scene: Scene, size: Any
) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(size)
    page.goto("/today/")
    expect(page.get_by_role("heading", name="Registers not taken")).to_be_visible()
    expect(page.get_by_role("heading", name="Attendance this year by week")).to_be_visible()
    expect(page.locator("#board-year")).to_contain_text("50.0%")
    check(page)

    # What needs an act stands before the figures of the year, to the eye of a phone and to a reader.
    order = page.locator("h2").all_inner_texts()
    assert order.index("Registers not taken 2") < order.index("Year groups") < order.index("Registers")

    page.locator("#board-year a").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Persistently absent")
    page.get_by_role("link", name="Brown, Ben").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ben Brown")
    expect(page.get_by_role("heading", name="4 unauthorised sessions in ten school weeks")).to_be_visible()
    expect(page.get_by_text("2 confirmed (G, O, U) and 2 provisional (N)")).to_be_visible()
    check(page)
    page.get_by_text("How this is worked out").click()
    check(page)
    page.locator(".ruler a").first.click()
    expect(page).to_have_url(f"{live_server.url}/pupils/{scene.ben.pk}/marks/2026-09-11/am/")


@pytest.mark.policy("P-8.1-1")
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_figures_by_period(page: Page, live_server: Any, scene: Scene, size: Any) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(size)
    page.goto("/figures/")
    check(page)
    for name in ("Week", "Half term", "Term"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_text(f"Attendance, this {name.lower()}")).to_be_visible()
        check(page)


def test_the_refresh_keeps_the_figure_of_the_year_and_brings_the_registers(
    page: Page, live_server: Any, scene: Scene
) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.clock.install()
    page.goto("/today/")
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"}, on=TUESDAY, when=at(9, 21, on=TUESDAY))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.clock.fast_forward(20_500)

    expect(page.locator("#not-taken")).not_to_contain_text("7A")
    expect(page.locator("#board-figures")).to_contain_text("1 of 2")
    expect(page.locator("#board-year")).to_contain_text("50.0%")
    assert [url for url in asked if url.endswith("/today/")] == [f"{live_server.url}/today/"]


def test_figures_without_javascript(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.teacher)
    page.goto(f"/pupils/{scene.ben.pk}/")

    expect(page.get_by_role("heading", name="Attendance so far")).to_be_visible()
    expect(page.get_by_text("unauthorised sessions in ten school weeks")).to_have_count(0)
    page.locator("summary", has_text="Figures as a table").click()
    expect(page.get_by_role("cell", name="0.0%").first).to_be_visible()
