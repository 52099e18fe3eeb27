"""The overview of a period, as its templates take it; Today shows parts of it."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.insight.presenters.words import behind_url, change, change_words, month_names, share
from rollbook.apps.insight.queries.ground import Measures
from rollbook.apps.insight.queries.overview import GroupRow, Overview, WeekSlot
from rollbook.apps.registers.queries.board import Board
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.periods import Period, PeriodKind
from rollbook.domain.rates import attendance_rate, percent
from rollbook.ui.charts import LineChart, Series, line_chart
from rollbook.ui.words import short_day

# The bands of the heat table, in per cent: from each on, and how a cell of it looks. Words are always in the cell.
BANDS = ((95, "best"), (93, "good"), (91, "low"), (0, "worst"))
KINDS = (PeriodKind.WEEK, PeriodKind.HALF_TERM, PeriodKind.TERM, PeriodKind.YEAR)
# What a period is compared with, and as when the year stood then.
_BEFORE = {
    PeriodKind.WEEK: ("the week before", "the week before ended"),
    PeriodKind.HALF_TERM: ("the half term before", "the half term before ended"),
    PeriodKind.TERM: ("the term before", "the term before ended"),
    PeriodKind.YEAR: ("the same time last year", "the same time last year"),
}


def overview_context(
    viewer: Viewer, found: Overview, board: Board | None, aim: Fraction, now: datetime
) -> dict[str, Any]:
    """Everything `insight/overview.html` needs; names lead on only for those who may see the pupils."""
    # Nobody stands behind the figures of days without a possible session.
    names = viewer.may(Permission.MEASURES_VIEW) and found.year_measures.pupils > 0
    than, _ = _BEFORE[found.period.kind]
    rate, before = _rate(found.measures), _rate(found.before)
    moved = change(rate, before)
    return {
        "now": now,
        "found": found,
        "board": None if board is None else _now(board),
        "attendance": {
            "rate": rate,
            "of": f"{found.measures.totals.attended:,} of {found.measures.totals.possible:,} sessions",
            "note": change_words(moved, than),
            "is_worse": moved is not None and moved.is_worse,
        },
        "persistent": persistence(found, "persistent"),
        "severe": persistence(found, "severe"),
        "late": _moved_count(found, "late", than),
        "unauthorised": _moved_count(found, "unauthorised", than),
        "urls": {
            name: behind_url(found.period, which=name) if names else ""
            for name in ("all", "unauthorised", "late")
        }
        | {name: behind_url(found.year, which=name) if names else "" for name in ("persistent", "severe")},
        "switch": [
            {
                "words": kind.words.capitalize(),
                "href": f"{reverse('insight:overview')}?{urlencode({'period': kind.value})}",
                "current": kind is found.period.kind,
            }
            for kind in KINDS
        ],
        **year_context(viewer, found, aim),
    }


def year_context(viewer: Viewer, found: Overview, aim: Fraction) -> dict[str, Any]:
    """The line of weeks and the year groups, for the overview and for Today."""
    names = viewer.may(Permission.MEASURES_VIEW)
    is_year = found.period.kind is PeriodKind.YEAR
    return {
        "found": found,
        "chart": _chart(found, aim),
        "chart_title": _title(found, aim),
        "days": _days(found.slots),
        "rows": [_row(row, found, names=names) for row in found.rows],
        "bands": [{"kind": kind, "words": _band_words(place)} for place, (_, kind) in enumerate(BANDS)],
        "period_words": f"This {found.period.kind.words}",
        "before_words": "On last year" if is_year else f"On the {found.period.kind.words} before",
    }


def persistence(found: Overview, name: str) -> dict[str, Any]:
    """Pupils who are persistently or severely absent in the year so far: how many, what part, whether it grew."""
    now, then = found.year_measures, found.year_then
    _, when = _BEFORE[found.period.kind]
    count = getattr(now, name)
    own = Fraction(count, now.pupils) if now.pupils else None
    earlier = None if then is None or not then.pupils else Fraction(getattr(then, name), then.pupils)
    moved = change(own, earlier, more_is_better=False)
    than = when if found.period.kind is PeriodKind.YEAR else f"when {when}"
    return {
        "count": count,
        "share": share(count, now.pupils),
        "note": change_words(moved, than),
        "is_worse": moved is not None and moved.is_worse,
    }


def _now(board: Board) -> dict[str, Any]:
    """The half-day that Today shows, in four figures."""
    possible = board.possible_count
    return {
        "rate": Fraction(board.attended_count, possible) if possible else None,
        "possible_count": possible,
        "session_words": board.session.words,
        "on": board.on,
        "taken_count": board.taken_count,
        "register_count": len(board.rows),
        "no_reason_count": len(board.no_reason),
        "late_count": board.codes["L"],
        "after_count": board.codes["U"],
        "minutes_lost": board.minutes_lost,
        "unmarked_count": board.codes[""],
        "url": reverse("registers:today"),
    }


def _moved_count(found: Overview, name: str, than: str) -> dict[str, Any]:
    """A count of sessions of the period with its part of those possible, and whether that part grew."""
    now, before = found.measures.totals, None if found.before is None else found.before.totals
    count, earlier = getattr(now, name), None
    if before is not None and before.possible:
        earlier = Fraction(getattr(before, name), before.possible)
    own = Fraction(count, now.possible) if now.possible else None
    moved = change(own, earlier, more_is_better=False)
    return {
        "count": count,
        "rate": own,
        "note": change_words(moved, than),
        "is_worse": moved is not None and moved.is_worse,
    }


def _rate(measures: Measures | None) -> Fraction | None:
    return None if measures is None else attendance_rate(measures.totals)


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
        series, [f"Week of {short_day(monday)}" for monday in mondays], month_names(mondays), _summary(found)
    )


def _title(found: Overview, aim: Fraction) -> str:
    """What the line says: the latest week beside the aim."""
    known = [week for week in found.weeks if week.rate is not None]
    if not known:
        return "Attendance this year by week"
    moved = change(known[-1].rate, aim)
    return f"Attendance this year by week: {percent(known[-1].rate)}, {change_words(moved, 'the aim')}"


def _summary(found: Overview) -> str:
    known = [week for week in found.weeks if week.rate is not None]
    if not known:
        return "No week of this year has marks yet."
    lowest, latest = min(known, key=lambda week: week.rate or 0), known[-1]
    return (
        f"Attendance was {percent(latest.rate)} in the week of {short_day(latest.monday)}; the lowest week was that of "
        f"{short_day(lowest.monday)} with {percent(lowest.rate)}."
    )


def _days(slots: list[WeekSlot]) -> list[dict[str, Any]]:
    """The days of the week with the half-days that each has."""
    found: dict[Any, list[str]] = {}
    for slot in slots:
        day, school_session = slot.half_day
        found.setdefault(day, []).append(school_session.value)
    return [{"on": day, "sessions": sessions} for day, sessions in found.items()]


def _row(row: GroupRow, found: Overview, *, names: bool) -> dict[str, Any]:
    if row.period is None or row.year is None:
        return {"label": row.label, "is_hidden": True}
    rate = _rate(row.period)
    moved = change(rate, _rate(row.before))
    choice = {"by": "year-group", "group": row.label}
    return {
        "label": row.label,
        "url": _link(found.period, names=names, which="all", **choice),
        "cells": [_cell(row.week.get(slot.half_day), slot) for slot in found.slots],
        "rate": rate,
        "change": moved,
        "persistent": share(row.year.persistent, row.year.pupils),
        "persistent_url": _link(
            found.year, names=names and row.year.persistent > 0, which="persistent", **choice
        ),
        "pupils": row.period.pupils,
    }


def _link(period: Period, *, names: bool, **choices: str) -> str:
    return behind_url(period, **choices) if names else ""


def _cell(rate: Fraction | None, slot: WeekSlot) -> dict[str, Any]:
    on, school_session = slot.half_day
    when = f"{short_day(on)} {school_session.words}"
    if not slot.is_school_day:
        said = "no school"
    elif not slot.is_closed:
        said = "the register has not closed yet"
    else:
        said = "no marks that count" if rate is None else f"{percent(rate)} attended"
    return {
        "rate": None if rate is None else percent(rate).removesuffix("%"),
        "kind": band_of(rate),
        "url": "" if rate is None else reverse("registers:today_at", args=[on, school_session.value]),
        "short": f"{on:%a} {school_session.value}",
        "words": f"{when}: {said}",
        "sign": "–" if not slot.is_school_day else "·",
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
