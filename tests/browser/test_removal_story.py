"""A name leaves the roll: the office proposes, the head approves, the history stays; the list of what is missing."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from rollbook.apps.roll.models import Enrolment, Pupil, RemovalRequest, ReturnDue
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.apps.roll.test_removals import approve, propose
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    set_clock(monkeypatch, at(10))
    return Scene()


def _propose(page: Page, pupil: Pupil, *, looks: bool) -> None:
    """The office's way from the pupil's page to the request."""
    page.goto(f"/pupils/{pupil.pk}/details/")
    page.get_by_role("link", name="Remove from the roll").click()
    _look(page, looks)
    page.get_by_role("link", name="To be educated otherwise than at school").click()
    _look(page, looks)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Answer yes or no.")
    _look(page, looks)
    page.get_by_role("group", name="Did the parent give notice in writing?").get_by_label("Yes").check()
    page.get_by_label("When was the notice received?").fill("2026-09-07")
    page.get_by_label("Which last day at school does the notice give?").fill("2026-09-14")
    page.get_by_role("group", name="Is a school attendance order in force").get_by_label("No").check()
    page.get_by_role("button", name="Continue").click()
    _look(page, looks)
    page.get_by_label("What have you seen?").fill("Mrs Abbott's letter of 7 September, in the pupil's file")
    page.get_by_label("Educated at home or otherwise than at school").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check before you send")
    _look(page, looks)
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("What have you seen?")).to_have_value(
        "Mrs Abbott's letter of 7 September, in the pupil's file"
    )
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send for approval").click()
    expect(page.get_by_text("The pupil stays on the roll until a second person approves.")).to_be_visible()
    _look(page, looks)


def _look(page: Page, looks: bool) -> None:
    if looks:
        check(page)


@pytest.mark.policy("P-4.1-1")
@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_the_office_proposes_the_head_approves_and_the_history_stays(
    page: Page, live_server: Any, scene: Scene, window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"})
    page.set_viewport_size(window)
    sign_in(page, live_server, scene.office)
    _propose(page, scene.amy, looks=True)

    sign_in(page, live_server, scene.head)
    page.goto("/pupils/removals/")
    check(page)
    page.get_by_role("link", name="Decide about Amy Abbott").click()
    check(page)
    page.get_by_label("Approve: the name is removed").check()
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("Approved. The last day on roll is 14 September 2026.")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Deletion return").click()
    expect(page.get_by_text("F: To be educated otherwise than at school")).to_be_visible()
    page.get_by_label("How").fill("The authority's portal")
    check(page)
    page.get_by_role("button", name="Record that it is sent").click()
    expect(page.get_by_text("Sent on 14 September 2026 by Hal Head")).to_be_visible()
    assert RemovalRequest.objects.get().state == "done"

    tomorrow = MONDAY + timedelta(days=1)
    set_clock(monkeypatch, at(9, 5, on=tomorrow))
    sign_in(page, live_server, scene.teacher)
    page.goto(f"/registers/{scene.group.pk}/{tomorrow}/am/")
    expect(page.get_by_text("Brown").first).to_be_visible()
    expect(page.get_by_text("Abbott")).to_have_count(0)
    sign_in(page, live_server, scene.office)
    page.goto("/pupils/leavers/")
    check(page)
    page.get_by_role("main").get_by_role("link", name="Abbott, Amy").click()
    expect(page.get_by_text("Left on 14 September 2026")).to_be_visible()
    page.goto(f"/pupils/{scene.amy.pk}/details/")
    expect(page.get_by_text("Removed on ground F")).to_be_visible()
    check(page)


def test_all_of_it_works_without_javascript(browser: Browser, live_server: Any, scene: Scene) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    sign_in(page, live_server, scene.office)
    _propose(page, scene.amy, looks=False)
    sign_in(page, live_server, scene.head)
    page.goto(f"/pupils/removals/{RemovalRequest.objects.get().pk}/")
    page.get_by_label("Refuse: the pupil stays on the roll").check()
    page.get_by_label("Reason").fill("The letter is about the sister")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("Refused. The pupil stays on the roll.")).to_be_visible()
    assert Enrolment.objects.get(pupil=scene.amy).last_day is None
    context.close()


@pytest.mark.policy("P-3.7-5")
@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_the_office_works_through_what_is_missing(
    page: Page, live_server: Any, scene: Scene, window: Any
) -> None:
    page.set_viewport_size(window)
    sign_in(page, live_server, scene.office)
    page.goto("/pupils/missing/")
    check(page)
    page.get_by_role("link", name="Pupil's address").click()
    page.get_by_role("link", name="There is no address of the pupil.").first.click()
    page.get_by_label("Address").fill("1 High Street")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Ben Brown: There is no address of the pupil.")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Put it right").click()
    expect(page.get_by_text("Ben Brown").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Address")


def test_a_mistake_is_undone_and_returns_stand_in_a_list(page: Page, live_server: Any, scene: Scene) -> None:
    row = approve(scene, propose(scene))
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto("/pupils/returns/")
    check(page)
    page.goto(f"/pupils/removals/{row.pk}/")
    page.get_by_text("This was a mistake").click()
    page.get_by_label("Why?").fill("The wrong Amy")
    check(page)
    page.get_by_role("button", name="Undo the removal").click()
    expect(page.get_by_text("The pupil is on the roll as before.")).to_be_visible()
    assert Enrolment.objects.get(pupil=scene.amy).last_day is None
    assert ReturnDue.objects.get().cancelled_because
