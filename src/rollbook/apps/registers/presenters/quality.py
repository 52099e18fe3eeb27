"""What is to be put right, as the page shows it: by kind, each with where to mend it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from rollbook.apps.registers.presenters.grid import grid_address
from rollbook.apps.registers.presenters.words import span_words
from rollbook.apps.registers.queries.grid import GridSpan
from rollbook.apps.registers.queries.newest import HalfDay
from rollbook.apps.registers.queries.quality import Found
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.quality import Fault
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.spans import Span
from rollbook.ui.words import short_day_with_year

SHOWN_OF_A_KIND = 12
SHOWN_ALONE = 500


def periods(calendar: SchoolCalendar, today: date) -> list[tuple[str, str, Span]]:
    """What the page can look at. Shape: key in the address, words, days."""
    recent = calendar.previous_school_days(today, 10)
    found = [("recent", "Last two weeks", Span(recent[0] if recent else today, today))]
    year = calendar.year_of(today)
    if year is not None:
        halves = [half for half in calendar.half_terms(year) if half.first_day <= today]
        if halves:
            found.append(("half", "This half term", Span(halves[-1].first_day, today)))
        found.append(("year", f"This year, {year.name}", Span(year.first_day, today)))
    for earlier in sorted(calendar.years, key=lambda each: each.first_day, reverse=True):
        if earlier.last_day < today:
            found.append((earlier.name, earlier.name, Span(earlier.first_day, earlier.last_day)))
    return found


def quality_context(
    viewer: Viewer, found: list[Found], span: Span, today: date, only: Fault | None
) -> dict[str, Any]:
    """The page's kinds with their rows; of one kind alone, all of them."""
    wanted = [each for each in found if only in (None, each.fault)]
    shown = SHOWN_ALONE if only else SHOWN_OF_A_KIND
    kinds = []
    for fault in Fault:
        of_kind = [each for each in wanted if each.fault is fault]
        if not of_kind:
            continue
        rows = _rows(viewer, of_kind, today)
        kinds.append(
            {
                "key": fault.value,
                "words": fault.words,
                "remedy": fault.remedy,
                "count": len(of_kind),
                "rows": rows[:shown],
                "more_count": max(0, len(rows) - shown),
                "is_urgent": fault in (Fault.MISSING, Fault.N_TOO_OLD),
            }
        )
    return {"kinds": kinds, "total": len(wanted), "only": only, "span": span}


def _rows(viewer: Viewer, found: list[Found], today: date) -> list[dict[str, Any]]:
    """A missing register is one row, however many pupils are in it; else what is alike of one pupil is."""
    registers: dict[tuple[date, SchoolSession, tuple[int, str]], list[Found]] = {}
    alone: list[Found] = []
    for each in found:
        if each.fault is Fault.MISSING and each.group is not None:
            registers.setdefault((each.on, each.session, each.group), []).append(each)
        else:
            alone.append(each)
    rows = []
    for (on, session, group), members in registers.items():
        if len(members) == 1:
            alone += members
            continue
        rows.append(
            {
                "who": f"{group[1]}: {len(members)} pupils",
                "who_url": "",
                "when": _when([(on, session)], today),
                "because": _names(each.pupil.name for each in members),
                "url": reverse("registers:take", args=[group[0], on, session.value]),
                "act": "Open the register",
            }
        )
    alike: dict[tuple[int, str, tuple[int, str] | None], list[Found]] = {}
    for each in alone:
        alike.setdefault((each.pupil.id, each.because, each.group), []).append(each)
    return rows + [_row(viewer, members, today) for members in alike.values()]


def _row(viewer: Viewer, alike: list[Found], today: date) -> dict[str, Any]:
    first = alike[0]
    half_days = sorted(((each.on, each.session) for each in alike), key=lambda each: (each[0], each[1].value))
    group = f", {first.group[1]}" if first.group else ""
    url, act = _where_to(viewer, first, half_days)
    return {
        "who": f"{first.pupil.name}{group}",
        "who_url": reverse("registers:pupil", args=[first.pupil.id]),
        "when": _when(half_days, today),
        "because": first.because,
        "url": url,
        "act": act,
    }


def _where_to(viewer: Viewer, found: Found, half_days: list[HalfDay]) -> tuple[str, str]:
    """Where it is mended: one mark on its page, several in the grid, for those who may."""
    (first, session), (last, _) = half_days[0], half_days[-1]
    if len(half_days) == 1:
        return reverse("registers:mark", args=[found.pupil.id, first, session.value.lower()]), "Open the mark"
    if found.group is None or not viewer.may(Permission.REGISTER_AMEND):
        return f"{reverse('registers:pupil', args=[found.pupil.id])}?on={last}", "Open the pupil"
    is_one_week = first.isocalendar()[:2] == last.isocalendar()[:2]
    span = GridSpan.WEEK if is_one_week else GridSpan.HALF_TERM
    return grid_address(f"g{found.group[0]}", span.value, last), "Open the grid"


def _when(half_days: list[HalfDay], today: date) -> str:
    on, session = half_days[0]
    if len(half_days) == 1 and on.year != today.year:
        return f"{short_day_with_year(on)}, {session.words}"
    return span_words(half_days)


def _names(names: Iterable[str]) -> str:
    first, *rest = names
    if len(rest) > 3:
        return f"{first}, {rest[0]}, {rest[1]} and {len(rest) - 2} more"
    return ", ".join([first, *rest])
