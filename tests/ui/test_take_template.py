"""The register's page as HTML: what is sent without a script, and what is said to whom."""

import re
from typing import Any

import pytest
from django.template.loader import render_to_string

from rollbook.domain.access import Role
from tests.ui.rendering import request_of
from tests.ui.take_page import conflict, context, row


@pytest.fixture(autouse=True)
def _addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.ui.take_page"


def html_of(values: dict[str, Any]) -> str:
    return render_to_string("registers/take.html", values, request=request_of("/", Role.OFFICE))


def row_of(html: str, number: int) -> str:
    match = re.search(rf'<tr class="pupil[^>]*id="p-{number}".*?</tr>', html, re.DOTALL)
    assert match
    return match.group()


def test_each_pupil_has_the_native_controls_by_name() -> None:
    html = row_of(html_of(context()), 1)
    assert re.findall(r'name="m-1" value="(\w+)"', html) == ["present", "N", "L"]
    for name in ("o-1", "late-1", "note-1", "v-1"):
        assert f'name="{name}"' in html
    assert '<legend class="vh">Mark for Amelia Abbott</legend>' in html
    assert 'aria-label="Minutes late, Amelia Abbott"' in html
    assert 'aria-label="Other code, Amelia Abbott"' in html
    assert "checked" not in html


@pytest.mark.parametrize(("code", "value"), [("/", "present"), ("\\", "present"), ("N", "N"), ("L", "L")])
def test_the_saved_mark_is_chosen(code: str, value: str) -> None:
    values = context()
    values["rows"] = [row(1, code=code, saved_symbol=code, version=1)]
    html = row_of(html_of(values), 1)
    assert re.findall(r'value="(\w+)"[^>]* checked', html) == [value]
    assert "selected" not in html


def test_a_known_absence_is_filled_in_and_says_where_it_comes_from() -> None:
    html = row_of(html_of(context()), 4)
    assert '<option value="M" selected>' in html
    assert "Dental appointment, back 10:30" in html
    assert "Parent’s letter" in html
    assert "checked" not in html


def test_the_afternoon_has_its_own_stroke() -> None:
    assert "<b>\\</b> <span>Present</span>" in html_of(context(session="PM"))
    assert "<b>/</b> <span>Present</span>" in html_of(context())


def test_the_two_ways_to_send_and_the_key() -> None:
    html = html_of(context())
    assert '<input type="hidden" name="key" value="a-key">' in html
    assert '<button class="btn btn--main" name="act" value="save" data-save>' in html
    assert 'name="act" value="rest" data-rest' in html
    assert html.index('value="save"') < html.index('value="rest"')  # Enter sends the first


def test_a_reason_is_asked_for_only_where_something_is_saved() -> None:
    assert 'name="reason"' not in html_of(context())
    html = html_of(context("saved"))
    assert 'name="reason"' in html
    assert "Only needed if you change a saved mark" in html


def test_errors_are_in_the_summary_and_beside_the_pupil() -> None:
    html = html_of(context("errors"))
    assert '<a href="#late-2">Leo Adeyemi: type how many minutes late.</a>' in html
    leo = row_of(html, 2)
    assert 'id="late-2"' in leo
    assert 'aria-describedby="e-2"' in leo
    assert '<ul class="marking__errors" id="e-2">' in leo


def test_a_conflict_shows_both_marks_and_keeps_mine_in_the_form() -> None:
    html = row_of(html_of(context("conflict")), 2)
    assert "Dan Kaye saved another mark at 09:06" in html
    assert re.findall(r'name="c-2" value="(\w+)"', html) == ["theirs", "mine"]
    assert "checked" not in html
    assert '<input type="hidden" name="m-2" value="present">' in html


@pytest.mark.parametrize(("code", "field"), [("N", 'name="m-2" value="N"'), ("I", 'name="o-2" value="I"')])
def test_a_conflict_sends_my_code_in_its_own_field(code: str, field: str) -> None:
    values = context("conflict")
    values["rows"][1] = row(2, code=code, saved_symbol="M", version=3, conflict=conflict("M", code))
    html = row_of(html_of(values), 2)
    assert field in html
    assert 'name="v-2" value="3"' in html


def test_who_may_not_save_sees_marks_and_no_controls() -> None:
    html = html_of(context("saved", may_save=False))
    assert "This register is another group&#x27;s." in html
    assert 'type="radio"' not in html
    assert 'class="savebar"' not in html
    assert '<span class="code code--present"' in html


def test_ids_stand_once_each() -> None:
    for variant in ("fresh", "saved", "errors", "conflict"):
        ids = re.findall(r'\sid="([^"]+)"', html_of(context(variant)))
        assert len(ids) == len(set(ids)), variant


def test_large_ids_are_written_plainly() -> None:
    values = context()
    values["rows"] = [row(1, pupil_id=12345)]
    assert 'name="m-12345"' in html_of(values)


def test_a_group_of_nobody_says_so() -> None:
    values = context()
    values["rows"] = []
    html = html_of(values)
    assert "Nobody is in this group on this day" in html
    assert "savebar" not in html


def test_keys_in_the_help_are_those_this_viewer_may_use() -> None:
    html = html_of(context())
    assert "<kbd>I</kbd><kbd>M</kbd><kbd>E</kbd>" in html
    values = context()
    values["register"]["code_options"] = []
    assert "Any other code letter" not in html_of(values)
