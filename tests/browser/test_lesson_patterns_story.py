"""The story of a missed subject: the head finds it among the patterns, opens the lessons, and keeps the question."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.apps.insight.test_lesson_patterns import missed_maths
from tests.apps.insight.test_patterns_page import NOW
from tests.apps.lessons.scene import LessonScene
from tests.browser.stage import DESK, PHONE, check, set_clock, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> LessonScene:
    from rollbook.apps.registers.queries.year import forget_years
    from rollbook.apps.schools.queries import forget_timetables

    forget_timetables()
    forget_years()
    scene = LessonScene()
    missed_maths(scene)
    set_clock(monkeypatch, NOW)
    return scene


@pytest.mark.policy("P-8.2-3")
def test_from_the_pattern_to_the_lesson_and_the_question_is_kept(
    page: Page, live_server: Any, scene: LessonScene
) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(DESK)
    page.goto("/figures/patterns/")
    check(page)
    page.get_by_role("link", name="All lessons of Amy Abbott").click()
    expect(page.get_by_role("heading", name="Lessons missed while in school")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Maths, Mon 14 Sep").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maths")
    page.goto("/figures/patterns/")
    page.get_by_text("Keep this view").click()
    page.get_by_label("Name of the view").fill("Every Monday")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("a view of Hal Head")).to_be_visible()


def test_it_fits_a_phone(page: Page, live_server: Any, scene: LessonScene) -> None:
    sign_in(page, live_server, scene.head)
    page.set_viewport_size(PHONE)
    for address in ("", f"{scene.amy.pk}/"):
        page.goto(f"/figures/patterns/{address}")
        check(page)
