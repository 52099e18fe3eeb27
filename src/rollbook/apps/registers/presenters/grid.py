"""The grid of pupils by half-days as its page shows it. Its cells are written here, not in the template.

Half a term of a group is two thousand cells: written in a template they take longer than all the rest of the page.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
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
from rollbook.apps.registers.queries.newest import Standing
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
    open_days, weeks = grid.school_days, _weeks(grid.days)
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
        "head": _head(weeks),
        "body": _body(grid, weeks, on),
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


@dataclass(frozen=True, slots=True)
class _Column:
    """A school day, or days of one week that are closed for the same reason; `is_edge` begins a week."""

    days: tuple[GridDay, ...]
    is_edge: bool

    @property
    def day(self) -> GridDay:
        return self.days[0]

    @property
    def because(self) -> str:
        """Why these days are closed, in a sentence."""
        first, last = self.days[0], self.days[-1]
        if first is last:
            return first.closed_because
        return f"{short_day(first.on)} to {short_day(last.on)}: {first.closed_words}."


def _weeks(days: Sequence[GridDay]) -> list[list[_Column]]:
    """The columns of each week, closed days that belong together in one."""
    weeks = []
    for _, week in groupby(days, key=lambda day: day.on.isocalendar()[:2]):
        columns: list[_Column] = []
        for words, run in groupby(week, key=lambda day: day.closed_words):
            same = tuple(run)
            parts = [same] if words else [(day,) for day in same]
            columns += [_Column(part, is_edge=not columns and not place) for place, part in enumerate(parts)]
        weeks.append(columns)
    return weeks


def _head(weeks: Sequence[Sequence[_Column]]) -> SafeString:
    """Three lines: weeks, days, sessions. Closed days are one thin column through all of them."""
    lines = ['<th scope="col" rowspan="3" class="gn">Pupil</th>'], list[str](), list[str]()
    for columns in weeks:
        count = sum(1 if column.day.closed_because else 2 for column in columns)
        first = columns[0].day.on
        lines[0].append(
            f'<th scope="colgroup" colspan="{count}" class="gw">{first.day} {MONTHS[first.month - 1][:3]}</th>'
        )
        for column in columns:
            _head_column(column, lines[1], lines[2])
    text = "".join(f"<tr>{''.join(line)}</tr>" for line in lines)
    return mark_safe(text)  # noqa: S308


def _head_column(column: _Column, names: list[str], halves: list[str]) -> None:
    edge = " gw" if column.is_edge else ""
    if column.day.closed_because:
        because = escape(column.because)
        names.append(
            f'<th scope="col" rowspan="2" class="gx{edge}" title="{because}"><span class="vh">{because}</span></th>'
        )
        return
    on = column.day.on
    words = short_day(on)
    names.append(
        f'<th scope="colgroup" colspan="2" class="gd{edge}"><span class="vh">{words}</span>'
        f'<span aria-hidden="true">{words[:3]}<b>{on.day}</b></span></th>'
    )
    for half, each in enumerate(_SESSIONS):
        halves.append(
            f'<th scope="col" class="gh{"" if half else edge}" data-on="{on.isoformat()}" '
            f'data-session="{each.value}" data-words="{words} {each.words}">'
            f'<abbr title="{words} {each.words}">{each.value.lower()}</abbr></th>'
        )


def _body(grid: Grid, weeks: Sequence[Sequence[_Column]], on: date) -> SafeString:
    """A row a pupil. The closed days' columns reach down from the first row."""
    columns = [column for week in weeks for column in week]
    parts = []
    for place, row in enumerate(grid.rows):
        parts.append(_name(grid, row, on))
        for column in columns:
            if not column.day.closed_because:
                parts += _day_cells(row, column)
            elif not place:
                parts.append(
                    f'<td rowspan="{len(grid.rows)}" class="gx{" gw" if column.is_edge else ""}">'
                    f'<span aria-hidden="true">{escape(column.day.closed_words)}</span></td>'
                )
        parts.append("</tr>")
    return mark_safe("".join(parts))  # noqa: S308


def _name(grid: Grid, row: GridRow, on: date) -> str:
    address = f"{reverse('registers:pupil', args=[row.pupil_id])}?on={on.isoformat()}"
    name = f"{escape(row.surname)}, {escape(row.forename)}"
    group = f" <small>{escape(row.spells[-1].group_name)}</small>" if grid.pupils.key.startswith("y") else ""
    return f'<tr data-pupil="{row.pupil_id}"><th scope="row" class="gn"><a href="{address}">{name}</a>{group}</th>'


def _day_cells(row: GridRow, column: _Column) -> list[str]:
    day = column.day
    edges = (column.is_edge, False)
    if not row.is_expected(day.on):
        return [_no_cell(is_edge=edge) for edge in edges]
    return [
        _cell(row.marks.get((day.on, each)), row.planned.get((day.on, each)), _state(day, each), is_edge=edge)
        for each, edge in zip(_SESSIONS, edges, strict=True)
    ]


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
