"""Badges, squares, tags, the bar and the rest, as HTML."""

from fractions import Fraction
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.test import RequestFactory

from rollbook.domain.codes import CODES
from rollbook.domain.marks import RegisterState
from rollbook.ui.kinds import STATE_TAGS, Kind, kind_of, title_of
from tests.ui.rendering import render


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("/", "present"),
        ("\\", "present"),
        ("L", "late"),
        ("U", "noreason"),
        ("N", "noreason"),
        ("O", "noreason"),
        ("G", "noreason"),
        ("I", "other"),
        ("V", "other"),
        ("C1", "other"),
        ("Y4", "other"),
        ("#", "closed"),
        (None, "missing"),
        ("", "missing"),
    ],
)
def test_the_kind_of_a_mark(symbol: str | None, kind: str) -> None:
    assert kind_of(symbol) == kind


def test_every_code_has_a_colour_and_a_letter() -> None:
    for code in CODES:
        badge = render("{% code symbol %}", symbol=code.symbol)
        assert f'class="code code--{kind_of(code.symbol)}"' in badge
        assert f'title="{title_of(code.symbol)}"'.replace("'", "&#x27;") in badge


def test_a_missing_mark_shouts_and_is_never_blank() -> None:
    assert render("{% code None %}") == '<span class="code code--missing" title="Not marked">?</span>'


def half(symbol: str | None, kind: Kind, words: str) -> dict[str, Any]:
    return {"symbol": symbol, "kind": kind, "words": words}


def test_squares_say_in_words_what_is_not_plain_presence() -> None:
    days = [
        {
            "label": "Mon",
            "am": half("/", Kind.PRESENT, "Present"),
            "pm": half("N", Kind.NOREASON, "No reason yet"),
        },
        {"label": "Tue", "am": half(None, Kind.MISSING, "Not marked"), "pm": None},
    ]
    html = render("{% squares days %}", days=days)
    assert 'aria-label="Last 5 days: Mon afternoon No reason yet; Tue morning Not marked"' in html
    assert html.count('<i class="sq ') == 4
    assert '<i class="sq sq--noreason" title="Mon afternoon No reason yet">N</i>' in html
    assert '<i class="sq sq--missing" title="Tue morning Not marked">?</i>' in html
    assert '<i class="sq sq--none"></i>' in html


def test_squares_of_an_uneventful_week() -> None:
    days = [
        {"label": "Mon", "am": half("/", Kind.PRESENT, "Present"), "pm": half("\\", Kind.PRESENT, "Present")}
    ]
    assert "Last 5 days: nothing to note" in render("{% squares days %}", days=days)


def test_squares_escape_what_people_typed() -> None:
    days = [{"label": "<b>", "am": half("<", Kind.OTHER, '"&'), "pm": None}]
    html = render("{% squares days %}", days=days)
    assert "<b>" not in html
    assert 'title="&lt;b&gt; morning &quot;&amp;">&lt;</i>' in html


def test_every_register_state_has_a_tag() -> None:
    assert {state.value for state in RegisterState} | {"submitted_late"} == set(STATE_TAGS)
    html = render("{% state_tag state %}", state=RegisterState.CLOSED)
    assert html == '<span class="tag tag--shout">Closed – not taken</span>'
    assert render('{% state_tag "part" "12 of 30" %}') == '<span class="tag tag--warn">12 of 30</span>'


def test_the_bar_is_in_words_too() -> None:
    counts = {"present": 8, "late": 2, "absent": 2, "other": 3, "unmarked": 15, "total": 30}
    html = render("{% progress counts %}", counts=counts)
    assert 'aria-label="8 present, 2 late, 2 absent, no reason yet, 3 other codes, 15 to mark"' in html
    assert 'class="bar__present" x="0.00%" y="-2" width="26.67%"' in html
    assert 'class="bar__unmarked" x="50.00%" y="-2" width="50.00%"' in html


def test_the_bar_of_nobody() -> None:
    html = render("{% progress counts %}", counts={})
    assert html.count('width="0.00%"') == 5


@pytest.mark.parametrize(
    ("rate", "expected"), [(Fraction(934, 1000), "93.4%"), (Fraction(1, 8), "12.5%"), (None, "–")]
)
def test_percent(rate: Fraction | None, expected: str) -> None:
    assert render("{{ rate|percent }}", rate=rate) == expected


def test_pages_keep_the_other_choices_of_the_address() -> None:
    page = Paginator(range(1184), 50).page(2)
    request = RequestFactory().get("/pupils/?q=ab%26c&page=2")
    html = render('{% pages page "pupils" %}', page=page, request=request)
    assert "51 to 100 of 1,184 pupils" in html
    assert 'href="?q=ab%26c&amp;page=1"' in html
    assert 'href="?q=ab%26c&amp;page=3"' in html


def test_a_single_page_has_no_links() -> None:
    page = Paginator(range(3), 50).page(1)
    assert "href" not in render("{% pages page %}", page=page, request=RequestFactory().get("/"))


OPTIONS = [
    {"symbol": "I", "title": "Illness", "needs_note": False, "note_label": ""},
    {"symbol": "V", "title": "Educational visit or trip", "needs_note": True, "note_label": "Which visit?"},
    {"symbol": "U", "title": "Late after close", "needs_note": False, "note_label": ""},
]


def test_the_list_of_codes_marks_the_chosen_one_only() -> None:
    html = render("{% code_options options 'V' %}|{% code_options options %}", options=OPTIONS)
    chosen, plain = html.split("|")
    assert (
        '<option value="V" selected data-needs-note="Which visit?">V – Educational visit or trip</option>'
        in chosen
    )
    assert chosen.count("selected") == 1
    assert "selected" not in plain
    assert plain.startswith('<option value="">Other</option>')
    assert '<option value="U" data-minutes>' in plain


def test_a_code_the_viewer_may_not_choose_stays_as_it_is() -> None:
    html = render("{% code_options options 'T' %}", options=OPTIONS)
    assert f'<option value="T" selected>T – {title_of("T")}</option>' in html


def test_keys_for_the_help() -> None:
    options = [{"symbol": symbol} for symbol in ("B", "C", "C1", "E", "I", "M", "Y2")]
    assert render("{{ o|one_key|join:' ' }};{{ o|two_keys|join:' ' }}", o=options) == "I M E C B;C1 Y2"


def test_ids_have_no_thousands_separator() -> None:
    assert render("{{ n|as_text }}", n=12345) == "12345"


def test_names_are_escaped_once() -> None:
    assert render("{{ p|full_name }}", p={"forename": "Aoife", "surname": "O'<"}) == "Aoife O&#x27;&lt;"
