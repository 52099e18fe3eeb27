"""Suspensions as their pages take them."""

from datetime import date
from typing import Any

from rollbook.apps.absence.actions.suspensions import SuspensionDraft
from rollbook.apps.absence.models import Suspension
from rollbook.apps.absence.presenters.words import days_words, standing_of
from rollbook.apps.absence.queries.suspensions import SuspensionRow
from rollbook.domain.suspension import Count, Reason
from rollbook.ui.words import short_day, short_day_with_year

_CODES = {
    "K": "education arranged by the local authority",
    "B": "activity approved by us",
    "D": "their other school",
}


def suspension_row(row: SuspensionRow, today: date) -> dict[str, Any]:
    """One suspension on the list, with its day and what is next."""
    suspension, count = row.suspension, row.count
    words, is_urgent = next_words(suspension, count)
    return {
        "suspension": suspension,
        "days": days_words(suspension.first_day, suspension.last_day, today),
        "length": school_days(count.own_total),
        "day": day_words(suspension, count, today),
        "standing": standing_of(suspension, today, "Withdrawn"),
        "next": words,
        "is_urgent": is_urgent,
    }


def school_days(count: int) -> str:
    """1 school day, 5 school days."""
    return "1 school day" if count == 1 else f"{count} school days"


def day_words(suspension: Suspension, count: Count, today: date) -> str:
    """Which day of how many it is; with those before it where suspensions follow one another."""
    if not suspension.first_day <= today <= suspension.last_day:
        return ""
    in_a_row = " in a row" if count.total > count.own_total else ""
    return f"Day {count.day} of {count.total}{in_a_row}"


def next_words(suspension: Suspension, count: Count) -> tuple[str, bool]:
    """What is next, and whether it presses."""
    if suspension.ended_at is not None:
        return "", False
    if count.is_overdue and count.provision_due is not None:
        return (
            f"The pupil must be taught elsewhere since {short_day(count.provision_due)}: arrange it now",
            True,
        )
    if count.is_due and count.provision_due is not None:
        return f"Provision must be in place by {short_day(count.provision_due)}, the 6th day", True
    if suspension.told_on is None:
        return "Tell the parents, and record when", True
    if count.has_provision and suspension.provision_from is not None:
        return f"Taught by {suspension.provider} from {short_day(suspension.provision_from)}", False
    if count.provision_due is not None and not count.has_provision:
        return f"Provision needed by {short_day(count.provision_due)}", False
    return "", False


def suspension_answers(found: Suspension | SuspensionDraft, today: date) -> list[tuple[str, str]]:
    """What a suspension says, for those who may record them."""
    half = "" if found.first_session == "AM" else ", from the afternoon"
    last_day = found.last_day or found.first_day
    told = ""
    if found.told_on is not None:
        told = f"{short_day_with_year(found.told_on)}: {found.told_how}"
    provision = ""
    if found.provision_from is not None:
        code = f"{found.provision_code}, {_CODES[found.provision_code]}"
        provision = f"{found.provider}, from {short_day(found.provision_from)} ({code})"
    pairs = [
        ("Reason", Reason(found.reason).words),
        ("Days", days_words(found.first_day, last_day, today) + half),
        ("Parents told", told or "Not yet"),
        ("Taught meanwhile by", provision or "Nobody yet"),
    ]
    return [(label, words) for label, words in pairs if words]
