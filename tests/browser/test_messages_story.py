"""The story of a message that did not get through, and of work that failed: seen, put right, done."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.jobs.models import Run
from rollbook.apps.post.models import Message
from tests.apps.jobs.working import work_off
from tests.apps.post.test_sending import write
from tests.apps.registers.scene import Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.mail import Box

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Scene:
    settings.ROLLBOOK_PURPOSES = {"absence.first_day": ("First-day contact", False)}
    set_clock(monkeypatch, at(10))
    scene = Scene()
    write(scene, to_address="mo.abbott.example.org")
    write(scene, key="another", to_name="Pa Brown", pupil_id=scene.ben.pk)
    Run.objects.create(
        school=scene.school,
        job="Weekly e-mails of kept views",
        slot="2026-09-14",
        due_at=at(7),
        until=at(23, 59),
        state=Run.State.FAILED,
        tries=5,
        started_at=at(9, 58),
        finished_at=at(9, 59),
        problem="2 sent. Not sent: The week to head@example.org: Connection refused",
    )
    return scene


def put_the_message_right(page: Page) -> None:
    """From the notice on Today to the mail at the right address."""
    page.goto("/today/")
    notice = page.locator(".notice", has_text="A message did not get through.")
    notice.get_by_role("link", name="Messages sent").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Messages sent")
    check(page)
    page.get_by_role("link", name="Open the message to Mo Abbott").click()
    expect(page.get_by_text("is not an e-mail address").first).to_be_visible()
    check(page)
    page.get_by_label("E-mail address").fill("")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator(".error-summary")).to_contain_text("Give the address or number to send it to.")
    check(page)
    page.get_by_label("E-mail address").fill("mo.abbott@example.org")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("It is sent again as soon as its turn comes.")).to_be_visible()
    expect(page.get_by_text("It waits its turn.")).to_be_visible()
    check(page)


def run_the_work_again(page: Page) -> None:
    """The tab beside it, and a press."""
    page.goto("/school/background/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Background work")
    check(page)
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("is run again as soon as its turn comes")).to_be_visible()
    expect(page.get_by_role("heading", name="Failed")).to_have_count(0)
    check(page)


def test_at_a_desk(page: Page, live_server: Any, scene: Scene, mail_server: Box) -> None:
    work_off()
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(DESK)

    put_the_message_right(page)
    work_off()
    run_the_work_again(page)
    work_off()

    assert {letter["To"] for letter in mail_server.letters} == {"mo@example.org", "mo.abbott@example.org"}
    assert Message.objects.filter(state=Message.State.SENT).count() == 2
    assert Run.objects.get().state == Run.State.DONE
    page.goto("/school/messages/?state=sent")
    expect(page.get_by_role("row", name="Pa Brown")).to_be_visible()
    check(page)


def test_on_a_phone_and_without_javascript(
    new_context: Any, live_server: Any, scene: Scene, mail_server: Box
) -> None:
    work_off()
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.officer)
    page.goto("/school/messages/")
    page.get_by_role("link", name="Open the message to Mo Abbott").click()
    page.get_by_text("Done in another way").click()
    page.get_by_label("What was done").fill("Telephoned at 10:05")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("Written down.")).to_be_visible()
    expect(page.get_by_text("Telephoned at 10:05")).to_be_visible()

    looked_at = new_context().new_page()
    looked_at.set_viewport_size(PHONE)
    sign_in(looked_at, live_server, scene.officer)
    message = Message.objects.earliest("pk")
    for address in ("/school/messages/", f"/school/messages/{message.pk}/", "/school/background/"):
        looked_at.goto(address)
        check(looked_at)
