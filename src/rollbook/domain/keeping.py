"""How long entries of the registers and their back-ups are kept (SI 2024/208 regs 5 and 7)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from rollbook.domain.law import REGULATIONS_2024, Citation, Confirmation

KEPT_YEARS: Final = 6
"""The floor: no policy may keep entries or back-ups for less."""
LONGEST_DAYS_BETWEEN_BACKUPS: Final = 31

ENTRIES_ARE_KEPT: Final = Citation(REGULATIONS_2024, "regulation 7", Confirmation.SECONDARY)
BACKUPS_ARE_MADE: Final = Citation(REGULATIONS_2024, "regulations 5 and 7", Confirmation.SECONDARY)


def years_after(day: date, years: int = KEPT_YEARS) -> date:
    """Which day is so many years after? For 29 February in a year without one it is 1 March, never a day too early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def may_be_purged_from(made_on: Iterable[date]) -> date:
    """From which day on need the history of one mark no longer be kept?

    `made_on` are the days on which the original entry and each amendment were made. The history stays together: it
    goes six years after its newest entry. Errors: ValueError for a history without an entry.
    Source: SI 2024/208 reg 7.
    """
    days = tuple(made_on)
    if not days:
        raise ValueError("A mark has at least its original entry.")
    return years_after(max(days))


def newest_day_to_purge(today: date) -> date:
    """Which is the last day on which a history's newest entry may have been made, that it may be purged today?

    Units: for every day, `may_be_purged_from([day]) <= today` says the same as `day <= newest_day_to_purge(today)`.
    """
    try:
        return today.replace(year=today.year - KEPT_YEARS)
    except ValueError:  # 29 February: what was made on the 28th is six years old
        return date(today.year - KEPT_YEARS, 2, 28)


def backup_kept_until(made_on: date, school_year_end: date) -> date:
    """Until which day, itself included, is a back-up kept: six years after the end of the school year it relates to.

    Errors: ValueError where that school year ended before the back-up was made. Source: SI 2024/208 regs 5 and 7.
    """
    if school_year_end < made_on:
        raise ValueError("A back-up relates to the school year in which it was made.")
    return years_after(school_year_end)


def is_backup_overdue(last: date | None, today: date) -> bool:
    """Is a back-up missing: was none made, or the last one more than 31 days ago? Source: SI 2024/208 regs 5 and 7."""
    return last is None or today - last > timedelta(days=LONGEST_DAYS_BETWEEN_BACKUPS)
