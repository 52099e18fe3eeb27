"""Dates and sessions in addresses: /registers/7/2026-11-20/am/."""

from datetime import date

from django.urls import register_converter


class DateConverter:
    """A day as 2026-11-20."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """The day. Errors: ValueError (the address is then not found) for one that does not exist."""
        return date.fromisoformat(value)

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
