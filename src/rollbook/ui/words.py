"""How days, times and people's names are written on every screen, in letters and in files."""

from datetime import date, datetime, time

from django.utils import timezone

from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.law import MONTHS


def local(moment: datetime) -> datetime:
    """The moment by the school's clock; a time without a zone is taken to be the school's already."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def _day_of(day: date) -> date:
    return local(day).date() if isinstance(day, datetime) else day


def short_day(day: date) -> str:
    """Tue 14 Oct."""
    day = _day_of(day)
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}"


def short_day_with_year(day: date) -> str:
    """Tue 14 Oct 2025."""
    return f"{short_day(day)} {_day_of(day).year}"


def long_day(day: date) -> str:
    """Tuesday 14 October 2025."""
    day = _day_of(day)
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def plain_day(day: date) -> str:
    """14 October 2025, where the day of the week says nothing: a date of birth."""
    day = _day_of(day)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def clock_time(at: datetime | time) -> str:
    """09:31."""
    return (local(at) if isinstance(at, datetime) else at).strftime("%H:%M")


def moment(at: datetime) -> str:
    """Tue 14 Oct 2025 at 09:31."""
    return f"{short_day_with_year(at)} at {clock_time(at)}"


def initials(name: str) -> str:
    """RO for Ruth Osei: the first letters of the first and the last word."""
    parts = name.split()
    if not parts:
        return ""
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()


def sentence_list(parts: list[str], last: str = "and") -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
