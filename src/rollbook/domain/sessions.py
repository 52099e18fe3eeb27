"""The two halves of a school day and the three times that rule a register."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class SchoolSession(StrEnum):
    """Which half of the school day? The attendance register is taken once in each."""

    AM = "AM"
    PM = "PM"

    @property
    def words(self) -> str:
        """How a person names it: morning or afternoon."""
        return "morning" if self is SchoolSession.AM else "afternoon"


@dataclass(frozen=True, slots=True)
class RegisterTimes:
    """When does a register open and close, and when does its session end?

    Units: local wall-clock times of one school day.
    """

    opens_at: time
    closes_at: time
    session_ends_at: time

    @property
    def open_minutes(self) -> int:
        """For how many whole minutes is the register open?"""
        return seconds_between(self.opens_at, self.closes_at) // 60

    @property
    def session_minutes(self) -> int:
        """How many whole minutes are there from the opening of the register to the end of the session?"""
        return seconds_between(self.opens_at, self.session_ends_at) // 60


def seconds_between(earlier: time, later: time) -> int:
    """How many seconds is it from one time of the day to a later one? Negative if it is not later."""
    return _second_of_day(later) - _second_of_day(earlier)


def minutes_after(start: time, minutes: int) -> time:
    """What time is it so many minutes after the start? Never past midnight: the day's last moment instead."""
    second = _second_of_day(start) + minutes * 60
    if second >= 24 * 60 * 60:
        return time.max
    return time(second // 3600, second // 60 % 60, second % 60)


def words_for_time(at: time) -> str:
    """How is a time written in a sentence? "09:30", on the 24-hour clock."""
    return at.strftime("%H:%M")


def _second_of_day(at: time) -> int:
    return (at.hour * 60 + at.minute) * 60 + at.second
