"""What the Explore page shows, as a table and a picture that leave it and say themselves whose figures they are."""

from decimal import Decimal
from fractions import Fraction
from textwrap import wrap
from typing import Any

from django.template.loader import render_to_string

from rollbook.apps.insight.presenters.explore import chart_of, period_words, subtitle_of
from rollbook.apps.insight.queries.exploring import Explored, Row
from rollbook.apps.insight.queries.measures import Counted
from rollbook.domain.benchmarks import ATTRIBUTION, LICENCE
from rollbook.domain.rates import round_half_up
from rollbook.ui.charts import Dot, Marker
from rollbook.ui.words import moment

Cell = str | int | Decimal
HIDDEN = "Not shown: too few pupils"

# Units: pixels of the picture.
_WIDTH, _LANE_LEFT, _LANE_WIDTH, _ROW = 900, 250, 550, 30
_TITLE_LINE, _SUBTITLE_LINE, _MARKERS, _FOOT = 24, 20, 64, 76
# Units: signs of a line, at the size it is drawn in.
_TITLE_SIGNS, _SUBTITLE_SIGNS = 84, 124
_LONGEST_LABEL = 34


def table_of(found: Explored) -> tuple[list[str], list[list[Cell]]]:
    """Headings and rows, the total last. Figures are percentages, changes and gaps percentage points.

    Minutes and sessions lost are a pupil's share, and their changes in the same unit.
    """
    question = found.question
    measure = question.measure
    figure = f"{measure.words} ({measure.unit if measure.is_share else f'{measure.unit} a pupil'})"
    headings = [question.dimension.words, "Pupils", "Counted", f"Of {measure.of}", figure]
    moved = "Points" if measure.is_share else "Change"
    if found.before is not None:
        headings.append(f"{moved} on {found.before.name}")
    if found.last_year is not None:
        headings.append(f"{moved} on last year, {found.last_year.name}")
    if found.comparison.chosen is not None and found.comparison.figure is not None:
        headings += [f"{found.comparison.chosen.words} (%)", "Gap (points)"]
    return headings, [_cells(row, found, len(headings)) for row in (*found.rows, found.total)]


def notes_of(found: Explored, school: str, made_at: Any) -> list[tuple[str, str]]:
    """What must stand beside the figures: heading and text."""
    question = found.question
    notes = [
        ("School", school),
        ("Figure", f"{question.measure.words}: {question.measure.definition}"),
        ("Period", period_words(question.period)),
        ("Made", moment(made_at)),
        (
            "Provisional",
            f"{found.unexplained_count} marks still without a reason, {found.missing_count} missing",
        ),
        ("Published figures", " ".join([found.comparison.because, *found.comparison.notes])),
    ]
    if question.only:
        notes.append(("Only", question.only.partition(":")[2]))
    if question.is_comparable and not found.why_not_comparable:
        notes.append(("Pupils", "As the DfE counts them: aged 5 to 15 on 31 August"))
    if found.late_without_minutes:
        notes.append(("Late sessions without minutes", str(found.late_without_minutes)))
    if found.comparison.lines:
        notes.append(("Source", f"{ATTRIBUTION}; {LICENCE}"))
    return notes


def _cells(row: Row, found: Explored, length: int) -> list[Cell]:
    if row.now is None:
        return [row.label, HIDDEN, *[""] * (length - 2)]
    measure = found.question.measure
    places = measure.places
    cells: list[Cell] = [
        row.label,
        row.now.pupils,
        row.now.part,
        row.now.whole,
        _number(row.value, places, is_share=measure.is_share),
    ]
    if found.before is not None:
        cells.append(_moved(row.now, row.before, is_share=measure.is_share))
    if found.last_year is not None:
        cells.append(_moved(row.now, row.last_year, is_share=measure.is_share))
    if found.comparison.figure is not None:
        cells += [_number(found.comparison.figure, places), _number(row.gap, 1)]
    return cells


def _moved(now: Counted, then: Counted | None, *, is_share: bool) -> Cell:
    if then is None or now.value is None or then.value is None:
        return ""
    return _number(now.value - then.value, 1, is_share=is_share)


def _number(value: Fraction | None, places: int, *, is_share: bool = True) -> Cell:
    return "" if value is None else round_half_up(value * (100 if is_share else 1), places)


def svg_of(found: Explored, school: str, made_at: Any) -> str:
    """The picture as a file of its own, in black and white as in colour. Units: pixels."""
    chart = chart_of(found)
    title = wrap(chart.title, _TITLE_SIGNS)
    subtitle = wrap(f"{school} · {subtitle_of(found)}", _SUBTITLE_SIGNS)
    head = _TITLE_LINE * len(title)
    top = head + _SUBTITLE_LINE * len(subtitle) + _MARKERS
    height = top + _ROW * len(chart.dots) + _FOOT
    return render_to_string(
        "insight/explore.svg",
        {
            "message": chart.title,
            "title": [(6 + _TITLE_LINE * (place + 1), line) for place, line in enumerate(title)],
            "subtitle": [
                (head + 4 + _SUBTITLE_LINE * (place + 1), line) for place, line in enumerate(subtitle)
            ],
            "width": _WIDTH,
            "height": height,
            "lane_left": _LANE_LEFT,
            "lane_right": _LANE_LEFT + _LANE_WIDTH,
            "bottom": height - _FOOT,
            "tick_y": height - 58,
            "markers": [_marker(marker, place, top) for place, marker in enumerate(chart.markers)],
            "ticks": [{"x": _x(x), "words": words} for x, words in chart.ticks],
            "dots": [_dot(dot, top + _ROW * place + 16) for place, dot in enumerate(chart.dots)],
            "notes": [
                found.comparison.because if found.comparison.lines else "",
                f"{ATTRIBUTION}; {LICENCE}. Made {moment(made_at)}."
                if found.comparison.lines
                else f"Made {moment(made_at)}.",
            ],
            "note_ys": (height - 30, height - 12),
        },
    )


def _marker(marker: Marker, place: int, top: int) -> dict[str, Any]:
    x = _x(marker.x)
    return {
        "name": f"{marker.name} {marker.words}",
        "is_own": marker.kind == "own",
        "x": x,
        "name_x": x + (6 if marker.anchor == "start" else -6),
        "anchor": marker.anchor,
        "y": top - 32 + 18 * place,
        "from_y": top - 42 + 18 * place,
    }


def _dot(dot: Dot, y: int) -> dict[str, Any]:
    return {
        "label": _short(dot.label),
        "words": dot.words,
        "x": _x(dot.x) if dot.x else None,
        "stem_x": _x(dot.stem_x) if dot.stem_width else None,
        "stem_width": _width(dot.stem_width) if dot.stem_width else None,
        "y": y,
    }


def _x(per_cent: str) -> Decimal:
    return _LANE_LEFT + _width(per_cent)


def _width(per_cent: str) -> Decimal:
    return (Decimal(per_cent) * _LANE_WIDTH / 100).quantize(Decimal("0.1"))


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
