"""Stories of the office: a pupil file mended and loaded, a pupil's entry completed; on a phone; without JavaScript."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from rollbook.apps.roll.models import Contact, Membership, Pupil
from tests.apps.roll.files import csv_bytes, pupil_row, school_file
from tests.apps.roll.scene import AT, Scene, make_scene
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    from rollbook.apps.registers.queries.year import forget_years
    from rollbook.apps.schools.queries import forget_timetables

    forget_timetables()
    forget_years()


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    set_clock(monkeypatch, AT)
    return make_scene()


def _choose(page: Page, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pupils.csv"
    path.write_bytes(content)
    page.get_by_label("Pupil file").set_input_files(path)
    page.get_by_role("button", name="Look through the file").click()


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_the_office_mends_a_file_and_loads_it(
    page: Page, live_server: Any, scene: Scene, tmp_path: Path, window: Any
) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(window)
    page.goto("/pupils/")
    check(page)
    page.get_by_role("main").get_by_role("link", name="Import pupils").first.click()
    check(page)
    page.get_by_role("button", name="Look through the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a file.")
    check(page)

    _choose(page, tmp_path, school_file(40, bad=[3, 17]))
    expect(page.get_by_role("heading", level=1)).to_have_text("2 rows need putting right")
    expect(page.get_by_text("There is no such day. Check the date.")).to_have_count(2)
    check(page)
    page.get_by_role("link", name="Upload the mended file").click()

    _choose(page, tmp_path, school_file(40))
    expect(page.get_by_role("heading", level=1)).to_have_text("Ready to load")
    check(page)
    page.get_by_role("button", name="Load 40 pupils").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is loaded")
    check(page)
    page.get_by_role("link", name="See the pupils").click()
    expect(page.get_by_text("40 pupils on roll today")).to_be_visible()
    check(page)
    assert Pupil.objects.count() == 40


def test_a_second_file_shows_each_change_before_it_is_made(
    page: Page, live_server: Any, scene: Scene, tmp_path: Path
) -> None:
    scene.load(csv_bytes([pupil_row(number) for number in range(3)]))
    sign_in(page, live_server, scene.officer)
    page.goto("/pupils/import/")
    rows = [pupil_row(0), pupil_row(1, Reg_Group="9A"), pupil_row(2, Postcode="B9 9ZZ"), pupil_row(3, UPN="")]
    _choose(page, tmp_path, csv_bytes(rows))
    changed = page.get_by_role("table").filter(has_text="After loading")
    expect(changed).to_contain_text("B9 9ZZ")
    expect(changed).to_contain_text("Teaching group from 23 November 2026")
    check(page)
    page.get_by_role("button", name="Load 3 pupils").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is loaded")
    assert Membership.objects.filter(pupil__surname="Surnameb").count() == 2


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


def test_importing_works_without_javascript(
    browser: Browser, live_server: Any, scene: Scene, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    sign_in(page, live_server, scene.officer)
    page.goto("/pupils/import/")
    _choose(page, tmp_path, school_file(5, bad=[1]))
    page.get_by_text("Load the good rows without the bad ones").click()
    page.get_by_role("button", name="Load 4 pupils and leave out 1 row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is loaded")
    assert Pupil.objects.count() == 4
    context.close()
