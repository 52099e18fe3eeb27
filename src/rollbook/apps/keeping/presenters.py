"""Back-ups and years of old entries in words."""

from dataclasses import dataclass
from datetime import date, timedelta

from rollbook.apps.keeping.models import Backup
from rollbook.apps.registers.queries.keeping import OldYear
from rollbook.domain.keeping import LONGEST_DAYS_BETWEEN_BACKUPS, may_be_purged_from
from rollbook.ui.words import local, plain_day

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class YearLine:
    """An academic year of entries on the page."""

    name: str
    first_day: date
    entries: str
    may_go: str
    count: int
    stays: list[str]


def year_line(year: OldYear) -> YearLine:
    """How many entries of a year there are, how many may go, and why the others stay."""
    stays = []
    if year.young_count:
        stays.append(f"{year.young_count:,} made or amended less than six years ago")
    for words, (pupils, entries) in year.kept_for.items():
        stays.append(f"{entries:,} of {_pupils(pupils)}: {words}")
    may_go = f"{year.count:,} of {_pupils(year.pupil_count)}" if year.count else "None"
    return YearLine(year.name, year.first_day, f"{year.entry_count:,}", may_go, year.count, stays)


def _pupils(count: int) -> str:
    return f"{count:,} {'pupil' if count == 1 else 'pupils'}"


@dataclass(frozen=True, slots=True)
class BackupState:
    """The last back-up, and when the next is due."""

    last: Backup | None
    due: str
    is_overdue: bool


def backup_state(last: Backup | None, today: date) -> BackupState:
    """When the next back-up is due: at once where there is none."""
    if last is None:
        return BackupState(None, "now", is_overdue=True)
    due = local(last.made_at).date() + timedelta(days=LONGEST_DAYS_BETWEEN_BACKUPS)
    is_overdue = due < today
    return BackupState(last, f"{'was due ' if is_overdue else ''}by {plain_day(due)}", is_overdue)


def size_words(size: int) -> str:
    """`8.1 MB`."""
    number, unit = float(size), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:,.0f} {_UNITS[unit]}" if unit == 0 or number >= 100 else f"{number:,.1f} {_UNITS[unit]}"


def earliest_words(on: date | None) -> str:
    """From when on something may go at the earliest, where the first entry was made on that day."""
    if on is None:
        return "There are no entries yet."
    may_go = plain_day(may_be_purged_from([on]))
    return f"The oldest entries are of {plain_day(on)} and may go from {may_go} at the earliest."
