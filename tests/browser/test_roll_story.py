"""Stories of the office: a pupil's entry completed, at a desk and on a phone; a pupil found."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.roll.models import Contact
from tests.apps.roll.scene import AT, Scene, make_scene
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    set_clock(monkeypatch, AT)
    return make_scene()


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_the_office_adds_a_pupil_and_completes_the_entry(
    page: Page, live_server: Any, scene: Scene, window: Any
) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(window)
    page.goto("/pupils/add/")
    check(page)
    page.get_by_role("button", name="Add pupil").click()
    expect(page.get_by_role("alert")).to_contain_text("5 things need putting right")
    check(page)
    page.get_by_label("Legal surname").fill("Nowak")
    page.get_by_label("Legal first name").fill("Zofia")
    page.get_by_label("Female").check()
    page.get_by_label("Date of birth").fill("2013-05-04")
    page.get_by_label("Teaching group").select_option(label="9A (Dan Kaye)")
    page.get_by_role("button", name="Add pupil").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Zofia Nowak")
    expect(page.get_by_text("No parent is recorded.")).to_be_visible()
    check(page)
    page.get_by_role("link", name="There is no address of the pupil.").click()
    page.get_by_label("Address").fill("1 High Street\nBirmingham")
    check(page)
    page.get_by_role("button", name="Save changes").click()
    page.get_by_role("link", name="Add a parent or contact").click()
    page.get_by_label("First name").fill("Ewa")
    page.get_by_label("Surname").fill("Nowak")
    page.get_by_label("Relationship").fill("Mother")
    page.get_by_label("Telephone", exact=False).first.fill("01632 960001")
    page.get_by_label("A parent in the legal sense").check()
    page.get_by_label("The pupil normally lives with them").check()
    check(page)
    page.get_by_role("button", name="Add contact").click()
    expect(page.get_by_text("There is only one emergency number.")).to_be_visible()
    expect(page.get_by_text("No parent is recorded.")).not_to_be_visible()
    check(page)
    contact = Contact.objects.select_related("parent").get()
    # The form begins with the pupil's own address.
    assert contact.parent.address.startswith("1 High Street")

    page.get_by_role("link", name="Move", exact=True).click()
    check(page)
    page.get_by_label("New teaching group").select_option(label="9B")
    page.get_by_role("button", name="Move pupil").click()
    expect(page.get_by_text("Moved from 23 November 2026.")).to_be_visible()
    page.get_by_role("link", name="Change the time on roll").click()
    check(page)


def test_a_teacher_finds_a_pupil_from_the_bar(page: Page, live_server: Any, scene: Scene) -> None:
    pupil = make_pupil(scene.school, scene.groups["9A"], "Doyle", "Siân", born_on=date(2013, 5, 4))
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(DESK)
    page.goto("/pupils/")
    check(page)
    page.get_by_role("searchbox", name="Find a pupil", exact=True).fill("doyle sian")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/pupils/{pupil.pk}/")
    page.goto(f"/pupils/{pupil.pk}/details/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Siân Doyle")
    check(page)
