"""Stories of the door: the desk by keyboard, the kiosk, a roll call in two browsers, on a phone, without a script."""

import re
from datetime import time
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.registers.actions.departures import write_down
from rollbook.apps.registers.models import Movement, RollCall, RollCallTick
from rollbook.domain.on_site import MovementKind
from tests.apps.registers.scene import MONDAY, PM, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
KIOSK = {"width": 1024, "height": 768}
# Milliseconds after which a roll call asks what others have ticked: the browser's clock is put on, not waited for.
ASKS_EVERY = 4_000


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    scene.take({scene.amy: "/", scene.ben: "N", scene.cat: "/"}, when=at(9, 1))
    set_clock(monkeypatch, at(9, 12))
    return scene


@pytest.mark.policy("P-4.3-4", "P-4.4-1")
def test_the_desk_by_keyboard_alone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto("/arrivals/")
    check(page)
    page.keyboard.type("brow")
    expect(page.locator("#found")).to_contain_text("Brown, Ben")
    page.keyboard.press("Enter")
    expect(page.get_by_text("L, 12 minutes late")).to_be_visible()
    check(page)
    page.keyboard.type("Flat tyre")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ben Brown is signed in with code L.")).to_be_visible()
    assert scene.marks()["Ben"] == ["N", "L"]

    page.keyboard.type("carr")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Leaving")).to_be_visible()
    page.get_by_role("button", name="Unwell, going home").press("Enter")
    expect(page.get_by_text("Cat Carr is signed out at 09:12.")).to_be_visible()
    check(page)
    page.keyboard.type("carr")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Back again")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Cat Carr is back on site since 09:12.")).to_be_visible()
    assert list(Movement.objects.order_by("id").values_list("kind", flat=True)) == ["left", "returned"]


def test_the_desk_on_a_phone_and_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.office)
    page.goto("/arrivals/")
    page.get_by_label("Who is here, or is leaving?").fill("a")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name="Carr, Cat").click()
    page.get_by_role("button", name="Family reason").click()
    expect(page.get_by_text("Cat Carr is signed out")).to_be_visible()
    page.get_by_role("link", name=re.compile("Put right.*Carr, Cat")).click()
    page.get_by_label("What was wrong?").fill("Wrong pupil")
    page.get_by_role("button", name="Put right").click()
    expect(page.get_by_text("Put right by Ola Office: Wrong pupil")).to_be_visible()


def test_the_desk_fits_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(PHONE)
    for address in ("/arrivals/", "/arrivals/?q=a", f"/arrivals/?pupil={scene.amy.pk}", "/arrivals/kiosks/"):
        page.goto(address)
        check(page)


