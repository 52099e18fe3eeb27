"""The story of a purge: the head looks at what is six years old, gives a reason and the number, and reads the line."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.registers.models import Entry
from tests.apps.keeping.past import Past
from tests.apps.registers.scene import at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def past(monkeypatch: pytest.MonkeyPatch) -> Past:
    past = Past()
    set_clock(monkeypatch, at(16))
    return past


def purge_a_year(page: Page) -> None:
    """From the page School to the line that stays."""
    page.goto("/school/")
    page.get_by_role("link", name="Keeping").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keeping")
    expect(page.get_by_text("There is no back-up yet.")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Preview the purge of 2014/15").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Purge entries of 2014/15?")
    check(page)
    page.get_by_label("Reason").fill("The six years of 2014/15 are over.")
    page.get_by_label("Number of entries to purge").fill("9")
    page.get_by_role("button", name="Purge these entries").click()
    expect(page.locator(".error-summary")).to_contain_text("4 entries may be purged")
    expect(page.get_by_label("Reason")).to_have_value("The six years of 2014/15 are over.")
    check(page)
    assert Entry.objects.count() == 9
    page.get_by_label("Number of entries to purge").fill("4")
    page.get_by_role("button", name="Purge these entries").click()
    expect(page.get_by_text("4 entries were purged.")).to_be_visible()
    expect(page.get_by_role("row", name="The six years of 2014/15 are over.")).to_contain_text("Hal Head")
    check(page)
    assert Entry.objects.count() == 5


@pytest.mark.policy("P-4.1-13")
def test_the_head_purges_a_year(page: Page, live_server: Any, past: Past) -> None:
    sign_in(page, live_server, past.head)
    page.set_viewport_size(DESK)
    purge_a_year(page)


def test_on_a_phone_and_without_javascript(new_context: Any, live_server: Any, past: Past) -> None:
    page = new_context().new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, past.head)
    for address in ("/school/keeping/", "/school/keeping/purge/2014-09-01/"):
        page.goto(f"{live_server.url}{address}")
        check(page)
    plain = new_context(java_script_enabled=False).new_page()
    plain.set_viewport_size(PHONE)
    sign_in(plain, live_server, past.head)
    plain.goto(f"{live_server.url}/school/keeping/purge/2014-09-01/")
    plain.get_by_label("Reason").fill("Over.")
    plain.get_by_label("Number of entries to purge").fill("4")
    plain.get_by_role("button", name="Purge these entries").click()
    expect(plain.get_by_text("4 entries were purged.")).to_be_visible()
    assert Entry.objects.count() == 5
