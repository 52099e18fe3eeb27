"""What a school's calendar is made of: academic years, terms, days closed, and the times of each weekday."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.law import words_for_day
from rollbook.domain.sessions import RegisterTimes, SchoolSession

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class DayKind(StrEnum):
    """What kind of day is it for the school? Every day is of exactly one kind."""

    SCHOOL_DAY = "school_day"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    HALF_TERM = "half_term"
    BANK_HOLIDAY = "bank_holiday"
    INSET = "inset"
    PLANNED_CLOSURE = "planned_closure"
    OUTSIDE_YEAR = "outside_year"

    @property
    def words(self) -> str:
        """The kind as a calendar shows it."""
        return _KIND_WORDS[self]


_KIND_WORDS: Mapping[DayKind, str] = MappingProxyType(
    {
        DayKind.SCHOOL_DAY: "School day",
        DayKind.WEEKEND: "Weekend",
        DayKind.HOLIDAY: "Holiday",
        DayKind.HALF_TERM: "Half term",
        DayKind.BANK_HOLIDAY: "Bank holiday",
        DayKind.INSET: "INSET day",
        DayKind.PLANNED_CLOSURE: "Planned closure",
        DayKind.OUTSIDE_YEAR: "Outside the academic year",
    }
)


@dataclass(frozen=True, slots=True)
class DayTimes:
    """When are the registers of this weekday open, from this day on? `weekday` 0 is Monday.

    Earlier rows keep their meaning for earlier days, so a change in January leaves the autumn as it was.
    """

    weekday: int
    effective_from: date
    am: RegisterTimes
    pm: RegisterTimes

    def of(self, session: SchoolSession) -> RegisterTimes:
        """The times of one of the two sessions."""
        return self.am if session is SchoolSession.AM else self.pm

    @property
    def weekday_words(self) -> str:
        """The weekday's name."""
        return WEEKDAYS[self.weekday]


@dataclass(frozen=True, slots=True)
class TermDates:
    """From which day to which is a term, or half of one?"""

    name: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class AcademicYearDates:
    """From which day to which is an academic year, and what are its terms?"""

    name: str
    first_day: date
    last_day: date
    terms: tuple[TermDates, ...]


@dataclass(frozen=True, slots=True)
class ClosedSpan:
    """On which days is the school closed as planned, and why?

    The kind SCHOOL_DAY says the opposite: open although the days are a bank holiday or out of term.
    """

    kind: DayKind
    name: str
    first_day: date
    last_day: date


Dates = TermDates | AcademicYearDates | ClosedSpan
"""Anything with a name, a first day and a last day."""


def covers(dates: Dates, on: date) -> bool:
    """Is the day one of these days? Both ends count."""
    return dates.first_day <= on <= dates.last_day


def words_for_weekday(on: date) -> str:
    """How is a date with its weekday written in a sentence? "Friday 23 October 2026"."""
    return f"{WEEKDAYS[on.weekday()]} {words_for_day(on)}"
