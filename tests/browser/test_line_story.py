"""Stories of the absence line: the telephone at 08:40, a pupil who is here after all, a phone without JavaScript."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.absence.models import KeptMark, Report, Transfer
from rollbook.domain.access import Role
from tests.apps.absence.calls import away, call_of, mother_of, plans_of, told
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    make_person(scene.school, Role.PASTORAL_LEAD, name="Pat Lead")
    mother_of(scene, scene.amy, scene.dan)
    set_clock(monkeypatch, at(8, 40))
    return scene


@pytest.mark.policy("P-3.6-1", "P-4.2-1", "P-4.2-2")
def test_a_call_at_twenty_to_nine_is_on_the_register_at_nine(
    page: Page, live_server: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto("/absence/line/")
    check(page)
    page.get_by_label("Who is away?").press_sequentially("abb")
    expect(page.get_by_text("Abbott, Amy")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Amy Abbott is away")
    expect(page.get_by_label("Caller’s name")).to_be_hidden()
    expect(page.get_by_label("Name of the religious day")).to_be_hidden()
    check(page)
    page.get_by_label("Anna Abbott, mother").check()
    page.get_by_label("Ill “not well”").check()
    expect(page.locator("#proposal")).to_contain_text("Illness of body or mind is accepted")
    page.get_by_label("Dan Dale, 7B").check()
    expect(page.locator("#proposal")).to_contain_text("Dan Dale")
    page.get_by_label("Expected back on").fill("2026-09-16")
    check(page)
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Recorded: Amy Abbott, Dan Dale.")).to_be_visible()
    check(page)
    assert plans_of(Report.objects.get(pupil=scene.amy)) == [("09-14", "09-15", "I", "both")]

    set_clock(monkeypatch, at(9, 2))
    page.context.clear_cookies()
    sign_in(page, live_server, scene.teacher)
    page.goto(f"/registers/{scene.group.pk}/{MONDAY}/am/")
    expect(page.get_by_text("Parent telephoned").first).to_be_visible()


def test_a_pupil_who_is_here_after_all_is_asked_about_and_the_mark_is_left(
    page: Page, live_server: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"})
    set_clock(monkeypatch, at(9, 12))
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto(f"/absence/line/new/?pupil={scene.amy.pk}")
    page.get_by_label("Anna Abbott, mother").check()
    page.get_by_label("Dental appointment").check()
    expect(page.get_by_label("Leaves school at")).to_be_visible()
    page.get_by_label("The appointment card").check()
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("/ (present (morning)), by Tess Teacher").first).to_be_visible()
    check(page)
    page.get_by_role("button", name="Leave /").click()
    expect(page.get_by_text("The mark was left as it is.")).to_be_visible()
    assert KeptMark.objects.get().because == "Seen at school"
    page.get_by_role("link", name="Transfer the call").click()
    check(page)
    page.get_by_label("What was said so far").fill("Would like help with the mornings")
    page.get_by_role("button", name="Transfer").click()
    expect(page.get_by_text("Transferred to Pat Lead.")).to_be_visible()
    page.goto(f"/absence/line/transfers/{Transfer.objects.get().pk}/")
    check(page)


def test_a_holiday_is_recorded_without_javascript_on_a_phone(
    new_context: Any, live_server: Any, scene: Scene
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.officer)
    page.goto("/absence/line/")
    page.get_by_label("Who is away?").fill("amy")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Abbott, Amy").click()
    page.get_by_label("Anna Abbott, mother").check()
    page.get_by_label("Holiday").check()
    page.get_by_role("button", name="Show the code").click()
    expect(page.get_by_text("A holiday without leave is G.")).to_be_visible()
    assert not Report.objects.exists()
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Recorded: Amy Abbott.")).to_be_visible()
    assert plans_of(Report.objects.get()) == [("09-14", "09-14", "G", "both")]


def test_the_pages_of_the_line_hold_on_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    (report,) = told(scene, call_of(None), away(scene.amy, note="A long word " + "x" * 80))
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(PHONE)
    for path in (
        "/absence/line/",
        f"/absence/line/{report.pk}/",
        f"/absence/line/{report.pk}/change/",
        f"/absence/line/new/?pupil={scene.amy.pk}",
        "/absence/line/message/",
        "/absence/line/transfers/",
        "/absence/line/still-away/",
        "/absence/line/appointments/",
    ):
        page.goto(path)
        check(page)
