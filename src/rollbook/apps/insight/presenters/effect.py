"""What changed with what was done, as its template takes it."""

from typing import Any

from django.urls import reverse

from rollbook.apps.insight.queries.effect import Count, Counts3, Effect, PupilEffect
from rollbook.domain.effect import points
from rollbook.domain.rates import percent
from rollbook.ui.charts import LineChart, Series, line_chart
from rollbook.ui.words import short_day_with_year

_WHEN = ("before", "during", "after")


def effect_context(found: Effect) -> dict[str, Any]:
    """Everything `insight/effect.html` needs but its form."""
    return {
        "chart": _chart(found) if found.weeks else None,
        "lines": [
            {"words": "With it", "cells": _cells(found.own)},
            {"words": "Comparable pupils without it", "cells": _cells(found.others)},
        ],
        "rows": [_row(row) for row in found.rows],
    }


def _cells(counts: Counts3) -> list[dict[str, Any]]:
    cells = []
    for when in _WHEN:
        count: Count = getattr(counts, when)
        words = f"{count.attended:,} of {count.possible:,}"
        cells.append({"when": when, "count": count, "words": words})
    return cells


def _row(row: PupilEffect) -> dict[str, Any]:
    last_day = row.dealt.last_day
    since = short_day_with_year(row.dealt.first_day)
    return {
        "name": row.dealt.name,
        "support_url": reverse("support:support", args=[row.dealt.support_id]),
        "marks_url": reverse("registers:pupil", args=[row.dealt.pupil_id]),
        "days": f"since {since}" if last_day is None else f"{since} to {short_day_with_year(last_day)}",
        "weeks": row.windows.weeks,
        "cells": _cells(row.own),
        "comparable": [
            {"name": member.name, "url": reverse("registers:pupil", args=[member.id])}
            for member in row.comparable
        ],
        "net": None if row.net is None else points(row.net),
    }


def _chart(found: Effect) -> LineChart:
    """Week by week, counted from the beginning; the names below mark where it began and, for one pupil, ended."""
    places = [_week_words(number) for number, _, _ in found.weeks]
    numbers = [number for number, _, _ in found.weeks]
    names = {place: "It begins" for place, number in enumerate(numbers) if number == 1}
    if len(found.rows) == 1 and found.rows[0].windows.after is not None:
        # Of what lasted longer than its window the weeks in between are not shown, so their places count.
        since = [place for place, number in enumerate(numbers) if number > 0]
        names |= dict.fromkeys(since[found.rows[0].windows.weeks :][:1], "It has ended")
    if numbers and numbers[0] < 0:
        names[0] = f"{-numbers[0]} before"
    series = [Series("With it", "now", [own.rate for _, own, _ in found.weeks])]
    if any(others.possible for _, _, others in found.weeks):
        series.insert(0, Series("Comparable", "before", [others.rate for _, _, others in found.weeks]))
    return line_chart(series, places, names, _summary(found))


def _week_words(number: int) -> str:
    if number < 0:
        return "1 week before" if number == -1 else f"{-number} weeks before"
    return f"Week {number}"


def _summary(found: Effect) -> str:
    own, others = found.own, found.others
    words = f"Attendance was {percent(own.before.rate)} before and {percent(own.during.rate)} during"
    if own.after.possible:
        words += f", {percent(own.after.rate)} after"
    if others.before.possible:
        words += f"; of comparable pupils {percent(others.before.rate)} before and {percent(others.during.rate)} during"
    return f"{words}."
