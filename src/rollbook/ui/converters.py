"""Dates and sessions in addresses: /registers/7/2026-11-20/am/."""

from datetime import date

from django.urls import register_converter

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
"""No school of ours has days outside these; with the calendar's own ends no day before or after can be reckoned."""


def day_from(text: str) -> date:
    """A day written as 2026-11-20. Errors: ValueError for one that does not exist or that no school has."""
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError("no school has this day")
    return day


class DateConverter:
    """A day as 2026-11-20."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """The day. Errors: ValueError (the address is then not found) for one that does not exist."""
        return day_from(value)

    def to_url(self, value: date) -> str:
        """The day as the address has it."""
        return value.isoformat()


class SessionConverter:
    """A session as am or pm."""

    regex = "am|pm"

    def to_python(self, value: str) -> str:
        """The session's value, AM or PM."""
        return value.upper()

    def to_url(self, value: str) -> str:
        """The session as the address has it."""
        return value.lower()


def register_converters() -> None:
    """Makes `date` and `session` known to `path()`. Safe to call from every urls.py."""
    from django.urls.converters import get_converters

    known = get_converters()
    for name, converter in (("day", DateConverter), ("session", SessionConverter)):
        if name not in known:
            register_converter(converter, name)
