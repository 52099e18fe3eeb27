"""A story of leave: a letter asks for two days for a funeral abroad, the head grants one, the second is found."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.absence.models import Leave, LeaveTelling
from tests.apps.absence.leave_records import THURSDAY, WEDNESDAY, decide, leave
from tests.apps.absence.records import parent_of, planned
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    set_clock(monkeypatch, at(9, 2))
    parent_of(scene.amy)
    return scene


def ask(page: Page) -> None:
    """The office copies the letter."""
    page.goto("/planned/leave/new/")
    page.get_by_label("Pupil", exact=True).select_option(label="Abbott, Amy (7A)")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Mo Abbott (mother)").check()
    page.get_by_label("Letter", exact=True).check()
    page.get_by_label("What does it say?").fill("My mother has died. Could Amy come with us to the funeral?")
    page.get_by_label("Exceptional circumstances (C)").check()
    page.get_by_label("Which exceptional circumstance?").select_option(label="Funeral")
    page.get_by_label("The facts").fill("Her grandmother’s funeral in Kraków")
    page.get_by_label("First day asked for").fill(WEDNESDAY.isoformat())
    page.get_by_label("Last day asked for").fill(THURSDAY.isoformat())


def as_somebody_else(page: Page, live_server: Any, person: Any) -> None:
    page.context.clear_cookies()
    sign_in(page, live_server, person)


@pytest.mark.policy("P-4.3-2", "P-5.1-7", "P-5.1-8", "P-5.1-11")
def test_two_days_are_asked_for_one_is_granted_and_the_second_is_found(
    page: Page, live_server: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.set_viewport_size(DESK)
    sign_in(page, live_server, scene.office)
    page.goto("/planned/")
    page.get_by_role("link", name="Leave", exact=True).click()
    check(page)
    ask(page)
    check(page)
    page.get_by_role("button", name="Check before saving").click()
    expect(page.get_by_text("the policy wants 14 where possible")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Record the request").click()
    expect(page.get_by_text("Waiting for a decision").first).to_be_visible()
    check(page)
    made = Leave.objects.get()
    assert planned(made.source) == {}

    as_somebody_else(page, live_server, scene.head)
    page.goto("/planned/leave/")
    page.get_by_role("link", name="Abbott, Amy").click()
    page.get_by_role("link", name="Decide").click()
    check(page)
    page.get_by_label("Grant leave for the days below").check()
    page.get_by_label("Last day granted").fill(WEDNESDAY.isoformat())
    page.get_by_label("What was considered?").fill("Close family, far away")
    page.get_by_label("The reason for the family").fill("There are flights back the same evening.")
    page.get_by_role("button", name="Look at it once more").click()
    expect(page.get_by_text("2 sessions asked for are not granted")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Grant leave").click()
    expect(page.get_by_text("Granted in part").first).to_be_visible()
    expect(page.get_by_text("I grant leave on Wednesday 23 September 2026.")).to_be_visible()
    check(page)
    pdf = page.request.get(f"{live_server.url}/planned/leave/{made.pk}/letter.pdf")
    assert pdf.body().startswith(b"%PDF")
    page.get_by_label("By post").check()
    page.get_by_role("button", name="Record it").first.click()
    expect(page.get_by_text("Noted: the family was told.")).to_be_visible()
    assert LeaveTelling.objects.get().how == "post"

    set_clock(monkeypatch, at(9, 2, on=WEDNESDAY))
    as_somebody_else(page, live_server, scene.teacher)
    page.goto(f"/registers/{scene.group.pk}/{WEDNESDAY}/am/")
    expect(page.get_by_text("Leave granted").first).to_be_visible()
    expect(page.get_by_text("Kraków")).to_have_count(0)
    for pupil in (scene.ben, scene.cat):
        page.locator(f"#m-{pupil.pk}").click()
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("Register submitted. 3 marks saved.")).to_be_visible()
    assert scene.marks(on=WEDNESDAY)["Amy"] == ["C"]

    scene.take({scene.amy: "N", scene.ben: "/", scene.cat: "/"}, on=THURSDAY)
    set_clock(monkeypatch, at(14, 0, on=THURSDAY))
    as_somebody_else(page, live_server, scene.head)
    page.goto("/planned/leave/")
    expect(page.get_by_role("heading", name="Away without leave")).to_be_visible()
    expect(page.get_by_text("Thu 24 Sep, morning", exact=True)).to_be_visible()
    check(page)
    page.get_by_role("link", name="Look at the mark").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amy Abbott")


def test_a_request_and_a_refusal_without_javascript_on_a_phone(
    new_context: Any, live_server: Any, scene: Scene
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.head)
    ask(page)
    page.get_by_label("The facts").fill("")
    page.get_by_role("button", name="Check before saving").click()
    expect(page.get_by_text("without them nobody can decide").first).to_be_visible()
    page.get_by_label("The facts").fill("Her grandmother’s funeral")
    page.get_by_role("button", name="Check before saving").click()
    page.get_by_role("button", name="Record the request").click()
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Refuse", exact=True).check()
    page.get_by_label("What was considered?").fill("The dates in the letter")
    page.get_by_role("button", name="Look at it once more").click()
    expect(page.get_by_text("Say why it is refused: the letter says so.").first).to_be_visible()
    page.get_by_label("The reason for the family").fill("The funeral is on a Saturday.")
    page.get_by_role("button", name="Look at it once more").click()
    page.get_by_role("button", name="Refuse leave").click()
    assert Leave.objects.get().state == "refused"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_of_leave_can_be_used_by_everyone(
    page: Page, live_server: Any, scene: Scene, size: Any
) -> None:
    waiting = leave(scene, ground="holiday")
    granted = leave(scene, first_day=MONDAY + timedelta(days=2))
    decide(scene, granted)
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(size)
    for to in (
        "",
        "new/",
        f"new/{scene.amy.pk}/",
        f"{waiting.pk}/",
        f"{waiting.pk}/change/",
        f"{waiting.pk}/decide/",
        f"{granted.pk}/",
        f"{granted.pk}/decide/",
    ):
        page.goto(f"/planned/leave/{to}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check(page)
