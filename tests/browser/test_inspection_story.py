"""The story of an inspection: the inspector reads and takes a file, the head sees it and ends the access."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.domain.access import Role
from tests.apps.registers.scene import Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_head_sees_what_was_looked_at_and_ends_it(
    new_context: Any, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, at(10))
    scene = Scene()
    inspector = make_person(
        scene.school,
        Role.INSPECTOR,
        name="Ines Pector",
        first_day=date(2026, 9, 10),
        last_day=date(2026, 9, 18),
    )
    looking = new_context().new_page()
    sign_in(looking, live_server, inspector)
    looking.goto(f"{live_server.url}/pupils/{scene.amy.pk}/details/")
    looking.request.get(
        f"{live_server.url}/pupils/{scene.amy.pk}/certificate.csv?first_day=2026-09-14&last_day=2026-09-14"
    )

    # Without a script, so with one too: nothing here needs one.
    head: Page = new_context(java_script_enabled=False).new_page()
    head.set_viewport_size(DESK)
    sign_in(head, live_server, scene.head)
    head.goto(f"{live_server.url}/staff/")
    head.get_by_role("link", name="Inspections").click()
    expect(head.get_by_text("1 file")).to_be_visible()
    head.get_by_role("link", name="What was looked at by Ines Pector").click()
    expect(head.get_by_role("row", name="The entry in the admission register of Amy Abbott")).to_be_visible()
    expect(head.get_by_role("row", name="attendance-certificate-abbott-amy")).to_contain_text("File taken")
    head.get_by_role("button", name="End access now").click()
    expect(head.get_by_text("Ines Pector’s access has ended.")).to_be_visible()
    expect(head.get_by_role("row", name="Ines Pector")).to_contain_text(
        "10 September 2026 to 13 September 2026"
    )
    looking.goto(f"{live_server.url}/pupils/")
    expect(looking.get_by_text("Abbott")).to_have_count(0)

    shown = new_context().new_page()
    sign_in(shown, live_server, scene.head)
    for size in (DESK, PHONE):
        shown.set_viewport_size(size)
        shown.goto(f"{live_server.url}/staff/inspections/")
        check(shown)
        shown.get_by_role("link", name="Ines Pector").click()
        check(shown)
