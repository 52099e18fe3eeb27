"""The only module that asks the time. Rules, actions and queries are told it."""

import os
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")


def offset() -> timedelta:
    """How far this clock stands from the true time; other than zero only in the demonstration.

    Errors: ValueError if ROLLBOOK_CLOCK_OFFSET is not a whole number of seconds.
    """
    if os.environ.get("ROLLBOOK_DEMO") != "1":
        return timedelta()
    return timedelta(seconds=int(os.environ.get("ROLLBOOK_CLOCK_OFFSET") or 0))


def now() -> datetime:
    """The time by the school's clock, with its zone: Europe/London."""
    # Adding in UTC: London's wall clock shows one hour twice when the clocks go back.
    return (datetime.now(UTC) + offset()).astimezone(LONDON)


def today() -> date:
    """The day by the school's calendar; between midnight and one in summer it differs from UTC's."""
    return now().date()
