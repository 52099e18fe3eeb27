"""The register's script in a browser: keys, counts, what is said aloud, and that nothing typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.ui import take_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Open = Callable[[str], Page]


@pytest.fixture
def open_register(page: Page, live_server: Any, settings: Any) -> Open:
    settings.ROOT_URLCONF = "tests.ui.take_page"
    take_page.sent.clear()

    def go(variant: str) -> Page:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{live_server.url}/{variant}/")
        return page

    return go


def code_of(page: Page, number: int) -> str:
    """What the form would send for this pupil."""
    chosen = page.locator(f"#p-{number} select").input_value()
    radio = page.locator(f"#p-{number} .seg input:checked")
    return chosen or (str(radio.get_attribute("value")) if radio.count() else "")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def said(page: Page) -> str:
    expect(page.locator("[data-say]")).not_to_be_empty()
    return page.locator("[data-say]").inner_text()


def test_a_mark_is_one_key_and_the_next_unmarked_pupil_is_up(open_register: Open) -> None:
    page = open_register("fresh")
    assert focused(page) == "m-1"
    page.keyboard.press("/")
    assert said(page) == "Amelia Abbott: present. 6 left"
    page.keyboard.press("n")
    assert said(page) == "Leo Adeyemi: absent, no reason yet. 5 left"
    page.keyboard.press("i")
    assert said(page) == "Grace Ahmed: Illness. 4 left"
    assert focused(page) == "m-5"  # the fourth has a known absence, which is not typed over
    assert [code_of(page, n) for n in range(1, 6)] == ["present", "N", "I", "M", ""]
    expect(page.locator(".tally")).to_contain_text("4 of 8 to mark")
    expect(page.locator("[data-note]")).to_have_text("4 to mark, not saved")


def test_minutes_are_typed_after_l_and_the_next_key_is_the_next_pupils(open_register: Open) -> None:
    page = open_register("fresh")
    page.keyboard.press("l")
    assert focused(page) == "late-1"
    page.keyboard.type("12/")
    assert [code_of(page, 1), code_of(page, 2)] == ["L", "present"]
    assert page.locator("#late-1").input_value() == "12"
    assert said(page) == "Amelia Abbott: late, 12 minutes. 5 left. Leo Adeyemi: present. 5 left"
    page.keyboard.press("l")
    page.keyboard.press("n")  # no minutes yet: it was a slip, for the same pupil
    assert code_of(page, 3) == "N"


def test_codes_of_two_signs_take_two_keys(open_register: Open) -> None:
    page = open_register("fresh")
    page.keyboard.type("c1")
    assert code_of(page, 1) == "C1"
    page.keyboard.press("c")
    page.keyboard.press("n")  # another key at once: C stands, N is the next pupil's
    assert [code_of(page, 2), code_of(page, 3)] == ["C", "N"]
    page.keyboard.press("c")
    assert focused(page) == "m-5"
    expect(page.locator("#m-6")).to_be_focused()  # the second is over
    assert code_of(page, 5) == "C"
    page.keyboard.type("y2")
    assert code_of(page, 6) == "Y2"
    assert focused(page) == "note-6"
    page.keyboard.type("No bus: floods, N of the river")
    page.keyboard.press("Enter")
    assert focused(page) == "m-7"
    page.keyboard.press("y")
    page.keyboard.press("n")  # Y alone is no code
    assert code_of(page, 7) == "N"


def test_moving_and_clearing(open_register: Open) -> None:
    page = open_register("fresh")
    page.keyboard.press("End")
    assert focused(page) == "m-8"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "m-8"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    assert focused(page) == "m-2"
    assert code_of(page, 2) == ""
    page.keyboard.press("/")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Delete")
    assert code_of(page, 2) == ""
    assert said(page) == "Leo Adeyemi: no mark. 7 left"


def test_mark_the_others_is_one_press_and_save_is_next(open_register: Open) -> None:
    page = open_register("fresh")
    page.keyboard.press("n")
    page.get_by_role("button", name="Mark the other 6 present").click()
    assert focused(page) == "Save register"
    assert [code_of(page, n) for n in range(1, 9)] == ["N", "present", "present", "M", *["present"] * 4]
    expect(page.locator("[data-rest]")).to_be_hidden()
    page.keyboard.press("Control+s")
    page.wait_for_selector("[data-register]", state="detached")
    (form,) = take_page.sent
    assert (form["act"], form["key"], form["m-1"], form["o-4"]) == ("save", "a-key", "N", "M")


def test_the_button_or_the_list_counts_whichever_was_used_last(open_register: Open) -> None:
    page = open_register("fresh")
    page.locator("#m-4-n").check(force=True)
    assert (page.locator("#o-4").input_value(), code_of(page, 4)) == ("", "N")
    page.locator("#o-4").select_option("I")
    assert page.locator("#p-4 .seg input:checked").count() == 0


def test_unsaved_marks_come_back_after_an_interruption(open_register: Open) -> None:
    page = open_register("fresh")
    page.on("dialog", lambda dialog: dialog.accept())
    page.keyboard.type("/n")
    page.keyboard.type("y1storm")
    page.reload()
    assert [code_of(page, n) for n in (1, 2, 3)] == ["present", "N", "Y1"]
    assert page.locator("#note-3").input_value() == "storm"
    expect(page.locator(".notice")).to_contain_text("3 marks you made at")


def test_marks_that_somebody_saved_meanwhile_are_left_alone(open_register: Open) -> None:
    page = open_register("fresh")
    page.on("dialog", lambda dialog: dialog.accept())
    page.keyboard.type("n")
    page.evaluate(
        "() => { const [key, kept] = Object.entries(sessionStorage)[0]; const value = JSON.parse(kept);"
        " value.marks['1'][3] = 4; sessionStorage.setItem(key, JSON.stringify(value)); }"
    )
    page.reload()
    assert code_of(page, 1) == ""
    expect(page.locator(".notice")).to_contain_text("left alone: Amelia Abbott")


def test_nobody_gets_another_persons_marks(open_register: Open) -> None:
    page = open_register("fresh")
    page.on("dialog", lambda dialog: dialog.accept())
    page.keyboard.type("n")
    page.evaluate(
        "() => { const [key, kept] = Object.entries(sessionStorage)[0];"
        ' sessionStorage.setItem(key, kept.replace(\'"whose":""\', \'"whose":"99"\')); }'
    )
    page.reload()
    assert code_of(page, 1) == ""
    expect(page.locator(".notice")).to_have_count(0)


def test_the_reason_appears_when_a_saved_mark_changes(open_register: Open) -> None:
    page = open_register("saved")
    reason = page.get_by_label("Reason for the change")
    expect(reason).to_be_hidden()
    page.keyboard.press("n")
    expect(reason).to_be_visible()
    page.locator("#m-1-n").focus()
    page.keyboard.press("Delete")  # back to the saved mark
    assert code_of(page, 1) == "present"
    expect(reason).to_be_hidden()


def test_keys_in_a_text_field_are_text(open_register: Open) -> None:
    page = open_register("saved")
    page.keyboard.press("n")
    page.get_by_label("Reason for the change").fill("")
    page.get_by_label("Reason for the change").press_sequentially("n/l")
    assert page.get_by_label("Reason for the change").input_value() == "n/l"
    assert [code_of(page, n) for n in (1, 2, 3)] == ["N", "present", "present"]


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(open_register: Open) -> None:
    page = open_register("errors")
    assert "2 things need putting right" in focused(page)
    page.get_by_role("link", name="Leo Adeyemi: type how many minutes late.").click()
    assert focused(page) == "late-2"


def test_a_conflict_is_up_first(open_register: Open) -> None:
    page = open_register("conflict")
    assert page.evaluate("document.activeElement.name + document.activeElement.value") == "c-2theirs"
    page.get_by_text("Mine: Present").click()
    page.keyboard.press("Control+s")
    page.wait_for_selector("[data-register]", state="detached")
    assert take_page.sent[0]["c-2"] == "mine"


@pytest.mark.parametrize(
    ("variant", "width"),
    [
        ("fresh", 1280),
        ("fresh", 390),
        ("saved", 768),
        ("saved", 320),
        ("errors", 1280),
        ("errors", 390),
        ("conflict", 1280),
        ("conflict", 320),
    ],
)
def test_every_state_is_for_everyone_at_every_width(open_register: Open, variant: str, width: int) -> None:
    page = open_register(variant)
    page.set_viewport_size({"width": width, "height": 844})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_on_a_phone_are_large_enough_for_a_thumb(open_register: Open) -> None:
    page = open_register("fresh")
    page.set_viewport_size({"width": 390, "height": 844})
    for selector in ("#p-1 .seg__opt", "#p-1 select", "[data-save]", "[data-rest]"):
        box = page.locator(selector).first.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, selector


def test_rows_are_dense_enough_on_a_desk(open_register: Open) -> None:
    """15 pupils in a window of 900 pixels: a plain row is 38 high."""
    page = open_register("fresh")
    box = page.locator("#p-2").bounding_box()
    assert box
    assert box["height"] == pytest.approx(38, abs=0.5)