def test_a_pupil_signs_in_at_the_kiosk(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(KIOSK)
    page.goto("/arrivals/kiosks/")
    page.get_by_label("Name of the kiosk").fill("Front door")
    page.get_by_label("PIN", exact=True).fill("4071")
    page.get_by_label("PIN again").fill("4071")
    page.get_by_role("button", name="Open the kiosk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome. What would you like to do?")
    check(page)
    page.get_by_role("link", name="I have arrived").click()
    expect(page.get_by_label("The first 3 letters")).to_be_visible()
    check(page)
    page.keyboard.type("bro")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Ben Brown")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Ben Brown").click()
    expect(page.get_by_role("button", name="Overslept")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Overslept").click()
    expect(page.get_by_text("You are signed in at 09:12. Go to your class.")).to_be_visible()
    check(page)
    assert scene.marks()["Ben"] == ["N", "L"]

    page.goto("/kiosk/leaving/")
    page.get_by_label("The first 3 letters").fill("car")
    page.get_by_role("button", name="Show names").click()
    page.get_by_role("button", name="Cat Carr").click()
    expect(page.get_by_label("Family reason")).to_be_visible()
    check(page)
    page.get_by_label("Family reason").check()
    page.get_by_label("A member of staff types the PIN").fill("4071")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out at 09:12.")).to_be_visible()
    page.goto("/today/")
    expect(page.get_by_label("Password", exact=True)).to_be_visible()


def test_two_people_tick_the_same_roll_call(
    page: Page, new_context: Any, live_server: Any, scene: Scene
) -> None:
    page.clock.install()
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto("/today/")
    page.get_by_role("banner").get_by_role("link", name="Roll call").click()
    check(page)
    page.get_by_role("button", name="Start the roll call").click()
    expect(page.locator(".rc__count")).to_have_text("0 of 3 accounted for")
    check(page)

    other = new_context().new_page()
    other.clock.install()
    other.set_viewport_size(PHONE)
    sign_in(other, live_server, scene.teacher)
    other.goto("/")
    other.get_by_role("banner").get_by_role("link", name="Roll call").first.click()
    check(other)
    other.get_by_role("button", name="Here Amy Abbott").click()
    expect(other.locator(".rc__count")).to_have_text("1 of 3 accounted for")
    other.get_by_role("button", name="Missing Cat Carr").click()
    expect(other.locator("#rc-missing")).to_contain_text("Carr, Cat")
    check(other)

    # The office sees it without doing anything, ticks another, and the teacher sees that.
    page.clock.run_for(ASKS_EVERY)
    expect(page.locator("#rc-missing")).to_contain_text("Carr, Cat")
    expect(page.locator(".rc__count")).to_have_text("1 of 3 accounted for")
    page.get_by_role("button", name="Here Cat Carr").click()
    expect(page.locator(".rc__count")).to_have_text("2 of 3 accounted for")
    other.clock.run_for(ASKS_EVERY)
    expect(other.locator(".rc__count")).to_have_text("2 of 3 accounted for")
    expect(other.locator("#rc-missing")).to_be_hidden()
    page.get_by_role("link", name="Elsewhere Dan Dale").click()
    page.get_by_label("Safe, but not at the assembly point").fill("With the nurse")
    page.get_by_role("button", name="Safe elsewhere").click()
    expect(page.locator(".rc__count")).to_have_text("3 of 3 accounted for")
    page.get_by_role("link", name="End the roll call").click()
    check(page)
    page.get_by_label("What is there to say?").fill("Door 3 was locked")
    page.get_by_role("button", name="End the roll call").click()
    expect(page.get_by_text("Door 3 was locked")).to_be_visible()
    check(page)
    other.clock.run_for(ASKS_EVERY)
    expect(other.get_by_role("heading", level=1)).to_contain_text("Evacuation of Monday")
    assert RollCallTick.objects.count() == 4


def test_a_roll_call_without_a_script(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.teacher)
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Roll call").first.click()
    page.get_by_role("button", name="Start a drill").click()
    page.get_by_role("button", name="Here Amy Abbott").click()
    expect(page.locator(".rc__count")).to_have_text("1 of 3 accounted for")
    page.get_by_role("button", name="Take back Amy Abbott").click()
    expect(page.locator(".rc__count")).to_have_text("0 of 3 accounted for")
    boxes = [each.bounding_box() for each in page.locator(".rc__part:not(details) .rc__here").all()]
    assert [box["height"] >= 48 for box in boxes if box] == [True, True, True]
    page.goto(f"/roll-call/{RollCall.objects.get().pk}/end/")
    page.get_by_role("button", name="End it with 3 pupils not accounted for").click()
    expect(page.get_by_text("3 pupils were not")).to_be_visible()


@pytest.mark.policy("P-4.3-4")
def test_who_is_signed_out_is_left_for_the_teacher_to_mark(
    page: Page, live_server: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = scene.viewer(scene.office)
    write_down(
        viewer=office, pupil_id=scene.cat.pk, on=MONDAY, kind=MovementKind.LEFT, moved_at=time(9, 10),
        reason="Unwell, going home", key=uuid4(), by=office.actor, at=at(9, 12),
    )  # fmt: skip
    set_clock(monkeypatch, at(12, 50))
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(DESK)
    page.goto(f"/registers/{scene.group.pk}/{MONDAY}/pm/")
    row = page.locator(f"#p-{scene.cat.pk}")
    expect(row).to_contain_text("Signed out 09:10")
    check(page)
    page.get_by_role("button", name="Mark the other 2 present").click()
    expect(page.get_by_text("1 to mark, not saved")).to_be_visible()
    expect(page.get_by_role("button", name="Mark the other")).to_be_hidden()
    assert not page.locator(f"#m-{scene.cat.pk}").is_checked()
    page.locator(f"#m-{scene.cat.pk}-n").check()
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("Register submitted. 3 marks saved.")).to_be_visible()
    assert scene.marks(session=PM) == {"Amy": ["\\"], "Ben": ["\\"], "Cat": ["N"]}
