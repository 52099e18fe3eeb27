"""The words and colours by which marks, states and moments are shown everywhere."""

from datetime import date, datetime, time


from rollbook.apps.registers.models import Entry
from rollbook.clock import LONDON
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.marks import RegisterState




def kind_of(symbol: str) -> str:
    """The colour family of a mark: present, late, noreason, other, or missing. A letter always stands beside it."""
    if not symbol:
        return "missing"
    if symbol in ("/", "\\"):
        return "present"
    if symbol in ("L", "U"):
        return "late" if symbol == "L" else "noreason"
    if symbol in ("N", "O", "G"):
        return "noreason"
    if symbol == "#":
        return "closed"
    return "other"


def words_of(symbol: str) -> str:
    """A mark in words: "present", "late", "no reason yet"; "not marked" for none."""
    if not symbol:
        return "Not marked"
    return BY_SYMBOL[symbol].title


def day_words(on: date) -> str:
    """A day as lists show it: "Tue 14 Oct"."""
    return f"{on:%a} {on.day} {on:%b}"


def long_day(on: date) -> str:
    """A day as titles show it: "Tuesday 14 October 2025"."""
    return f"{on:%A} {on.day} {on:%B} {on.year}"


def time_words(moment: datetime | time) -> str:
    """A time of day by the school's clock: "09:31"."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(LONDON)
    return f"{moment:%H:%M}"


def moment_words(moment: datetime, today: date) -> str:
    """A moment as short as it can be said on a day: "09:31" today, else "Tue 14 Oct, 09:31"."""
    local = moment.astimezone(LONDON)
    if local.date() == today:
        return time_words(local)
    year = f" {local.year}" if local.year != today.year else ""
    return f"{day_words(local.date())}{year}, {time_words(local)}"


def mark_words(entry: Entry) -> str:
    """An entry in words with what was recorded with it: "L Late, 12 minutes"."""
    parts = [f"{entry.code} {words_of(entry.code)}"]
    if entry.minutes_late:
        parts.append(f"{entry.minutes_late} minute{'' if entry.minutes_late == 1 else 's'}")
    return ", ".join(parts)


STATE_WORDS = {
    RegisterState.NOT_OPEN: "Not open yet",
    RegisterState.OPEN: "Open",
    RegisterState.PART: "Part marked",
    RegisterState.LATE: "Late",
    RegisterState.CLOSED: "Closed, marks missing",
    RegisterState.SUBMITTED: "Submitted",
}
