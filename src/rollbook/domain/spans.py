"""Whole days from a first to a last, both included."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rollbook.domain.law import words_for_day


@dataclass(frozen=True, slots=True)
class Span:
    """Which days does this cover? `last_day` None means with no end yet.

    Errors: ValueError when the last day is before the first.
    """

    first_day: date
    last_day: date | None = None

    def __post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError(
                f"The last day, {words_for_day(self.last_day)}, is before the first day, "
                f"{words_for_day(self.first_day)}. Give a last day on or after the first."
            )

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def overlaps(self, other: "Span") -> bool:
        """Is there any day that both cover?"""
        starts_in_time = other.last_day is None or self.first_day <= other.last_day
        return starts_in_time and (self.last_day is None or other.first_day <= self.last_day)

    def days(self) -> Iterator[date]:
        """Each day in turn; without end where the span has no last day."""
        day = self.first_day
        while day in self:
            yield day
            day += timedelta(days=1)

    def __len__(self) -> int:
        if self.last_day is None:
            raise ValueError("This span has no last day yet, so its days can't be counted.")
        return (self.last_day - self.first_day).days + 1

    def __bool__(self) -> bool:
        # A span always holds at least one day; without this `if span` would ask an open one for its length.
        return True
