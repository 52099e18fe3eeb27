"""Which absences are told to the local authority, from when, by when, and what does the return say?

Ten school days in a row without authorisation, and fifteen days of illness in the school year; only pupils of
compulsory school age. Source: regulation 13 of SI 2024/208 and the guidance, as domain.md 1.6 has them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from rollbook.domain.absences import Absence
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.illness import ill_days
from rollbook.domain.runs import (
    ILLNESS,
    ILLNESS_DAYS_DUE,
    ILLNESS_DAYS_REVIEW,
    UNAUTHORISED_DAYS_CHASE,
    UNAUTHORISED_DAYS_DUE,
    UNAUTHORISED_DAYS_PREPARE,
    DayMarks,
    Due,
    current_run,
    runs,
    unauthorised_day,
)

DAYS_TO_DECIDE = 5
_HALF_DAY = Fraction(1, 2)


class ReturnKind(StrEnum):
    """Which return is it?"""

    UNAUTHORISED = "unauthorised"
    ILLNESS = "illness"

    @property
    def words(self) -> str:
        """How it is headed."""
        return "Absence without authorisation" if self is ReturnKind.UNAUTHORISED else "Sickness"


@dataclass(frozen=True, slots=True)
class UnauthorisedRun:
    """School days in a row marked only G, N, O or U; `reached_on` is the tenth, None before it."""

    days: tuple[date, ...]
    is_current: bool
    due: Due

    @property
    def first_day(self) -> date:
        """The day with which it began."""
        return self.days[0]

    @property
    def last_day(self) -> date:
        """The last day of it so far."""
        return self.days[-1]

    @property
    def reached_on(self) -> date | None:
        """The tenth day, on which the return arises."""
        return self.days[UNAUTHORISED_DAYS_DUE - 1] if len(self.days) >= UNAUTHORISED_DAYS_DUE else None


@dataclass(frozen=True, slots=True)
class IllSpell:
    """A continuous illness by whose end so many days of the year were, or are expected to be, lost to illness.

    `reached_on` is the day on which it came to fifteen, by marks or by what was told; None before. Units: days.
    """

    first_day: date
    last_day: date
    is_current: bool
    so_far: Fraction
    expected: Fraction
    reached_on: date | None


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """A line of a return: what it is, what it says, and whether something the law asks for is missing."""

    words: str
    value: str
    is_missing: bool = False


def unauthorised_runs(days: Sequence[DayMarks]) -> list[UnauthorisedRun]:
    """Which runs are to be told, and which that still go on come near? Earliest first."""
    now = current_run(days, unauthorised_day).days if days else ()
    found = []
    for run in runs(days, unauthorised_day):
        is_current = run.days == now
        due = _due(len(run))
        if due is Due.RETURN or (is_current and due is not Due.NOTHING):
            found.append(UnauthorisedRun(run.days, is_current, due))
    return found


def unauthorised_due_on(reached_on: date, interval_days: int) -> date:
    """By which day is it told? Within the interval agreed with the authority, counted from the tenth day."""
    return reached_on + timedelta(days=interval_days)


def ill_spells(absences: Iterable[Absence], ahead: Sequence[date], told_on: date | None) -> list[IllSpell]:
    """Which illnesses of a school year brought it to the days of review or more?

    `absences` are the year's, `ahead` the school days still to come on which the pupil, ill now, is expected to be;
    `told_on` is when that was told.
    """
    found: list[IllSpell] = []
    so_far = Fraction(0)
    for absence in absences:
        days = ill_days(absence)
        if not days:
            continue
        reached_on = None
        for each in absence.sessions:
            so_far += _HALF_DAY * (each.code == ILLNESS)
            if reached_on is None and each.code == ILLNESS and so_far >= ILLNESS_DAYS_DUE:
                reached_on = each.on
        expected = so_far + (len(set(ahead) - set(days)) if absence.is_open else 0)
        if reached_on is None and expected >= ILLNESS_DAYS_DUE:
            reached_on = max(days[0], told_on or days[-1])
        if expected >= ILLNESS_DAYS_REVIEW:
            found.append(IllSpell(days[0], days[-1], absence.is_open, so_far, expected, reached_on))
    return found


def illness_due_on(reached_on: date, calendar: SchoolCalendar) -> date:
    """By which day does the head decide? Within five school days; a week where the calendar ends before."""
    return calendar.school_day_after(reached_on, DAYS_TO_DECIDE) or reached_on + timedelta(days=7)


def return_lines(full_name: str, address: str, cause: str, period: str) -> tuple[ReturnLine, ...]:
    """What a return says: full name and address, as the law asks; the cause where it is known; the days."""
    return (
        ReturnLine("Full name", full_name, is_missing=not full_name),
        ReturnLine("Address", address, is_missing=not address),
        ReturnLine("Cause", cause or "Not known"),
        ReturnLine("Days", period),
    )


def cause_of(codes: Iterable[str]) -> str:
    """What the register says of the cause, each code once with its meaning: "O, Other or unknown reason"."""
    return "; ".join(f"{code}, {BY_SYMBOL[code].title}" for code in dict.fromkeys(codes))


def days_words(count: Fraction) -> str:
    """ "8 days", "8½ days"."""
    whole, half = divmod(count, 1)
    number = f"{whole}½" if half else f"{whole}"
    return f"{number} day" if count == 1 else f"{number} days"


def _due(count: int) -> Due:
    if count >= UNAUTHORISED_DAYS_DUE:
        return Due.RETURN
    if count >= UNAUTHORISED_DAYS_CHASE:
        return Due.CHASE
    return Due.PREPARE if count >= UNAUTHORISED_DAYS_PREPARE else Due.NOTHING
