"""The pages of what is owed: one person's list, and how each duty was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rollbook.apps.duties.presenters.words import row_of, source_words
from rollbook.apps.duties.queries.occasions import KeptOverTime
from rollbook.domain.duties import Duty, Owed, Standing, by_clause
from rollbook.domain.duty_table import DUTIES

SHOWN = 12
_HEADINGS = {
    Standing.OVERDUE: ("overdue", "Overdue"),
    Standing.TODAY: ("today", "Due today"),
    Standing.COMING: ("coming", "In the next seven days"),
}


@dataclass(frozen=True, slots=True)
class Batch:
    """What one duty asks on a list: the first rows, and those behind "more"."""

    duty: Duty
    source: str
    count: int
    rows: Sequence[dict[str, Any]]
    more: Sequence[dict[str, Any]]


def to_do_context(lists: dict[Standing, list[Owed]], now: datetime) -> dict[str, Any]:
    """The page of what one person has to do."""
    parts = [
        {
            "id": _HEADINGS[standing][0],
            "title": _HEADINGS[standing][1],
            "is_alarm": standing is Standing.OVERDUE,
            "count": len(found),
            "batches": _batches(found, now),
        }
        for standing, found in lists.items()
    ]
    return {"parts": parts, "count": sum(len(found) for found in lists.values())}


def _batches(found: Sequence[Owed], now: datetime) -> list[Batch]:
    by_duty: dict[str, list[Owed]] = {}
    for each in found:
        by_duty.setdefault(each.duty, []).append(each)
    batches = []
    for key, own in by_duty.items():
        rows = [row_of(each, now) for each in own]
        duty = DUTIES[key]
        # One row more is no longer than the words that would hide it.
        cut = SHOWN if len(rows) > SHOWN + 1 else len(rows)
        batches.append(Batch(duty, source_words(duty.citation), len(rows), rows[:cut], rows[cut:]))
    return batches


def kept_context(found: Sequence[KeptOverTime]) -> dict[str, Any]:
    """How each duty was kept, by the document that asks for it."""
    by_key = {each.duty: each for each in found}
    parts = [
        {"title": source, "rows": [_kept_row(duty, by_key[duty.key]) for duty in duties]}
        for source, duties in by_clause(list(DUTIES.values()))
    ]
    now = [each.now for each in found]
    return {
        "parts": parts,
        "due": sum(each.due for each in now),
        "in_time": sum(each.in_time for each in now),
        "late": sum(each.late for each in now),
        "overdue": sum(each.overdue for each in now),
        "waiting": sum(each.waiting for each in now),
    }


def _kept_row(duty: Duty, found: KeptOverTime) -> dict[str, Any]:
    return {
        "duty": duty,
        "source": duty.citation.provision,
        "kept": found.now,
        "before": found.before,
    }
