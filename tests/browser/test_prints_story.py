"""Stories of paper: a parent asks for a certificate."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.registers.scene import MONDAY, Scene, at, mark
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.paper import text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    from rollbook.apps.registers.queries.year import forget_years
    from rollbook.apps.schools.queries import forget_timetables

    forget_timetables()
    forget_years()


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    scene.take([mark(scene.amy, "N"), mark(scene.ben, "/"), mark(scene.cat, "L", minutes=4)])
    scene.take([mark(scene.amy, "I", seen=1)], by=scene.office, reason="Mother telephoned", when=at(10))
    set_clock(monkeypatch, at(11, on=MONDAY + timedelta(days=1)))
    return scene


def fetched(page: Page, address: str) -> bytes:
    """What the page's own browser gets from an address: Chromium without a window shows no PDF."""
    answer = page.context.request.get(address)
    assert answer.ok
    return bytes(answer.body())


def test_the_office_prints_a_certificate_for_the_days_a_parent_asks_for(
    page: Page, live_server: Any, scene: Scene
) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto(f"/pupils/{scene.amy.pk}/")
    page.get_by_role("link", name="Attendance certificate").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Attendance certificate")
    check(page)

    page.get_by_label("From").fill("2026-09-14")
    page.get_by_label("To").fill("2026-09-11")
    page.get_by_role("button", name="Show these days").click()
    expect(page.get_by_role("alert")).to_contain_text("The last day can't be before the first day.")
    expect(page.get_by_label("From")).to_have_value("2026-09-14")
    check(page)

    page.get_by_label("To").fill("2026-09-14")
    page.get_by_role("button", name="Show these days").click()
    expect(page.get_by_text("14 September 2026 to 14 September 2026")).to_be_visible()
    expect(page.get_by_role("row", name="Mon 14 Sep 2026, morning")).to_contain_text("Mother telephoned")
    check(page)
    href = page.get_by_role("link", name="Certificate (PDF)").get_attribute("href")
    text = text_of(fetched(page, f"{live_server.url}{href}"))
    assert "Amended marks (1)" in text
    assert "Mother telephoned" in text


def test_a_certificate_on_a_phone_without_javascript(
    new_context: Any, live_server: Any, scene: Scene
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.teacher)
    page.goto(f"/pupils/{scene.amy.pk}/certificate/")
    page.get_by_label("From").fill("2026-09-14")
    page.get_by_role("button", name="Show these days").click()
    expect(page.get_by_text("kept by the school office")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="As a file (CSV)").click()
    assert download.value.suggested_filename == "attendance-certificate-abbott-amy-2026-09-14-2026-09-15.csv"
    assert "Mother" not in Path(download.value.path()).read_text(encoding="utf-8")
