"""The one clock: London's time, moved only in the demonstration."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from rollbook import clock


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), date(2026, 7, 2)),  # midnight in British Summer Time
        (datetime(2026, 12, 1, 23, 59, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), date(2026, 3, 29)),  # the clocks go forward
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), date(2026, 10, 25)),  # the clocks go back
    ],
)
def test_the_day_is_londons(instant: datetime, day: date) -> None:
    with time_machine.travel(instant, tick=False):
        assert clock.today() == day
        # Never compare a repeated hour across zones: Python calls the two unequal.
        assert clock.now().astimezone(UTC) == instant
        assert clock.now().tzinfo == clock.LONDON


def test_only_the_demonstration_moves_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLBOOK_CLOCK_OFFSET", "-3600")
    with time_machine.travel(datetime(2026, 12, 1, 9, 0, tzinfo=UTC), tick=False):
        assert clock.now().hour == 9
        monkeypatch.setenv("ROLLBOOK_DEMO", "1")
        assert clock.now().hour == 8


def test_an_offset_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLBOOK_DEMO", "1")
    monkeypatch.setenv("ROLLBOOK_CLOCK_OFFSET", "tomorrow")
    with pytest.raises(ValueError, match="tomorrow"):
        clock.now()
