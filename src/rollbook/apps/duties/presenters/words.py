"""Occasions of duties in words: when they are due, how late they are, where they stand."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from rollbook.domain.duties import Owed, Standing
from rollbook.domain.law import POLICY, Citation
from rollbook.ui.words import clock_time, short_day, short_day_with_year

_END_OF_DAY = time(23, 59)
_LOOKS = {
    Standing.OVERDUE: ("Overdue", "alarm"),
    Standing.TODAY: ("Due today", "warn"),
    Standing.COMING: ("To come", "outline"),
    Standing.DONE: ("Done in time", "good"),
    Standing.DONE_LATE: ("Done late", "warn"),
    Standing.NOT_NEEDED: ("Not needed", "outline"),
}


def source_words(citation: Citation) -> str:
    """Where a duty comes from, short enough for a table: "Policy, section 4.5"."""
    if citation.source == POLICY:
        return f"Policy, {citation.provision}"
    return f"{citation.source.partition(' (')[0]}, {citation.provision}"


def moment_words(at: datetime, now: datetime, *, with_year: bool = False) -> str:
    """ "10:30" today, "Tue 14 Oct" where it is by the end of a day, else "Tue 14 Oct, 10:30"."""
    local = at.astimezone(now.tzinfo)
    day = short_day_with_year(local.date()) if with_year else short_day(local.date())
    if local.time() == time.min or local.time() >= _END_OF_DAY:
        return "today" if local.date() == now.date() and not with_year else day
    if local.date() == now.date() and not with_year:
        return clock_time(local.time())
    return f"{day}, {clock_time(local.time())}"


def late_words(due_at: datetime, now: datetime) -> str:
    """How long it has been overdue: "12 minutes", "3 hours", "2 days"."""
    late = now - due_at
    if late < timedelta(hours=1):
        return _counted_words(max(1, int(late.total_seconds() // 60)), "minute")
    days = (now.date() - due_at.astimezone(now.tzinfo).date()).days
    if not days:
        return _counted_words(int(late.total_seconds() // 3600), "hour")
    return _counted_words(days, "day")


def _counted_words(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def row_of(each: Owed, now: datetime) -> dict[str, Any]:
    """One occasion on a list."""
    standing = each.standing(now)
    words, look = _LOOKS[standing]
    return {
        "about": each.about,
        "what": each.what,
        "url": each.url,
        "due": moment_words(each.due_at, now),
        "due_with_year": moment_words(each.due_at, now, with_year=True),
        "late": late_words(each.due_at, now) if standing is Standing.OVERDUE else "",
        "done": moment_words(each.done_at, now, with_year=True) if each.done_at else "",
        "why_not": each.dropped_because if standing is Standing.NOT_NEEDED else "",
        "standing": words,
        "look": look,
    }


def counted(found: Iterable[Owed], now: datetime) -> list[tuple[Standing, str, int]]:
    """How many stand where, of those standings that occur, in their order."""
    counts = dict.fromkeys(Standing, 0)
    for each in found:
        counts[each.standing(now)] += 1
    return [(standing, _LOOKS[standing][0], count) for standing, count in counts.items() if count]
