"""Stories of the adviser: a code that can't be right, why, and the way out; on a phone, without JavaScript."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rollbook.apps.registers.actions.sourced_plans import SourcedPlan, replace_plans
from rollbook.apps.registers.models import PlannedMark
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Amy is suspended for the sixth school day; the office has not yet said where she is taught."""
    scene = Scene()
    set_clock(monkeypatch, at(9, 2))
    viewer = scene.viewer(scene.head)
    plan = SourcedPlan(scene.amy.pk, date(2026, 9, 7), date(2026, 9, 18), "E", "Suspended; the family know")
    replace_plans(
        viewer=viewer, source="suspension:1", origin=PlannedMark.Origin.SUSPENSION, plans=[plan],
        because="Suspended", by=viewer.actor, at=at(8, 0, on=date(2026, 9, 4)),
    )  # fmt: skip
    return scene


def register_of(scene: Scene) -> str:
    return f"/registers/{scene.group.pk}/{MONDAY}/am/"


@pytest.mark.policy("P-A-12", "P-A-10")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_officer_is_told_what_can_not_be_right_and_what_to_use(
    page: Page, live_server: Any, scene: Scene, size: dict[str, int]
) -> None:
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(register_of(scene))
    expect(page.get_by_text("6th day of the suspension").first).to_be_visible()
    page.get_by_text("Codes that need a record first").click()
    expect(page.get_by_text("K needs the provider that the local authority has arranged")).to_be_visible()
    check(page)

    page.locator(f"#o-{scene.amy.pk}").select_option("E")
    page.locator(f"#m-{scene.ben.pk}").check()
    page.get_by_role("button", name="Save register").click()
    beside = page.locator(f"#e-{scene.amy.pk}")
    expect(beside).to_contain_text(
        "This is the 6th school day of the suspension that began on 7 September 2026"
    )
    assert page.locator(f"#m-{scene.ben.pk}").is_checked()
    assert scene.marks() == {}
    check(page)

    page.locator(f"#o-{scene.amy.pk}").select_option("B")
    page.locator(f"#note-{scene.amy.pk}").fill("Tuition at the Oak Centre")
    page.get_by_role("button", name="Save register").click()
    expect(page.get_by_text("2 marks saved.")).to_be_visible()
    assert scene.marks() == {"Amy": ["B"], "Ben": ["/"]}


def test_a_key_whose_code_only_fits_another_pupil_marks_nobody(
    page: Page, live_server: Any, scene: Scene
) -> None:
    """A teacher's list is short: E would be in it for a pupil whom the office knows to be suspended, not for others."""
    scene.plan_trip(scene.ben)
    sign_in(page, live_server, scene.teacher)
    page.set_viewport_size(DESK)
    page.goto(register_of(scene))
    page.locator(f"#m-{scene.amy.pk}").focus()
    page.keyboard.press("v")
    expect(page.locator("[data-say]")).to_contain_text("V is not in the list for Amy Abbott")
    assert page.locator(f"#o-{scene.amy.pk}").input_value() == ""
    assert page.locator(f"#o-{scene.ben.pk}").input_value() == "V"


@pytest.mark.policy("P-A-10", "P-4.1-11")
def test_a_trip_is_planned_with_its_staff_shown_and_withdrawn_without_javascript(
    new_context: Any, live_server: Any, scene: Scene
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, scene.office)
    page.goto("/planned/")
    page.get_by_label("Pupil", exact=True).select_option(str(scene.ben.pk))
    page.get_by_label("Code", exact=True).select_option("V")
    page.get_by_label("What the teacher should see").fill("Science museum")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("#id_supervisor_error, .field--error").first).to_contain_text("Name them, or use B.")
    assert page.get_by_label("What the teacher should see").input_value() == "Science museum"

    page.get_by_label("In charge there").fill("Mr Asare")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text("In charge: Mr Asare")).to_be_visible()

    page.goto(register_of(scene))
    expect(page.locator(f"#o-{scene.ben.pk}")).to_have_value("V")
    page.goto("/planned/")
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Say why it is withdrawn").first).to_be_visible()
    page.get_by_label("Why is it withdrawn?").fill("The coach did not come")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Withdrawn for Brown, Ben.")).to_be_visible()
    assert PlannedMark.objects.get(code="V").withdrawn_because == "The coach did not come"


def test_the_page_of_a_mark_explains_and_refuses(page: Page, live_server: Any, scene: Scene) -> None:
    scene.take({scene.amy: "N", scene.ben: "/"})
    sign_in(page, live_server, scene.officer)
    page.set_viewport_size(PHONE)
    page.goto(f"/pupils/{scene.amy.pk}/marks/{MONDAY}/am/")
    page.get_by_text("Why not K, V, P, W, C2, E, D or X?").click()
    expect(page.get_by_text("from the 6th full-time education must be arranged")).to_be_visible()
    check(page)
    page.get_by_label("What the mark should be").select_option("D")
    page.get_by_label("Reason for the amendment").fill("Mother rang")
    page.get_by_role("button", name="Amend the mark").click()
    expect(page.get_by_role("link", name="D is only for a pupil who is registered")).to_be_visible()
    assert scene.marks()["Amy"] == ["N"]
    check(page)
