"""Part-time timetables as their pages take them."""

from datetime import date
from typing import Any

from rollbook.apps.absence.actions.timetables import TimetableDraft
from rollbook.apps.absence.models import PartTimeTimetable
from rollbook.apps.absence.presenters.words import Standing, days_words, standing_of
from rollbook.apps.absence.queries.timetables import TimetableRow
from rollbook.domain.part_time import TimetableState, warnings
from rollbook.domain.week_grid import WeekGrid
from rollbook.ui.words import short_day, short_day_with_year

_SOON_DAYS = 7


def timetable_standing(timetable: PartTimeTimetable, today: date) -> Standing:
    """Where a timetable stands on a day."""
    state = TimetableState(timetable.state)
    if state is TimetableState.DRAFT:
        return Standing("Not agreed yet", "warn", is_past=today > timetable.last_day)
    if state is TimetableState.AGREED:
        return standing_of(timetable, today)
    words = "Ended early" if state is TimetableState.ENDED_EARLY else "Withdrawn"
    return Standing(words, "", is_past=True)


def timetable_row(row: TimetableRow, today: date) -> dict[str, Any]:
    """One timetable on the list, with what is next for it."""
    timetable = row.timetable
    words, is_urgent = _next(row, today)
    return {
        "timetable": timetable,
        "grid": row.facts.attended.words,
        "days": days_words(timetable.first_day, timetable.last_day, today),
        "share": row.share,
        "is_long": row.facts.is_long,
        "standing": timetable_standing(timetable, today),
        "next": words,
        "is_urgent": is_urgent,
        "warnings": warnings(row.facts),
    }


def _next(row: TimetableRow, today: date) -> tuple[str, bool]:
    timetable, review = row.timetable, row.next_review
    state = TimetableState(timetable.state)
    if state is TimetableState.DRAFT:
        return "To be agreed by the head and a parent", timetable.first_day <= today
    if state is not TimetableState.AGREED or today > timetable.last_day:
        return "", False
    if review is not None and review.due_on <= today:
        return f"Review was due {short_day(review.due_on)}" if review.due_on < today else "Review today", True
    days = (timetable.last_day - today).days
    if days <= _SOON_DAYS:
        return f"Full-time after {short_day(timetable.last_day)}", False
    return (f"Review {short_day(review.due_on)}", False) if review else ("", False)


def draft_answers(draft: TimetableDraft, today: date) -> list[tuple[str, str]]:
    """What was typed, for the check."""
    pairs = [
        ("Best interests", draft.why),
        ("Behaviour", "Not used to manage behaviour"),
        ("At school", draft.half_days.words),
        ("Days", days_words(draft.first_day, draft.last_day, today)),
        ("Why longer than six weeks", draft.long_reason),
        ("Reviews", ", ".join(short_day(day) for day in draft.review_days)),
        ("Local authority told", _day(draft.la_told_on)),
        ("Social worker told", _day(draft.social_worker_told_on)),
    ]
    return [(label, words) for label, words in pairs if words]


def timetable_answers(timetable: PartTimeTimetable, today: date) -> list[tuple[str, str]]:
    """What a timetable says and who agreed it."""
    parent = ""
    if timetable.parent_agreed_on is not None:
        parent = f"{timetable.parent_name}, {short_day_with_year(timetable.parent_agreed_on)}: "
        parent += timetable.parent_agreed_how
    agreed = ""
    if timetable.agreed_at is not None:
        who = f"{timetable.agreed_by_name}, {timetable.agreed_by_position}"
        agreed = f"{who}, {short_day_with_year(timetable.agreed_at)}"
    pairs = [
        ("At school", WeekGrid(timetable.half_days).words),
        ("Days", days_words(timetable.first_day, timetable.last_day, today)),
        ("Best interests", timetable.why),
        ("Behaviour", "Not used to manage behaviour"),
        ("Why longer than six weeks", timetable.long_reason),
        ("Parent who agreed", parent),
        ("Agreed for the school", agreed),
        ("Local authority told", _day(timetable.la_told_on)),
        ("Social worker told", _day(timetable.social_worker_told_on)),
    ]
    return [(label, words) for label, words in pairs if words]


def _day(day: date | None) -> str:
    return short_day_with_year(day) if day else ""
