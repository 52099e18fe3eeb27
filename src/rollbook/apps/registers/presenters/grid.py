"""The grid of pupils by half-days as its page shows it. Its cells are written here, not in the template.

Half a term of a group is two thousand cells: written in a template they take longer than all the rest of the page.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.grid import Grid, GridDay, GridRow, GridSpan
from rollbook.apps.registers.queries.newest import HalfDay, Standing
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.amendments import symbol_in
from rollbook.domain.codes import codes_offered
from rollbook.domain.law import MONTHS
from rollbook.domain.marks import SchoolSession
from rollbook.ui.kinds import Kind, kind_of, title_of
from rollbook.ui.words import short_day

PRESENT = "present"
_SESSIONS = tuple(SchoolSession)


def grid_address(pupils: str, span: str, on: date) -> str:
    """The address of the grid with these pupils around this day."""
    return f"{reverse('registers:grid')}?{urlencode({'pupils': pupils, 'span': span, 'on': on.isoformat()})}"


def grid_context(viewer: Viewer, grid: Grid, on: date, now: datetime) -> dict[str, Any]:
    """Everything `registers/grid.html` needs."""
    key, span = grid.pupils.key, grid.span.value
    codes = _codes(viewer, grid)
    open_days = grid.school_days
    return {
        "grid": grid,
        "on": on,
        "days_words": _days_words(grid),
        "choices": [(each.key, each.words) for each in grid.choices],
        "spans": [
            {"words": each.words, "href": grid_address(key, each.value, on), "current": each is grid.span}
            for each in GridSpan
        ],
        "previous": grid_address(key, span, grid.previous) if grid.previous else None,
        "next": grid_address(key, span, grid.next) if grid.next else None,
        "today_url": grid_address(key, span, now.date()),
        "head": _head(grid.days),
        "body": _body(grid, on),
        "codes_json": json.dumps({code: [kind_of(code).value, title_of(code)] for code in codes}),
        "half_days": [
            (f"{day.on.isoformat()} {each.value}", f"{short_day(day.on)}, {each.words}")
            for day in open_days
            for each in day.opened
        ],
        "code_groups": _code_groups(viewer, grid),
        "pupils": [(row.pupil_id, f"{row.surname}, {row.forename}") for row in grid.rows],
        "may_close": viewer.may(Permission.CLOSURE_DECLARE),
        "kept_as": f"{viewer.user_id}:{key}",
    }


def _days_words(grid: Grid) -> str:
    days = f"{short_day(grid.first_day)} to {short_day(grid.last_day)} {grid.last_day.year}"
    return f"{grid.name}, {days}" if grid.name else days


def _codes(viewer: Viewer, grid: Grid) -> list[str]:
    """Every code that this person may set on some day of the grid, in the order of the list of codes."""
    found: dict[str, None] = {}
    for on in {grid.first_day, grid.last_day}:
        for school_session in SchoolSession:
            found |= dict.fromkeys(code.symbol for code in codes_offered(on, school_session, viewer.setters))
    return list(found)


def _code_groups(viewer: Viewer, grid: Grid) -> list[tuple[str, list[tuple[str, str]]]]:
    """The same codes for the list of the form, by category; present is one choice for mornings and afternoons."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code in codes_offered(grid.last_day, SchoolSession.AM, viewer.setters):
        value, symbol = (PRESENT, "/ \\") if code.is_present_mark else (code.symbol, code.symbol)
        title = "Present" if code.is_present_mark else code.title
        groups.setdefault(code.category.words.capitalize(), []).append((value, f"{symbol} – {title}"))
    return list(groups.items())


# --- The table --------------------------------------------------------------------------------------------------


