"""Stories of what is planned: a trip for a group found on the register, a suspension, the same without JavaScript."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.absence.models import OffSiteActivity, Suspension
from rollbook.apps.registers.models import Entry
from tests.apps.absence.records import TUESDAY, dual, planned, suspension, timetable, trip
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    set_clock(monkeypatch, at(9, 2))
    return scene


def fill_in_a_trip(page: Page) -> None:
    page.get_by_label("Trip or visit, led by our own staff (V)").check()
    page.get_by_label("Name", exact=True).fill("Science museum")
    page.get_by_label("Nature of the activity").fill("workshop on electricity")
    page.get_by_label("Place").fill("Millennium Point")
    page.get_by_label("Member of our staff in charge").select_option(label="Tess Teacher")
    page.get_by_label("First day").fill(TUESDAY.isoformat())
    page.get_by_label("Last day").fill(TUESDAY.isoformat())
    page.get_by_label("Our staff on the trip tell us").check()


@pytest.mark.policy("P-A-2", "P-4.1-11")
def test_a_trip_for_a_group_is_found_on_the_register(
    page: Page, live_server: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto("/planned/")
    page.get_by_role("link", name="Activities").click()
    check(page)
    page.get_by_role("link", name="Record an activity").first.click()
    check(page)
    fill_in_a_trip(page)
    expect(page.get_by_label("Local authority’s contact")).to_be_hidden()
    page.get_by_label("All of 7A").check()
    expect(page.get_by_text("3 pupils chosen")).to_be_visible()
    page.get_by_label("Find by name").fill("carr")
    expect(page.get_by_label("Abbott, Amy")).to_be_hidden()
    page.get_by_label("Carr, Cat").uncheck()
    page.get_by_role("button", name="Check before recording").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Is this right?")
    expect(page.get_by_text("4 of V")).to_be_visible()
    check(page)
    assert not OffSiteActivity.objects.exists()
    page.get_by_role("button", name="Record the activity").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Science museum")
    check(page)
    assert set(planned(OffSiteActivity.objects.get().source)) == {"Amy", "Ben"}

    set_clock(monkeypatch, at(9, 2, on=TUESDAY))
    page.context.clear_cookies()
    sign_in(page, live_server, scene.teacher)
    page.goto(f"/registers/{scene.group.pk}/{TUESDAY}/am/")
    expect(
        page.get_by_text("Science museum: workshop on electricity, with Tess Teacher").first
    ).to_be_visible()
    page.locator(f"#m-{scene.cat.pk}").click()
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("Register submitted. 3 marks saved.")).to_be_visible()
    assert scene.marks(on=TUESDAY) == {"Amy": ["V"], "Ben": ["V"], "Cat": ["/"]}
    assert "electricity" in Entry.objects.get(pupil=scene.amy).note


def test_a_trip_is_recorded_without_javascript_on_a_phone(
    new_context: Any, live_server: Any, scene: Scene
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.office)
    page.goto("/planned/activities/new/")
    fill_in_a_trip(page)
    page.get_by_role("button", name="Check before recording").click()
    expect(page.get_by_text("Choose at least one pupil or group.").first).to_be_visible()
    page.get_by_label("All of 7A").check()
    page.get_by_role("button", name="Check before recording").click()
    page.get_by_role("button", name="Change the answers").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Science museum")
    page.get_by_role("button", name="Check before recording").click()
    page.get_by_role("button", name="Record the activity").click()
    assert set(planned(OffSiteActivity.objects.get().source)) == {"Amy", "Ben", "Cat"}


@pytest.mark.policy("P-A-12")
def test_a_suspension_is_recorded_and_warns_on_its_fourth_day(
    page: Page, live_server: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto("/planned/suspensions/")
    page.get_by_role("link", name="Record a suspension").first.click()
    page.get_by_label("Pupil", exact=True).select_option(label="Abbott, Amy (7A)")
    page.get_by_label("Reason").select_option(label="Theft")
    page.get_by_label("Number of school days").fill("6")
    check(page)
    page.get_by_role("button", name="Check before saving").click()
    expect(page.get_by_text("This makes 6 school days in a row")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Record the suspension").click()
    assert Suspension.objects.count() == 1

    set_clock(monkeypatch, at(9, 2, on=MONDAY + timedelta(days=3)))
    page.context.clear_cookies()
    sign_in(page, live_server, scene.head)
    page.goto("/planned/suspensions/")
    expect(page.get_by_text("Provision must be in place by Mon 21 Sep, the 6th day")).to_be_visible()
    check(page)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_can_be_used_by_everyone(page: Page, live_server: Any, scene: Scene, size: Any) -> None:
    goes = [scene.amy, scene.ben, scene.cat]  # Cat is suspended too: both pages say so
    made = trip(scene, goes, first_day=MONDAY, last_day=TUESDAY, when=at(8))
    two, part, out = dual(scene), timetable(scene, scene.ben), suspension(scene, scene.cat)
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(size)
    for to in (
        "activities/",
        "activities/new/",
        f"activities/{made.pk}/",
        f"activities/{made.pk}/change/",
        f"activities/{made.pk}/add/",
        f"activities/{made.pk}/take-off/",
        f"activities/{made.pk}/{MONDAY}/am/",
        "two-schools/",
        "two-schools/new/",
        f"two-schools/{two.pk}/",
        "part-time/",
        "part-time/new/",
        f"part-time/{part.pk}/",
        "suspensions/",
        "suspensions/new/",
        f"suspensions/{out.pk}/",
    ):
        page.goto(f"/planned/{to}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check(page)
