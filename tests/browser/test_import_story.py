"""Stories of an import: a file mended and loaded, columns chosen by hand, an import undone; phone; no JavaScript."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from rollbook.apps.roll.models import Enrolment, Membership, Pupil
from rollbook.domain.access import Role
from tests.apps.exchange.scene import HEADINGS, ROWS, workbook
from tests.apps.roll.files import csv_bytes, pupil_row, school_file
from tests.apps.roll.scene import AT, Scene, make_scene
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    set_clock(monkeypatch, AT)
    return make_scene()


def _choose(page: Page, tmp_path: Path, content: bytes, name: str = "pupils.csv") -> None:
    path = tmp_path / name
    path.write_bytes(content)
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="Look through the file").click()


def _look(page: Page) -> None:
    page.get_by_role("button", name="See what it would do").click()


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
    page.get_by_role("link", name="Import pupils", exact=True).click()
    check(page)
    page.get_by_role("button", name="Look through the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a file.")
    check(page)

    _choose(page, tmp_path, school_file(40, bad=[3, 17]))
    expect(page.get_by_role("heading", level=1)).to_have_text("Which column holds what?")
    check(page)
    _look(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 rows need putting right")
    expect(page.get_by_text("There is no such day. Check the date.")).to_have_count(2)
    check(page)
    page.get_by_role("link", name="Upload the mended file").click()

    _choose(page, tmp_path, school_file(40))
    expect(page.get_by_text("These headings are known")).to_be_visible()
    _look(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ready to load")
    check(page)
    page.get_by_role("button", name="Load 40 pupils").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is loaded")
    check(page)
    page.get_by_role("link", name="See the pupils").click()
    expect(page.get_by_text("40 pupils on roll today")).to_be_visible()
    assert Pupil.objects.count() == 40


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_columns_are_chosen_by_hand_and_the_import_is_undone(
    page: Page, live_server: Any, scene: Scene, tmp_path: Path, window: Any
) -> None:
    sign_in(page, live_server, make_person(scene.school, Role.HEAD_TEACHER))
    page.set_viewport_size(window)
    page.goto("/imports/new/pupils/")
    _choose(page, tmp_path, workbook([("Family", *HEADINGS["pupils"][1:]), *ROWS["pupils"]]), "pupils.xlsx")
    _look(page)
    expect(page.get_by_role("alert")).to_contain_text("Choose the column that holds “Legal surname”.")
    check(page)
    page.get_by_label("Column 1: Family").select_option(label="Legal surname (needed)")
    _look(page)
    page.get_by_role("button", name="Load 2 pupils").click()
    page.get_by_role("link", name="See what undoing would do").click()
    expect(page.get_by_text("The pupil’s entry is withdrawn as made in error;")).to_have_count(2)
    check(page)
    page.get_by_role("button", name="Put 2 records back").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why the import is undone.")
    check(page)
    page.get_by_label("Reason").fill("It was last year's file")
    page.get_by_role("button", name="Put 2 records back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The import is undone")
    check(page)
    assert not Enrolment.objects.exists()
    page.goto("/imports/")
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    check(page)


def test_a_second_file_shows_each_change_before_it_is_made(
    page: Page, live_server: Any, scene: Scene, tmp_path: Path
) -> None:
    scene.load(csv_bytes([pupil_row(number) for number in range(3)]))
    sign_in(page, live_server, scene.officer)
    page.goto("/imports/new/pupils/")
    rows = [pupil_row(0), pupil_row(1, Reg_Group="9A"), pupil_row(2, Postcode="B9 9ZZ"), pupil_row(3, UPN="")]
    _choose(page, tmp_path, csv_bytes(rows))
    _look(page)
    page.get_by_role("link", name="Changed 2").click()
    changed = page.get_by_role("region", name="Row by row")
    expect(changed).to_contain_text("B9 9ZZ")
    expect(changed).to_contain_text("Teaching group from 23 November 2026")
    check(page)
    page.get_by_role("button", name="Load 3 pupils").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is loaded")
    assert Membership.objects.filter(pupil__surname="Surnameb").count() == 2


def test_importing_works_without_javascript(
    browser: Browser, live_server: Any, scene: Scene, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    sign_in(page, live_server, scene.officer)
    page.goto("/imports/new/pupils/")
    _choose(page, tmp_path, school_file(5, bad=[1]))
    _look(page)
    page.get_by_text("Load the good rows without the bad ones").click()
    page.get_by_role("button", name="Load 4 pupils and leave out 1 row").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The file is loaded")
    assert Pupil.objects.count() == 4
    context.close()
