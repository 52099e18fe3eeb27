"""Stories of setting a school up: an INSET day, the next year, new times, cover, and a morning without heating."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.registers.models import Entry
from rollbook.apps.schools.models import AcademicYear, CalendarEntry, DayTimes, GroupTeacher
from tests.apps.registers.scene import AM, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Hollin Bank at 10:00 on Monday 14 September 2026."""
    scene = Scene()
    set_clock(monkeypatch, at(10))
    return scene


def heading(page: Page, words: str) -> None:
    """Waits for the page of that name."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


@pytest.mark.policy("P-A-9")
def test_the_officer_puts_an_inset_day_into_the_calendar(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(DESK)
    page.goto("/school/")
    heading(page, "Calendar 2026/27")
    check(page)
    page.get_by_role("link", name="Add days").click()
    check(page)
    page.get_by_role("button", name="Put into the calendar").click()
    expect(page.locator(".error-summary")).to_be_focused()
    check(page)
    page.get_by_label("INSET day").check()
    page.get_by_label("Name").fill("Staff training")
    page.get_by_label("First day").fill("2026-11-27")
    page.get_by_label("Last day").fill("2026-11-27")
    page.get_by_role("button", name="Put into the calendar").click()
    expect(page.get_by_text("Staff training, Fri 27 Nov, is in the calendar.")).to_be_visible()
    expect(page.get_by_title("Fri 27 Nov: INSET day, Staff training")).to_contain_text("I")
    assert CalendarEntry.objects.filter(name="Staff training", kind="inset").count() == 1


def test_the_next_year_is_copied_looked_at_and_set_up(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(DESK)
    page.goto("/school/")
    page.get_by_role("link", name="Set up the next year").click()
    heading(page, "Set up 2027/28")
    check(page)
    page.get_by_role("group", name="Term 3").get_by_label("Last day").fill("2028-07-21")
    page.get_by_role("button", name="Show the preview").click()
    expect(page.get_by_role("heading", name="How it would look: 2027/28")).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("Fri 21 Jul")
    assert AcademicYear.objects.count() == 1
    page.get_by_role("button", name="Set up the year").click()
    heading(page, "Calendar 2027/28")
    page.get_by_role("link", name="Year before").click()
    heading(page, "Calendar 2026/27")


@pytest.mark.policy("P-4.1-16", "P-4.1-17")
def test_new_times_from_january_on_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(PHONE)
    page.goto("/school/times/")
    expect(page.get_by_text("For the governors:")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Set new times").click()
    check(page)
    page.get_by_label("First day of these times").fill("2027-01-04")
    page.get_by_label("Monday, morning register closes").fill("09:31")
    page.get_by_role("button", name="Save the times").click()
    expect(page.locator(".error-summary")).to_contain_text("The longest allowed is 30; close it by 09:30.")
    check(page)
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        page.get_by_label(f"{day}, morning register closes").fill("09:15")
    page.get_by_role("button", name="Save the times").click()
    expect(page.get_by_text("The times from 4 January 2027 are set.")).to_be_visible()
    expect(page.get_by_text("For the governors:")).to_have_count(1)
    assert DayTimes.objects.count() == 10
    check(page)


def test_cover_for_today_without_javascript(
    new_context: Callable[..., Any], live_server: Any, scene: Scene
) -> None:
    context = new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, scene.officer)
    page.goto(f"{live_server.url}/school/groups/")
    heading(page, "Teaching groups")
    page.get_by_role("link", name="Arrange cover for 7A").click()
    page.get_by_label("Who").select_option(label="Omar Other, Class teacher")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Omar Other takes 7A on Mon 14 Sep.")).to_be_visible()
    assert GroupTeacher.objects.filter(group=scene.group).count() == 2


@pytest.mark.policy("P-A-8")
def test_a_morning_without_heating(page: Page, live_server: Any, scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "N"})
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(PHONE)
    page.goto("/closures/")
    heading(page, "The school has to close")
    check(page)
    page.get_by_label("morning").check()
    page.get_by_label("Why did the school have to close?").fill("No heating")
    page.get_by_role("button", name="Show what would happen").click()
    heading(page, "Is this right?")
    expect(page.get_by_text("3 pupils")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Declare the school closed for the morning").click()
    expect(page.get_by_text("The closure is declared: 1 mark of Y4 was made.")).to_be_visible()
    check(page)
    heading(page, "The school was closed on Monday 14 September 2026")
    assert Entry.objects.filter(code="Y4").count() == 1
    assert scene.marks(session=AM)["Amy"] == ["/"]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_can_be_used_by_everyone(page: Page, live_server: Any, scene: Scene, size: Any) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(size)
    year = AcademicYear.objects.get()
    entry = CalendarEntry.objects.all()[0]
    for address in (
        "",
        "groups/",
        f"groups/{scene.group.pk}/",
        f"groups/{scene.group.pk}/teachers/new/",
        "settings/",
        "settings/submit_within_minutes/choose/",
        "particulars/",
        "codes/",
        "years/new/",
        f"years/{year.pk}/change/",
        f"years/{year.pk}/remove/",
        f"days/{entry.pk}/",
        f"days/{entry.pk}/remove/",
    ):
        page.goto(f"/school/{address}")
        check(page)