def _head(days: Sequence[GridDay]) -> SafeString:
    """Three lines: weeks, days, sessions. A closed day is one thin column through all of them."""
    weeks, names, halves = ['<th scope="col" rowspan="3" class="gn">Pupil</th>'], list[str](), list[str]()
    for _, week in groupby(days, key=lambda day: day.on.isocalendar()[:2]):
        of_week = list(week)
        columns = sum(1 if day.closed_because else 2 for day in of_week)
        first = of_week[0].on
        weeks.append(
            f'<th scope="colgroup" colspan="{columns}" class="gw">{first.day} {MONTHS[first.month - 1][:3]}</th>'
        )
        for place, day in enumerate(of_week):
            edge = " gw" if place == 0 else ""
            if day.closed_because:
                because = escape(day.closed_because)
                names.append(
                    f'<th scope="col" rowspan="2" class="gx{edge}" title="{because}">'
                    f'<span class="vh">{because}</span></th>'
                )
                continue
            words = short_day(day.on)
            names.append(
                f'<th scope="colgroup" colspan="2" class="gd{edge}"><span class="vh">{words}</span>'
                f'<span aria-hidden="true">{words[:3]}<b>{day.on.day}</b></span></th>'
            )
            for half, each in enumerate(_SESSIONS):
                halves.append(
                    f'<th scope="col" class="gh{"" if half else edge}" data-on="{day.on.isoformat()}" '
                    f'data-session="{each.value}" data-words="{words} {each.words}">'
                    f'<abbr title="{words} {each.words}">{each.value.lower()}</abbr></th>'
                )
    lines = "".join(f"<tr>{''.join(line)}</tr>" for line in (weeks, names, halves))
    return mark_safe(lines)  # noqa: S308


def _body(grid: Grid, on: date) -> SafeString:
    """A row a pupil. The closed days' columns reach down from the first row."""
    rows = "".join(_row(grid, row, on, is_first=not place) for place, row in enumerate(grid.rows))
    return mark_safe(rows)  # noqa: S308


def _row(grid: Grid, row: GridRow, on: date, *, is_first: bool) -> str:
    address = f"{reverse('registers:pupil', args=[row.pupil_id])}?on={on.isoformat()}"
    name = f"{escape(row.surname)}, {escape(row.forename)}"
    parts = [
        f'<tr data-pupil="{row.pupil_id}"><th scope="row" class="gn"><a href="{address}">{name}</a></th>'
    ]
    week = None
    for day in grid.days:
        is_edge = week != (week := day.on.isocalendar()[1])
        if day.closed_because:
            if is_first:
                parts.append(
                    f'<td rowspan="{len(grid.rows)}" class="gx{" gw" if is_edge else ""}">'
                    f'<span aria-hidden="true">{escape(day.closed_words)}</span></td>'
                )
            continue
        is_expected = row.is_expected(day.on)
        for half, each in enumerate(_SESSIONS):
            edge = is_edge and not half
            key: HalfDay = day.on, each
            if not is_expected:
                parts.append(_no_cell(is_edge=edge))
            else:
                parts.append(_cell(row.marks.get(key), row.planned.get(key), _state(day, each), is_edge=edge))
    parts.append("</tr>")
    return "".join(parts)


def _no_cell(*, is_edge: bool) -> str:
    return f'<td class="g g--none{" gw" if is_edge else ""}" title="Not on this register"></td>'


def _state(day: GridDay, school_session: SchoolSession) -> str:
    """How a mark that nobody has made looks: to come, to be made now, or missing."""
    if school_session in day.over:
        return "missing"
    return "open" if school_session in day.opened else "ahead"


_UNMARKED = {"missing": "Not marked", "open": "Open now, not marked yet", "ahead": "Not open yet"}


def _cell(mark: Standing | None, plan: PlannedMark | None, state: str, *, is_edge: bool) -> str:
    if mark is not None and mark.symbol:
        return _mark_cell(mark.code, mark.version, mark.minutes_late, is_edge)
    known = f". Known beforehand: {plan.code} {title_of(plan.code)}" if plan else ""
    letter = escape(plan.code) if plan and state == "ahead" else ""
    # A mark that was taken back has versions all the same: the next one goes over the last of them.
    seen = f' data-v="{mark.version}"' if mark else ""
    title = f"{_UNMARKED[state]}{known}"
    return f'<td class="g g--{state}{" gw" if is_edge else ""}"{seen} title="{escape(title)}">{letter}</td>'


# Most marks of a grid are alike.
@lru_cache(maxsize=4096)
def _mark_cell(code: str, version: int, minutes: int | None, is_edge: bool) -> str:  # noqa: FBT001
    kind = kind_of(code)
    classes = f"g g--{kind.value}{' gw' if is_edge else ''}{' is-amended' if version > 1 else ''}"
    seen = f' data-v="{version}"' if version > 1 else ""
    title = ""
    if kind is not Kind.PRESENT or version > 1:
        late = f", {minutes} min" if minutes else ""
        title = f' title="{escape(title_of(code))}{late}{", amended" if version > 1 else ""}"'
    return f'<td class="{classes}"{seen}{title}>{escape(code)}</td>'


def fill_symbol(code: str, school_session: SchoolSession) -> str:
    """The code of the form's list as the mark of a session."""
    return symbol_in("/" if code == PRESENT else code, school_session)
