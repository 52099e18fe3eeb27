"""When is something that did not work tried again?"""

from datetime import UTC, datetime, timedelta

PAUSES: tuple[timedelta, ...] = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
MOST_TRIES = len(PAUSES) + 1


def next_try(tries: int, failed_at: datetime) -> datetime | None:
    """When does the next try come after the `tries`-th, which failed at this moment? None where there is none any more.

    Units: a moment in UTC; an hour is an hour on the night of the clocks too. Errors: ValueError where nothing was
    tried yet.
    """
    if tries < 1:
        raise ValueError("A pause comes after a try.")
    return failed_at.astimezone(UTC) + PAUSES[tries - 1] if tries <= len(PAUSES) else None
