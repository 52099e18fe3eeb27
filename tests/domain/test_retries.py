"""What did not work is tried again with growing pauses, and at last given up."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rollbook.domain.retries import MOST_TRIES, PAUSES, next_try

LONDON = ZoneInfo("Europe/London")
TEN = datetime(2026, 9, 14, 10, tzinfo=LONDON)


def test_after_1_5_and_30_minutes_then_2_and_8_hours() -> None:
    moments = [next_try(tries, TEN) for tries in range(1, 7)]

    assert moments == [
        TEN + timedelta(minutes=1),
        TEN + timedelta(minutes=5),
        TEN + timedelta(minutes=30),
        TEN + timedelta(hours=2),
        TEN + timedelta(hours=8),
        None,
    ]
    assert list(PAUSES) == sorted(PAUSES)
    assert MOST_TRIES == 6


def test_an_hour_is_an_hour_on_the_night_of_the_clocks() -> None:
    # Sunday 25 October 2026: at 02:00 summer time the clocks go back to 01:00.
    failed_at = datetime(2026, 10, 25, 0, 30, tzinfo=LONDON)

    assert next_try(4, failed_at) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_before_the_first_try_there_is_no_pause() -> None:
    with pytest.raises(ValueError, match="comes after a try"):
        next_try(0, TEN)
