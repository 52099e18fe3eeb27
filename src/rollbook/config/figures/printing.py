"""Figures as a table for people, as CSV for spreadsheets, and as JSON for programs."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from rollbook.config.figures.measures import RATES, Measure
from rollbook.config.figures.thresholds import Reached
from rollbook.domain.codes import CODES
from rollbook.domain.rates import percent
from rollbook.formats.spreadsheet import safe

FORMATS = ("table", "csv", "json")
_PLACES = 2


def measures_in(form: str, by: Sequence[str], measures: Sequence[Measure]) -> str:
    """The figures in one of FORMATS."""
    if form == "json":
        return _json(measure.as_object() for measure in measures)
    has_pupils = any(measure.pupils is not None for measure in measures)
    if form == "csv":
        return _measures_csv(by, measures)
    headings = [*by, "possible", *(f"{name} %" for name in RATES)]
    headings += ["pupils", "persistent", "severe"] if has_pupils else []
    rows = []
    for measure in measures:
        rates = [percent(rate_of(measure.totals), _PLACES).removesuffix("%") for rate_of in RATES.values()]
        row = [*(text or "(none)" for text in measure.keys.values()), f"{measure.totals.possible:,}", *rates]
        if has_pupils:
            row += [f"{count or 0:,}" for count in (measure.pupils, measure.persistent, measure.severe)]
        rows.append(row)
    return _table(headings, rows, left=len(by))


def reached_in(form: str, reached: Sequence[Reached]) -> str:
    """Who meets the threshold, in one of FORMATS."""
    if form == "json":
        return _json(each.as_object() for each in reached)
    headings = ["school", "pupil", "first_met", "confirmed", "provisional", "sessions"]
    rows = [
        [
            each.school,
            each.pupil,
            each.first_met,
            str(len(each.sessions) - each.provisional),
            str(each.provisional),
            "; ".join(" ".join(session) for session in each.sessions),
        ]
        for each in reached
    ]
    if form == "csv":
        return _csv(headings, rows)
    return _table(headings[:-1], [row[:-1] for row in rows], left=3)


def _measures_csv(by: Sequence[str], measures: Sequence[Measure]) -> str:
    """One column for each code that occurs anywhere, after the other figures."""
    met = {symbol for measure in measures for symbol in measure.totals.by_code}
    codes = [code.symbol for code in CODES if code.symbol in met]
    objects = [measure.as_object() for measure in measures]
    figures = [name for name in (objects[0] if objects else {}) if name not in by and name != "codes"]
    rows = []
    for measure, found in zip(measures, objects, strict=True):
        cells = [
            *measure.keys.values(),
            *("" if found[name] is None else str(found[name]) for name in figures),
        ]
        rows.append([*cells, *(str(measure.totals.by_code.get(symbol, 0)) for symbol in codes)])
    return _csv([*by, *figures, *(f"code {symbol}" for symbol in codes)], rows)


def _json(objects: Iterable[object]) -> str:
    lines = ",\n".join(f"  {json.dumps(each, ensure_ascii=False)}" for each in objects)
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe(heading) for heading in headings])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> str:
    """Columns as wide as they must be; the first `left` of them are text, the others numbers."""
    shown = [headings, *([_visible(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in shown) for place in range(len(headings))]
    lines = []
    for row in shown:
        cells = [
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def _visible(cell: str) -> str:
    """Text from a file without what would move the cursor or colour the terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in cell)[:60]
