"""Groups as dots on one scale, and lines whose names don't lie on one another."""

from fractions import Fraction

from rollbook.ui.charts import dot_chart


def part(per_cent: str) -> Fraction:
    return Fraction(per_cent) / 100


def test_dots_lie_on_one_scale_and_stems_lead_to_the_benchmark() -> None:
    chart = dot_chart(
        "Lowest in Year 8.",
        [("Year 7", part("90")), ("Year 8", part("80")), ("Year 9", None)],
        [("All pupils", part("85"), "own"), ("England", part("90"), "benchmark")],
    )

    # From 80% to 90% over the lane's 2 to 98: 9.6 a point.
    assert [dot.x for dot in chart.dots] == ["98.00", "2.00", ""]
    assert [(dot.stem_x, dot.stem_width) for dot in chart.dots] == [
        ("98.00", "0.00"),
        ("2.00", "96.00"),
        ("", ""),
    ]
    assert {marker.kind: marker.x for marker in chart.markers} == {"own": "50.00", "benchmark": "98.00"}
    assert chart.summary == ("Lowest in Year 8. All pupils 85.0%; England 90.0%; Year 7 90.0%; Year 8 80.0%.")


def test_names_of_lines_keep_out_of_each_others_way() -> None:
    def anchors(own: str, other: str) -> list[tuple[str, str]]:
        chart = dot_chart(
            "x",
            [("low", part("0")), ("high", part("100"))],
            [("own", part(own), "own"), ("other", part(other), "benchmark")],
        )
        return [(marker.name, marker.anchor) for marker in chart.markers]

    assert anchors("80", "90") == [("other", "end"), ("own", "end")]
    assert anchors("20", "10") == [("other", "start"), ("own", "start")]
    assert anchors("60", "30") == [("other", "end"), ("own", "start")]


def test_a_picture_without_a_line_or_a_figure_can_be_drawn() -> None:
    assert dot_chart("Nothing.", [("Year 7", None)], [("All", None, "own")]).markers == ()
    alone = dot_chart("One.", [("Year 7", part("5.25"))], [], places=2)
    assert (alone.dots[0].words, alone.dots[0].stem_width) == ("5.25%", "")


def test_figures_that_are_no_rates_lie_on_a_scale_of_their_own_unit() -> None:
    chart = dot_chart(
        "Most in Year 8.",
        [("Year 7", Fraction(120)), ("Year 8", Fraction(900))],
        [("All pupils", Fraction(500), "own")],
        unit="min",
    )

    assert [words for _, words in chart.ticks] == ["0", "200", "400", "600", "800", "1,000"]
    # 900 of 1,000 over the lane's 2 to 98.
    assert [dot.x for dot in chart.dots] == ["13.52", "88.40"]
    assert chart.summary == "Most in Year 8. All pupils 500.0 min; Year 7 120.0 min; Year 8 900.0 min."
