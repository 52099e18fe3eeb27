"""Stories of the grid: a week of marks mended by keyboard, without JavaScript, on a phone, beside somebody else."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.registers.models import Entry
from tests.apps.registers.scene import MONDAY, PM, Scene, at, mark
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

TUESDAY = MONDAY + timedelta(days=1)
FRIDAY = date(2026, 9, 18)
GRID = "/registers/grid/"


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Friday 15:30; Monday morning was taken: Amy N, Ben present, Cat present."""
    scene = Scene()
    set_clock(monkeypatch, at(15, 30, on=FRIDAY))
    scene.take({scene.amy: "N", scene.ben: "/", scene.cat: "/"})
    return scene


def cell(page: Page, row: int, column: int) -> Any:
    """A mark of the grid: 0, 0 is Amy's Monday morning."""
    return page.locator("table.grid tbody tr").nth(row).locator("td.g").nth(column)


def select(page: Page, first: tuple[int, int], right: int, down: int) -> None:
    """Selects a block by keyboard, from its upper left mark."""
    cell(page, *first).click()
    for _ in range(right):
        page.keyboard.press("Shift+ArrowRight")
    for _ in range(down):
        page.keyboard.press("Shift+ArrowDown")


@pytest.mark.policy("P-4.1-4")
def test_a_block_of_marks_is_amended_by_keyboard(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto("/registers/")
    page.get_by_role("link", name="Grid").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("7A")
    check(page)

    select(page, (0, 0), right=1, down=1)
    page.keyboard.press("i")
    expect(page.get_by_text("4 marks changed, not saved")).to_be_visible()
    expect(cell(page, 1, 0)).to_contain_text("I")
    expect(cell(page, 1, 0).locator("s")).to_have_text("/")
    expect(page.locator("[data-say]")).to_have_text("4 marks set to I")
    check(page)
    page.get_by_role("button", name="Review").click()

    expect(page.get_by_role("heading", name="Marks of presence that would be lost")).to_be_visible()
    expect(page.get_by_role("row", name="Brown, Ben")).to_contain_text("Mon 14 Sep, morning")
    check(page)
    page.get_by_label("Reason for the change").fill("Virus in 7A, parents rang")
    page.get_by_role("button", name="Save 3 marks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 marks saved")
    check(page)
    assert scene.marks() == {"Amy": ["N", "I"], "Ben": ["/"], "Cat": ["/"]}
    assert scene.marks(session=PM) == {"Amy": ["I"], "Ben": ["I"]}

    page.get_by_role("link", name="Back to the grid").last.click()
    expect(page.locator("[data-bar]")).to_be_hidden()  # what was saved is not pending any more
    cell(page, 0, 0).click()
    expect(page.locator("[data-at]")).to_contain_text("Mon 14 Sep morning, Abbott, Amy: I")
    page.get_by_role("link", name="History of this mark").click()
    expect(page.get_by_text("Virus in 7A, parents rang")).to_be_visible()
    expect(page.get_by_text("Ola Office, Receptionist")).to_be_visible()


def test_a_present_mark_is_changed_only_where_it_is_ticked(
    page: Page, live_server: Any, scene: Scene
) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto(GRID)
    select(page, (0, 0), right=0, down=2)
    page.keyboard.press("i")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("checkbox", name=re.compile("Carr, Cat")).check()
    page.get_by_role("button", name="Save 2 marks").click()
    expect(page.get_by_text("Say why: the reason stays with each mark for good.").first).to_be_visible()
    assert page.get_by_role("checkbox", name=re.compile("Carr, Cat")).is_checked()
    check(page)
    page.get_by_label("Reason for the change").fill("Wrong group marked")
    page.get_by_role("button", name="Save 2 marks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 marks saved")
    assert scene.marks() == {"Amy": ["N", "I"], "Ben": ["/"], "Cat": ["/", "I"]}


def test_it_moves_undoes_copies_and_pastes_like_a_spreadsheet(
    page: Page, live_server: Any, scene: Scene
) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto(GRID)
    cell(page, 0, 4).click()
    page.keyboard.press("Home")
    expect(cell(page, 0, 0)).to_be_focused()
    page.keyboard.press("End")
    expect(cell(page, 0, 9)).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(cell(page, 1, 1)).to_be_focused()
    assert page.locator("td.g[tabindex='0']").count() == 1

    page.keyboard.type("c1")  # two signs, one code
    expect(cell(page, 1, 1)).to_contain_text("C1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("\\")  # in a morning it is /
    expect(cell(page, 1, 2)).to_contain_text("/")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Control+c")
    cell(page, 2, 5).click()
    page.keyboard.press("Control+v")
    expect(cell(page, 2, 5)).to_contain_text("C1")
    expect(cell(page, 2, 6)).to_contain_text("/")
    expect(page.get_by_text("4 marks changed, not saved")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("2 marks changed, not saved")).to_be_visible()
    cell(page, 1, 1).click()
    page.keyboard.press("Delete")
    expect(page.get_by_text("1 mark changed, not saved")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator("[data-at]")).to_have_text("Z is not a code that you can set")
    page.keyboard.press("Control+a")
    expect(page.locator("td.g[aria-selected='true']")).to_have_count(30)
    page.keyboard.press("Escape")
    expect(page.locator("td.g[aria-selected='true']")).to_have_count(0)

    cell(page, 0, 0).hover()
    page.mouse.down()
    cell(page, 2, 1).hover()
    page.mouse.up()
    expect(page.locator("td.g[aria-selected='true']")).to_have_count(6)
    assert Entry.objects.count() == 3


def test_changes_not_saved_are_there_again_and_a_session_to_come_stays(
    page: Page, live_server: Any, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, at(9, 5, on=TUESDAY))
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto(GRID)
    select(page, (0, 1), right=2, down=0)
    page.keyboard.press("m")
    expect(page.locator("[data-say]")).to_contain_text("1 left out")
    page.goto("/today/")
    page.goto(GRID)
    expect(page.get_by_text("2 marks changed, not saved")).to_be_visible()
    expect(cell(page, 0, 1)).to_contain_text("M")
    page.get_by_role("button", name="Take all back").click()
    expect(page.locator("[data-bar]")).to_be_hidden()


def test_what_was_saved_leaves_and_what_waits_in_another_week_stays(
    page: Page, live_server: Any, scene: Scene
) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto(f"{GRID}?on=2026-09-07")
    cell(page, 0, 0).click()
    page.keyboard.press("m")
    page.goto(f"{GRID}?on={MONDAY}")
    expect(page.locator("[data-bar]")).to_be_hidden()
    cell(page, 0, 0).click()
    page.keyboard.press("i")
    page.get_by_role("button", name="Review").click()
    page.get_by_label("Reason for the change").fill("Mother rang")
    page.get_by_role("button", name="Save 1 mark").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 mark saved")
    page.get_by_role("link", name="Back to the grid").last.click()
    expect(page.locator("[data-bar]")).to_be_hidden()
    page.goto(f"{GRID}?on=2026-09-07")
    expect(page.get_by_text("1 mark changed, not saved")).to_be_visible()


def test_a_change_that_waited_meets_somebody_elses(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto(GRID)
    cell(page, 0, 0).click()
    page.keyboard.press("i")
    scene.take([mark(scene.amy, "M", seen=1)], by=scene.officer, reason="Dentist", when=at(9, 20))
    page.goto(GRID)
    expect(cell(page, 0, 0).locator("s")).to_have_text("M")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", name="Changed by somebody else meanwhile")).to_be_visible()
    check(page)


def test_the_names_are_left_of_the_first_mark(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto(GRID)
    cell(page, 0, 0).click()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Brown, Ben")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, 1, 0)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ben Brown")


@pytest.mark.policy("P-A-8")
def test_snow_days_are_entered_afterwards_from_the_grid(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(PHONE)
    page.goto(f"{GRID}?on={MONDAY}")
    page.get_by_role("link", name="School was closed").click()
    expect(page.get_by_label("Day", exact=True)).to_have_value("2026-09-14")
    page.get_by_label("Last day").fill("2026-09-15")
    page.get_by_label("morning").check()
    page.get_by_label("Why did the school have to close?").fill("Snow")
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("5 marks of Y4 in all.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Declare the school closed for the morning of 2 days").click()
    expect(page.get_by_text("The closure is declared: 5 marks of Y4 were made.")).to_be_visible()
    check(page)
    assert scene.marks() == {"Amy": ["N"], "Ben": ["/"], "Cat": ["/"], "Dan": ["Y4"]}
    assert set(map(tuple, scene.marks(TUESDAY).values())) == {("Y4",)}


def test_somebody_else_was_quicker(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(DESK)
    page.goto(GRID)
    cell(page, 0, 0).click()
    page.keyboard.press("i")
    page.get_by_role("button", name="Review").click()
    page.get_by_label("Reason for the change").fill("Mother rang")
    scene.take([mark(scene.amy, "M", seen=1)], by=scene.officer, reason="Dentist", when=at(9, 20))
    page.get_by_role("button", name="Save 1 mark").click()

    expect(page.get_by_text("Somebody else changed some of these marks")).to_be_visible()
    expect(page.get_by_role("row", name="Abbott, Amy")).to_contain_text("Ann Officer")
    check(page)
    page.get_by_role("checkbox", name=re.compile("Use yours")).check()
    page.get_by_role("button", name="Save 1 mark").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 mark saved")
    assert scene.marks()["Amy"] == ["N", "M", "I"]


def test_a_range_is_set_without_javascript(new_context: Any, live_server: Any, scene: Scene) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(DESK)
    sign_in(page, live_server, scene.office)
    page.goto(GRID)
    page.get_by_text("Set many marks with a form").click()
    page.get_by_role("button", name="Review these marks").click()
    expect(page.get_by_text("Tick the pupils whose marks are to be set.")).to_be_visible()
    page.get_by_label("Abbott, Amy").check()
    page.get_by_label("Brown, Ben").check()
    page.get_by_label("From").select_option(label="Mon 14 Sep, morning")
    page.get_by_label("To, that one included").select_option(label="Tue 15 Sep, afternoon")
    page.get_by_label("Code", exact=True).select_option("I")
    page.get_by_role("button", name="Review these marks").click()
    expect(page.get_by_role("heading", name="Marks of presence that would be lost")).to_be_visible()
    page.get_by_label("Reason for the change").fill("Both ill, letter of 18 Sep")
    page.get_by_role("button", name="Save 7 marks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("7 marks saved")
    assert scene.marks() == {"Amy": ["N", "I"], "Ben": ["/"], "Cat": ["/"]}
    assert scene.marks(TUESDAY, PM) == {"Amy": ["I"], "Ben": ["I"]}


def test_a_range_is_set_on_a_phone(page: Page, live_server: Any, scene: Scene) -> None:
    sign_in(page, live_server, scene.office)
    page.set_viewport_size(PHONE)
    page.goto(f"{GRID}?span=half")
    check(page)
    page.get_by_text("Set many marks with a form").click()
    check(page)
    page.get_by_label("Carr, Cat").check()
    page.get_by_label("From").select_option(label="Mon 14 Sep, morning")
    page.get_by_label("To, that one included").select_option(label="Mon 14 Sep, afternoon")
    page.get_by_label("Code", exact=True).select_option("I")
    page.get_by_role("button", name="Review these marks").click()
    check(page)
    page.get_by_label("Reason for the change").fill("Sent home, mother rang")
    page.get_by_role("checkbox", name=re.compile("Carr, Cat")).check()
    page.get_by_role("button", name="Save 2 marks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 marks saved")
    check(page)
    assert scene.marks()["Cat"] == ["/", "I"]
