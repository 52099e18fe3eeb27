"""The overview of the year, as its template takes it."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.urls import reverse

from rollbook.apps.insight.presenters.words import behind_url, change, change_words, share
from rollbook.apps.insight.queries.ground import HalfDay, Measures
from rollbook.apps.insight.queries.overview import GroupRow, Overview
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.law import MONTHS
from rollbook.domain.rates import attendance_rate, percent
from rollbook.ui.charts import LineChart, Series, line_chart
from rollbook.ui.words import short_day

# The bands of the heat table, in per cent: from each on, and how a cell of it looks. Words are always in the cell.
BANDS = ((95, "best"), (93, "good"), (91, "low"), (0, "worst"))


def overview_context(viewer: Viewer, found: Overview, aim: Fraction, now: datetime) -> dict[str, Any]:
    """Everything `insight/overview.html` needs; names lead on only for those who may see the pupils."""
    names = viewer.may(Permission.MEASURES_VIEW)
    year_rate = attendance_rate(found.measures.totals)
    before_rate = None if found.before is None else attendance_rate(found.before.totals)
    week_rate = attendance_rate(found.this_week.totals)
    last_rate = None if found.last_week is None else attendance_rate(found.last_week.totals)
    return {
        "names": names,
        "now": now,
        "found": found,
        "week": _figure(week_rate, change(week_rate, last_rate), "the week before"),
        "year": _figure(year_rate, change(year_rate, before_rate), "the same time last year"),
        "persistent": _part(found.measures, found.before, "persistent"),
        "severe": _part(found.measures, found.before, "severe"),
        "urls": {
            name: behind_url(found.year, which=name) if names else ""
            for name in ("all", "persistent", "severe", "unauthorised", "late")
        },
        "week_url": behind_url(found.week, which="all") if names else "",
        "chart": _chart(found, aim),
        "days": _days(found.half_days),
        "rows": [_row(row, found, names=names) for row in found.rows],
        "bands": [{"kind": kind, "words": _band_words(place)} for place, (_, kind) in enumerate(BANDS)],
    }


def _figure(rate: Fraction | None, moved: Any, than: str) -> dict[str, Any]:
    return {"rate": rate, "note": change_words(moved, than), "is_worse": moved is not None and moved.is_worse}


def _part(now: Measures, before: Measures | None, name: str) -> dict[str, Any]:
    """Pupils who are persistently or severely absent: how many, what part, and whether it grew."""
    count = getattr(now, name)
    own = Fraction(count, now.pupils) if now.pupils else None
    earlier = None if before is None or not before.pupils else Fraction(getattr(before, name), before.pupils)
    moved = change(own, earlier, more_is_better=False)
    return {
        "count": count,
        "share": share(count, now.pupils),
        "note": change_words(moved, "the same time last year"),
        "is_worse": moved is not None and moved.is_worse,
    }


def _chart(found: Overview, aim: Fraction) -> LineChart:
    """The weeks of this year over those of last year, week for week from the first one that had school."""
    length = max(len(found.weeks), len(found.weeks_before))
    own: list[Fraction | None] = [week.rate for week in found.weeks]
    own += [None] * (length - len(own))
    earlier: list[Fraction | None] = [week.rate for week in found.weeks_before]
    earlier += [None] * (length - len(earlier))
    mondays = [week.monday for week in found.weeks]
    mondays += [week.monday + timedelta(weeks=52) for week in found.weeks_before[len(mondays) :]]
    series = [Series(f"School aim {percent(aim, 0)}", "aim", [aim] * length)]
    if found.year_before is not None:
        series.append(Series(found.year_before.name, "before", earlier))
    series.append(Series(found.year.name, "now", own))
    return line_chart(
        series, [f"Week of {short_day(monday)}" for monday in mondays], _months(mondays), _summary(found)
    )


def _months(mondays: list[date]) -> dict[int, str]:
    """The name of each month under the first week that has its Wednesday in it."""
    months = [(monday + timedelta(days=2)).month for monday in mondays]
    return {
        place: MONTHS[month - 1][:3]
        for place, month in enumerate(months)
        if place == 0 or month != months[place - 1]
    }


def _summary(found: Overview) -> str:
    known = [week for week in found.weeks if week.rate is not None]
    if not known:
        return "No week of this year has marks yet."
    lowest, latest = min(known, key=lambda week: week.rate or 0), known[-1]
    return (
        f"Attendance was {percent(latest.rate)} in the week of {short_day(latest.monday)}; the lowest week was that of "
        f"{short_day(lowest.monday)} with {percent(lowest.rate)}."
    )


def _days(half_days: list[HalfDay]) -> list[dict[str, Any]]:
    """The days of the week with the half-days that each has."""
    found: dict[date, list[str]] = {}
    for day, school_session in half_days:
        found.setdefault(day, []).append(school_session.value)
    return [{"on": day, "sessions": sessions} for day, sessions in found.items()]


def _row(row: GroupRow, found: Overview, *, names: bool) -> dict[str, Any]:
    if row.year is None:
        return {"label": row.label, "is_hidden": True}
    rate = attendance_rate(row.year.totals)
    before = None if row.before is None else attendance_rate(row.before.totals)
    choice = {"by": "year-group", "group": row.label}
    return {
        "label": row.label,
        "url": behind_url(found.year, which="all", **choice) if names else "",
        "cells": [_cell(row.week.get(half_day), half_day) for half_day in found.half_days],
        "rate": rate,
        "change": change(rate, before),
        "persistent": share(row.year.persistent, row.year.pupils),
        "persistent_url": behind_url(found.year, which="persistent", **choice)
        if names and row.year.persistent
        else "",
        "pupils": row.year.pupils,
    }


def _cell(rate: Fraction | None, half_day: HalfDay) -> dict[str, Any]:
    on, school_session = half_day
    return {
        "rate": None if rate is None else percent(rate).removesuffix("%"),
        "kind": band_of(rate),
        "url": reverse("registers:today_at", args=[on, school_session.value]),
        "words": f"{short_day(on)} {school_session.words}",
    }


def band_of(rate: Fraction | None) -> str:
    """How a cell of this rate looks; "none" where there is none."""
    if rate is None:
        return "none"
    return next(kind for lowest, kind in BANDS if rate * 100 >= lowest)


def _band_words(place: int) -> str:
    if place == 0:
        return f"{BANDS[0][0]} and over"
    if place == len(BANDS) - 1:
        return f"under {BANDS[place - 1][0]}"
    return f"{BANDS[place][0]} to {BANDS[place - 1][0]}"
