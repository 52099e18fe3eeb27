"""What the figures of the year add to Today: persistent absence, the line of weeks, the year groups."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from django.template.loader import render_to_string

from rollbook.apps.insight.presenters.overview import persistence, year_context
from rollbook.apps.insight.presenters.words import behind_url
from rollbook.apps.insight.queries.overview import KEPT, Overview, overview
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.parts import Part


def parts(viewer: Viewer, now: datetime) -> dict[str, Part]:
    """The parts for those who may see figures, with or without names; none before the school's first year."""
    if not (viewer.may(Permission.MEASURES_VIEW) or viewer.may(Permission.MEASURES_TOTALS)):
        return {}
    found = overview(viewer, now)
    if found is None:
        return {}
    aim = Fraction(timetable(viewer).setting("aim_percent", now.date()), 100)
    names = viewer.may(Permission.MEASURES_VIEW)
    figure: dict[str, Any] = {
        "persistent": persistence(found, "persistent"),
        "severe": persistence(found, "severe"),
        "url": behind_url(found.year, which="persistent") if names else "",
    }
    return {
        "figures": Part("insight/persistent_figure.html", figure),
        "main": Part("insight/drawn.html", {"html": _drawn(viewer, found, aim)}),
    }


_kept: dict[tuple[int, bool, Fraction], tuple[Overview, str]] = {}


def _drawn(viewer: Viewer, found: Overview, aim: Fraction) -> str:
    """The picture and the table as HTML, drawn once for each answer of `overview`: half of what they cost."""
    key = (viewer.school_id, viewer.may(Permission.MEASURES_VIEW), aim)
    kept = _kept.get(key)
    if kept is not None and kept[0] is found:
        return kept[1]
    made = render_to_string("insight/year_so_far.html", {"part": year_context(viewer, found, aim)})
    while len(_kept) >= KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[key] = found, made
    return made
