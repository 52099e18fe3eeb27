"""The year strip and the bars, as geometry and as HTML."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.sessions import SchoolSession
from rollbook.ui import charts
from rollbook.ui.charts import HalfDay, year_strip
from tests.ui.rendering import render

AM, PM = SchoolSession.AM, SchoolSession.PM
FIRST, LAST = date(2025, 9, 3), date(2025, 11, 14)


def span(first: date, last: date, name: str) -> dict[date, str]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {day: name for day in days if day.weekday() < 5}


CLOSED = span(date(2025, 10, 27), date(2025, 10, 31), "Half term") | {date(2025, 9, 19): "INSET day"}


def strip(*half_days: HalfDay) -> charts.YearStrip:
    return year_strip(FIRST, LAST, half_days, CLOSED, [(LAST, AM), (LAST, PM)])


def test_a_holiday_of_a_whole_week_parts_the_runs() -> None:
    first, second = strip().runs
    assert first.caption == "Wed 3 Sep to Fri 24 Oct"
    assert first.gap_after == "Half term"
    assert len(first.weeks) == 8
    assert second.caption == "Mon 3 Nov to Fri 14 Nov"
    assert second.gap_after == ""


def test_every_week_has_ten_cells_from_monday_morning() -> None:
    for run in strip().runs:
        for week in run.weeks:
            assert week.monday.weekday() == 0
            assert len(week.cells) == 10


def test_months_are_named_once_where_their_first_school_day_is() -> None:
    weeks = [week for run in strip().runs for week in run.weeks]
    assert [(week.label, week.month) for week in weeks if week.month] == [
        ("1 Sep", "Sep"),
        ("6 Oct", "Oct"),
        ("3 Nov", "Nov"),
    ]


def test_a_mark_is_a_letter_a_sentence_and_a_link() -> None:
    marked = HalfDay(date(2025, 9, 4), PM, "N", "No reason yet", "/h/1/", is_amended=True)
    cell = strip(marked).runs[0].weeks[0].cells[7]
    assert (cell.letter, cell.kind, cell.url) == ("N", "noreason", "/h/1/")
    assert cell.sentence == "Thu 4 Sep afternoon: No reason yet, amended"


def test_what_is_not_a_mark_says_what_it_is() -> None:
    runs = strip().runs
    closed = runs[0].weeks[2].cells[8]
    assert (closed.kind, closed.sentence) == ("closed", "Fri 19 Sep morning: INSET day")
    assert runs[1].weeks[1].cells[9].sentence == "Fri 14 Nov afternoon: not taken yet"
    assert runs[0].weeks[0].cells[0].sentence == "Mon 1 Sep morning: no session for this pupil"


def test_a_missing_mark_is_no_blank() -> None:
    cell = strip(HalfDay(date(2025, 9, 3), AM, None)).runs[0].weeks[0].cells[4]
    assert (cell.letter, cell.kind) == ("?", "missing")
    assert cell.sentence == "Wed 3 Sep morning: Not marked"


@given(st.sets(st.integers(0, 72), max_size=40), st.booleans())
def test_every_session_that_was_marked_is_shown_exactly_once(days: set[int], both: bool) -> None:
    marked = [
        HalfDay(day, session, "/")
        for day in (FIRST + timedelta(days=n) for n in days)
        if day.weekday() < 5 and day not in CLOSED
        for session in ((AM, PM) if both else (AM,))
    ]
    cells = [cell for run in strip(*marked).runs for week in run.weeks for cell in week.cells]
    assert sum(cell.kind == "present" for cell in cells) == len(marked)


def test_the_strip_is_tables_of_links() -> None:
    html = render(
        "{% year_strip strip 'Attendance of Amelia Abbott' %}",
        strip=strip(HalfDay(date(2025, 9, 4), PM, "N", "No reason yet", "/h/1/")),
    )
    assert 'data-roving role="group" aria-label="Attendance of Amelia Abbott"' in html
    assert html.count("<table>") == html.count("<caption>") == 2
    assert '<th scope="row"><span class="strip__long">1 Sep</span>' in html
    assert 'href="/h/1/" title="Thu 4 Sep afternoon: No reason yet" aria-label="N, Thu 4 Sep' in html
    assert html.count("<a ") == 1
    assert "Half term" in html


def test_bars_share_one_scale() -> None:
    rows = charts.bars([("Present", 231, "present"), ("Late", 12, "late"), ("Not marked", 0, "missing")])
    assert [(row.count, row.share, row.width) for row in rows] == [
        (231, "95.1%", "95.06"),
        (12, "4.9%", "4.94"),
        (0, "0.0%", "0.00"),
    ]
    html = render("{% bars rows 'Sessions' %}", rows=rows)
    assert '<rect class="bar__late" width="4.94%"' in html
    assert '<caption class="vh">Sessions</caption>' in html


def test_bars_of_nothing() -> None:
    assert charts.bars([("Present", 0, "present")])[0].share == "0.0%"


@given(st.lists(st.integers(0, 400), min_size=5, max_size=5))
def test_the_parts_of_the_bar_join_up(counts: list[int]) -> None:
    parts = charts.progress(dict(zip(charts.PROGRESS_PARTS, counts, strict=True)))["parts"]
    for left, right in pairwise(parts):
        assert float(left.x) + float(left.width) == pytest.approx(float(right.x), abs=0.011)


def test_lines_stand_on_one_scale_and_every_figure_is_in_the_table() -> None:
    # 90, 94 and nothing: lines at 88, 90 ... would be too few, so the scale runs from 90 to 94 in steps of one.
    own = charts.Series("This year", "now", [Fraction(90, 100), Fraction(94, 100), None], {1: "/there/"})
    aim = charts.Series("Aim", "aim", [Fraction(92, 100)] * 3)

    chart = charts.line_chart([aim, own], ["First", "Second", "Third"], {0: "Sep"}, "Up by four points.")

    assert [tick.words for tick in chart.ticks] == ["90%", "91%", "92%", "93%", "94%"]
    assert chart.lines[0].points == ()
    drawn = chart.lines[1]
    assert [point.words for point in drawn.points] == ["This year, First: 90.0%", "This year, Second: 94.0%"]
    assert (drawn.points[0].x, drawn.points[0].y) == ("7.00", "208.00")
    assert (drawn.points[1].x, drawn.points[1].y) == ("51.50", "24.00")
    assert drawn.paths == ("M70.00 208.00 L515.00 24.00",)
    assert drawn.last is not None
    assert drawn.last.words == "94.0%"
    assert [[cell["words"] for cell in row["cells"]] for row in chart.table] == [
        ["92.0%", "90.0%"],
        ["92.0%", "94.0%"],
        ["92.0%", "–"],
    ]
    assert chart.table[1]["cells"][1]["url"] == "/there/"


def test_a_gap_breaks_the_line_and_no_scale_goes_over_the_whole() -> None:
    values = [Fraction(1), Fraction(99, 100), None, Fraction(98, 100)]

    chart = charts.line_chart([charts.Series("All", "now", values)], list("abcd"), {}, "High.")

    assert len(chart.lines[0].paths) == 1
    assert len(chart.lines[0].points) == 3
    assert chart.ticks[-1].words in {"100%", "100.0%"}
    assert (
        charts.line_chart([charts.Series("None", "now", [None])], ["a"], {}, "Nothing.").lines[0].last is None
    )


@pytest.mark.parametrize(
    ("one", "other", "below"),
    [
        ([60, 94], [71, 93], [False, True]),
        ([60, 93], [71, 94], [True, False]),
        ([90, 94], [91, 94], [False, True]),  # on one another
        ([60, 94], [71, 72], [False, False]),  # far apart
        ([90, 94], [91, None], [False, False]),  # the other ends long before
    ],
)
def test_the_last_figures_of_two_lines_do_not_cover_one_another(
    one: list[int], other: list[int | None], below: list[bool]
) -> None:
    def series(name: str, values: Sequence[int | None]) -> charts.Series:
        return charts.Series(name, name, [None if each is None else Fraction(each, 100) for each in values])

    chart = charts.line_chart(
        [series("before", one), series("now", other), series("aim", [92, 94])], ["a", "b"], {}, ""
    )

    assert [line.is_last_below for line in chart.lines] == [*below, False]


def test_every_line_has_a_value_for_every_place() -> None:
    with pytest.raises(ValueError, match="Every line has one value"):
        charts.line_chart([charts.Series("Short", "now", [])], ["a"], {}, "")
