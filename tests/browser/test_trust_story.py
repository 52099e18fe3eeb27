"""The story of a trust: a school joins, its lead compares the schools and goes into one, and the school leaves."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.registers.scene import Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.people import make_school
from tests.factories.trusts import make_lead, make_trust

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    set_clock(monkeypatch, at(10))
    return Scene()


def test_a_school_joins_is_looked_at_and_leaves(
    page: Page, new_context: Any, live_server: Any, scene: Scene
) -> None:
    other = Scene(make_school("Ash Grove School"))
    lead = make_lead(make_trust("Larkmere Trust", other.school))
    page.set_viewport_size(DESK)
    sign_in(page, live_server, scene.head)
    page.goto("/staff/")
    page.get_by_role("link", name="Trust", exact=True).click()
    check(page)
    page.get_by_label("Trust").select_option("Larkmere Trust")
    page.get_by_role("button", name="Join the trust").click()
    expect(page.get_by_text("Hollin Bank School joins Larkmere Trust.")).to_be_visible()
    expect(page.get_by_role("row", name="Noor Haddad")).to_be_visible()
    check(page)

    looking = new_context().new_page()
    looking.set_viewport_size(DESK)
    sign_in(looking, live_server, lead)
    looking.goto(f"{live_server.url}/")
    expect(looking.get_by_role("heading", level=1)).to_contain_text("The trust’s schools")
    check(looking)
    looking.get_by_role("button", name="Hollin Bank School, registers taken: 0 of 2").click()
    expect(looking.locator(".footer")).to_contain_text("Hollin Bank School")
    looking.goto(f"{live_server.url}/trust/")
    looking.set_viewport_size(PHONE)
    check(looking)

    page.get_by_label("Last day in the trust").fill("2026-09-13")
    page.get_by_role("button", name="Leave the trust").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Belong to a trust?")
    looking.goto(f"{live_server.url}/trust/")
    expect(looking.get_by_role("button", name="Ash Grove School", exact=True)).to_be_visible()
    expect(looking.get_by_text("Hollin Bank School")).to_have_count(0)


def test_the_schools_without_javascript(new_context: Any, live_server: Any, scene: Scene) -> None:
    other = Scene(make_school("Ash Grove School"))
    plain = new_context(java_script_enabled=False).new_page()
    plain.set_viewport_size(PHONE)
    sign_in(plain, live_server, make_lead(make_trust("Larkmere Trust", scene.school, other.school)))
    plain.goto(f"{live_server.url}/trust/")
    plain.get_by_role("button", name="Ash Grove School", exact=True).click()
    expect(plain.locator(".footer")).to_contain_text("Ash Grove School")
