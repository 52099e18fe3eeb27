"""Registrations at two schools as their pages take them."""

from datetime import date
from typing import Any

from rollbook.apps.absence.actions.dual import DualDraft
from rollbook.apps.absence.models import DualRegistration
from rollbook.apps.absence.presenters.words import days_words, standing_of
from rollbook.domain.week_grid import WeekGrid


def dual_row(dual: DualRegistration, today: date) -> dict[str, Any]:
    """One registration on the list."""
    return {
        "dual": dual,
        "grid": WeekGrid(dual.half_days).words,
        "days": days_words(dual.first_day, dual.last_day, today),
        "standing": standing_of(dual, today, "Ended"),
    }


def dual_answers(dual: DualRegistration | DualDraft, today: date) -> list[tuple[str, str]]:
    """What a registration says, for a summary."""
    grid = dual.half_days if isinstance(dual.half_days, WeekGrid) else WeekGrid(dual.half_days)
    pairs = [
        ("Other school", dual.other_school),
        ("Telephone", dual.telephone),
        ("We speak to", dual.contact),
        ("How absence is told", dual.told_how),
        ("Days", days_words(dual.first_day, dual.last_day, today)),
        ("Half-days there", grid.words),
    ]
    return [(label, words) for label, words in pairs if words]
