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


def test_a_day_without_network_from_the_blank_register_to_the_history(
    page: Page, live_server: Any, scene: Scene
) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto("/registers/")
    page.get_by_role("link", name="Print and export").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Print and export")
    check(page)
    blank = page.get_by_role("region", name="Blank registers, for a day without network")
    blank.get_by_label("Teaching group").select_option("7A")
    with page.expect_request("**/registers/print/blank/**") as asked:
        blank.get_by_role("button", name="Blank register (PDF)").click()
    assert "Taken at (time)" in text_of(fetched(page, asked.value.url))

    page.goto("/registers/print/")
    page.get_by_role("link", name="Key in a paper register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Key in a paper register")
    page.get_by_label("Teaching group").select_option("7A")
    page.get_by_label("Taken at").fill("08:10")
    page.get_by_label("Taken by").select_option("Tess Teacher, Teacher of 7A")
    page.get_by_role("button", name="Open the register").click()
    expect(page.get_by_role("alert")).to_contain_text("This session runs from 09:00 to 12:15.")
    expect(page.get_by_label("Taken by")).to_have_value(str(scene.teacher.pk))
    check(page)

    page.get_by_label("Taken at").fill("09:05")
    page.get_by_role("button", name="Open the register").click()
    expect(page.get_by_text("Taken at 09:05 by Tess Teacher.")).to_be_visible()
    check(page)
    page.locator(f"#m-{scene.ben.pk}-n").click()
    page.get_by_role("button", name="Mark the other 2 present").click()
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("Register submitted. 3 marks saved.")).to_be_visible()
    expect(page.get_by_text("Taken on paper at 09:05 by Tess Teacher, keyed in")).to_be_visible()
    page.goto(f"/pupils/{scene.ben.pk}/marks/2026-09-15/am/")
    expect(page.get_by_text("Taken on paper at 09:05 by Tess Teacher")).to_be_visible()
    expect(page.get_by_text("Ola Office, Receptionist")).to_be_visible()
    check(page)


def test_print_and_export_on_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(PHONE)
    page.goto("/registers/print/")
    check(page)
    expect(page.get_by_role("button", name="Excel file")).to_have_count(0)
    group = page.get_by_role("region", name="The register of a group, for a week or a month")
    group.get_by_label("Any day of the week or month").fill("")
    group.get_by_role("button", name="Print (PDF)").click()
    expect(page.get_by_role("alert")).to_contain_text("choose a date.")
    check(page)
