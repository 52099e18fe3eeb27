"""Support in words: where it stands, its row on a list, its reviews."""

from datetime import date
from typing import Any

from rollbook.apps.support.models import Support
from rollbook.ui.words import short_day_with_year


def state_of(support: Support, today: date) -> tuple[str, str]:
    """Where it stands, in words and as a look."""
    if support.ended_at is not None:
        return "Ended", "outline"
    if support.review_on <= today:
        return "To review", "warn"
    return ("Begins later", "info") if support.first_day > today else ("Going on", "good")


def support_row(support: Support, today: date) -> dict[str, Any]:
    """One row of a list."""
    words, look = state_of(support, today)
    return {
        "support": support,
        "state": words,
        "look": look,
        "days": days_words(support, today),
        "outcome": support.get_outcome_display(),
    }


def days_words(support: Support, today: date) -> str:
    """From which day to which: "Mon 3 Nov 2025 to Fri 5 Dec 2025", "since Mon 3 Nov 2025", "from Mon 3 Nov 2025"."""
    first = short_day_with_year(support.first_day)
    if support.last_day is not None:
        return f"{first} to {short_day_with_year(support.last_day)}"
    return f"since {first}" if support.first_day <= today else f"from {first}"
