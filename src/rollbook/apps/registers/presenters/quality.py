"""What is to be put right, as the page shows it: by kind, each with where to mend it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from rollbook.apps.registers.queries.quality import Found
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.quality import Fault
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.spans import Span
from rollbook.ui.words import short_day, short_day_with_year

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


def quality_context(found: list[Found], span: Span, today: date, only: Fault | None) -> dict[str, Any]:
    """The page's kinds with their rows; of one kind alone, all of them."""
    counts = Counter(each.fault for each in found)
    kinds = []
    for fault in Fault:
        if not counts[fault] or (only is not None and fault is not only):
            continue
        rows = _rows([each for each in found if each.fault is fault], fault, today)
        shown = SHOWN_ALONE if only else SHOWN_OF_A_KIND
        kinds.append(
            {
                "key": fault.value,
                "words": fault.words,
                "remedy": fault.remedy,
                "count": counts[fault],
                "rows": rows[:shown],
                "more_count": max(0, len(rows) - shown),
                "is_urgent": fault in (Fault.MISSING, Fault.N_TOO_OLD),
            }
        )
    return {"kinds": kinds, "total": sum(counts.values()), "only": only, "span": span}


def _rows(found: list[Found], fault: Fault, today: date) -> list[dict[str, Any]]:
    """A missing register is one row, however many pupils are in it; everything else is a row a mark."""
    if fault is not Fault.MISSING:
        return [_row(each, today) for each in found]
    registers: dict[tuple[date, SchoolSession, tuple[int, str] | None], list[Found]] = {}
    for each in found:
        registers.setdefault((each.on, each.session, each.group), []).append(each)
    rows: list[dict[str, Any]] = []
    for (on, session, group), members in registers.items():
        if group is not None and len(members) > 1:
            rows.append(
                {
                    "who": f"{group[1]}: {len(members)} pupils",
                    "who_url": "",
                    "when": _when(on, session, today),
                    "because": _names(each.pupil.name for each in members),
                    "url": reverse("registers:take", args=[group[0], on, session.value]),
                    "act": "Open the register",
                }
            )
        else:
            rows.extend(_row(each, today) for each in members)
    return rows


def _row(found: Found, today: date) -> dict[str, Any]:
    group = f", {found.group[1]}" if found.group else ""
    return {
        "who": f"{found.pupil.name}{group}",
        "who_url": reverse("registers:pupil", args=[found.pupil.id]),
        "when": _when(found.on, found.session, today),
        "because": found.because,
        "url": reverse("registers:mark", args=[found.pupil.id, found.on, found.session.value.lower()]),
        "act": "Open the mark",
    }


def _when(on: date, session: SchoolSession, today: date) -> str:
    day = short_day(on) if on.year == today.year else short_day_with_year(on)
    return f"{day}, {session.words}"


def _names(names: Iterable[str]) -> str:
    first, *rest = names
    if len(rest) > 3:
        return f"{first}, {rest[0]}, {rest[1]} and {len(rest) - 2} more"
    return ", ".join([first, *rest])
