"""A school morning: 09:31 three are missing and one is on a trip, 09:40 one parent is reached, 10:31 all were tried."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.followup.models import ContactStep
from rollbook.apps.post.models import Message
from tests.apps.followup.scene import Morning
from tests.apps.registers.scene import MONDAY, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> Morning:
    from rollbook.apps.registers.queries.year import forget_years
    from rollbook.apps.schools.queries import forget_timetables

    forget_timetables()
    forget_years()
    morning = Morning()
    # Cat is on a trip, though her teacher has marked her N. Dan is looked after, and Amy's brother.
    morning.plan_trip(morning.cat)
    morning.dan.is_looked_after = True
    morning.dan.save()
    morning.registers(amy="N", ben="N", cat="N", dan="N")
    set_clock(monkeypatch, at(9, 20))
    return morning


def rows(page: Page) -> list[str]:
    return [each.split("\n")[0] for each in page.locator("table.calls tbody th").all_inner_texts()]


@pytest.mark.policy("P-4.5-1", "P-4.5-2", "P-4.5-3", "P-4.5-6", "P-6-1")
def test_a_morning_of_first_day_calls(
    page: Page, live_server: Any, morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(page, live_server, morning.pastoral)
    page.set_viewport_size(DESK)
    page.goto("/absence/")
    expect(page.get_by_role("heading", name="The registers are still open")).to_be_visible()
    expect(page.get_by_text("Science museum")).to_be_visible()
    check(page)

    set_clock(monkeypatch, at(9, 31))
    page.reload()
    assert rows(page) == ["Dan Dale 7B", "Amy Abbott 7A", "Ben Brown 7A"]
    expect(page.get_by_text("a parent of everybody here is rung by 10:30")).to_be_visible()
    expect(page.get_by_text("Trip or activity: Science museum.")).to_be_visible()
    check(page)

    # 09:40, one parent of two children is reached, one press each.
    set_clock(monkeypatch, at(9, 40))
    page.get_by_role("button", name="Ring about Amy Abbott").click()
    expect(page.get_by_role("link", name="07700 900111")).to_have_attribute("href", "tel:07700900111")
    check(page)
    page.get_by_role("button", name=re.compile(r"^Reached\s*: Mo Abbott, 07700")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What did the parent of Amy Abbott say?")
    check(page)
    page.get_by_label("What is the reason?").select_option("I")
    page.get_by_label("What was said").fill("Sick in the night")
    page.get_by_role("button", name="Enter the reason").click()
    expect(page.get_by_text("The reason of Amy Abbott is entered.")).to_be_visible()
    assert morning.marks()["Amy"] == ["N", "I"]
    assert rows(page) == ["Dan Dale 7B", "Ben Brown 7A"]
    expect(page.get_by_text("Mo Abbott was reached at 09:40 about Amy. Enter what was told.")).to_be_visible()

    # 09:41, a message to the parents who may have one: never to Cat's.
    page.get_by_role("link", name="Messages to parents").click()
    expect(page.get_by_text("Trip or activity: Science museum.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Send 1 message").click()
    expect(page.get_by_text("1 message is on the way")).to_be_visible()
    assert list(Message.objects.values_list("to_name", flat=True)) == ["Mary Brown"]

    # Nobody of Ben's answers: the home is visited, by two.
    page.get_by_role("button", name="Ring about Ben Brown").click()
    page.get_by_role("button", name=re.compile(r"^No answer\s*: Mary Brown")).click()
    page.get_by_role("button", name=re.compile(r"^Left a message\s*: Gil Brown")).click()
    expect(page.get_by_role("heading", name="Everybody was tried. Visit the home.")).to_be_visible()
    set_clock(monkeypatch, at(10, 31))
    page.goto("/absence/")
    expect(page.get_by_text("10:30 is past")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Open Ben Brown").click()
    check(page)
    page.get_by_role("main").get_by_role("link", name="Write down a home visit").first.click()
    check(page)
    page.get_by_label("Nobody answered").check()
    page.get_by_label("Who went?").fill("Pat Lead")
    page.get_by_label("What was found").fill("Curtains drawn, no car")
    page.get_by_role("button", name="Write down a home visit").click()
    expect(page.get_by_role("alert").get_by_text("Who went with them? Fill this in.")).to_be_visible()
    page.get_by_label("Who went with them?").fill("Ann Officer")
    page.get_by_role("button", name="Write down a home visit").click()
    expect(page.get_by_role("heading", name="The visit did not find the pupil")).to_be_visible()
    page.get_by_role("link", name="Hand over a safeguarding concern").first.click()
    page.get_by_label("What is the concern?").fill("Nobody has seen Ben since Friday")
    page.get_by_role("button", name="Hand over a safeguarding concern").click()
    check(page)

    sign_in(page, live_server, morning.head)
    page.goto("/absence/")
    page.get_by_role("link", name="Open the concern about Ben Brown").click()
    page.get_by_role("link", name="Take it over").click()
    page.get_by_label("What is done about it?").fill("Social care and police rung")
    page.get_by_role("button", name="Take it over").click()
    expect(page.get_by_text("Social care and police rung")).to_be_visible()
    kinds = list(ContactStep.objects.filter(pupil=morning.ben).values_list("kind", flat=True))
    assert kinds == ["message", "call", "call", "visit", "concern", "taken_over"]
    assert not ContactStep.objects.filter(pupil=morning.cat).exists()


def test_two_people_at_two_desks_never_ring_one_parent(
    page: Page, new_context: Any, live_server: Any, morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, at(9, 40))
    sign_in(page, live_server, morning.pastoral)
    page.set_viewport_size(PHONE)
    page.goto("/absence/")
    check(page)
    page.get_by_role("button", name="Ring about Amy Abbott").click()
    check(page)

    other = new_context(java_script_enabled=False).new_page()
    other.set_viewport_size(PHONE)
    sign_in(other, live_server, morning.office)
    other.goto("/absence/")
    row = other.locator(f"#pupil-{morning.dan.pk}")
    expect(row).to_contain_text("Pat Lead is ringing about Amy Abbott since 09:40")
    row.get_by_role("link", name="Open").click()
    expect(other.get_by_role("link", name="07700 900111")).to_have_count(0)
    other.get_by_role("button", name="Take it over").click()
    expect(other.get_by_role("link", name="07700 900111")).to_have_count(1)
    other.get_by_role("button", name=re.compile(r"^Wrong number\s*: Mo Abbott, 07700")).click()
    expect(other.get_by_text("Wrong number, 09:40")).to_be_visible()
    boxes = [each.bounding_box() for each in other.locator(".callee__press button").all()]
    assert boxes
    assert all(box["height"] >= 44 for box in boxes if box)
    assert ContactStep.objects.get().on == MONDAY
