"""How a rule says where it comes from, from when to when it holds, and why it answered as it did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

REGULATIONS_2024 = "School Attendance (Pupil Registration) (England) Regulations 2024 (SI 2024/208)"
REGULATIONS_2006 = "Education (Pupil Registration) (England) Regulations 2006 (SI 2006/1751)"
EDUCATION_ACT_1996 = "Education Act 1996"
GUIDANCE = "Working together to improve school attendance (DfE)"
POLICY = "The school's attendance policy"
REGULATION_10_URL = "https://www.legislation.gov.uk/uksi/2024/208/regulation/10/made"


class Confirmation(StrEnum):
    """How sure are we of the wording: read in the source, read second-hand, or remembered?"""

    CONFIRMED = "confirmed"
    SECONDARY = "secondary"
    FROM_MEMORY = "from memory"

    @property
    def words(self) -> str:
        """The level as a reader meets it beside a citation."""
        return {
            Confirmation.CONFIRMED: "read in the source",
            Confirmation.SECONDARY: "read in a restatement, not in the source itself",
            Confirmation.FROM_MEMORY: "not yet checked against a source",
        }[self]


@dataclass(frozen=True, slots=True)
class Citation:
    """Where does this rule come from, and has a person read it there?"""

    source: str
    provision: str
    confirmation: Confirmation = Confirmation.CONFIRMED
    url: str = ""

    def __str__(self) -> str:
        return f"{self.source}, {self.provision}"


class NotInForce(LookupError):
    """No value of a dated rule was in force on the day asked about."""


@dataclass(frozen=True, slots=True)
class Dated(Generic[T_co]):
    """What did the law say from this day to that day? `last_day` None means until further notice."""

    value: T_co
    first_day: date
    last_day: date | None
    citation: Citation

    def is_in_force(self, on: date) -> bool:
        """Was this value the law on that day? Both ends count."""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)


class DatedValues(Generic[T]):
    """One rule through time: the values that succeeded one another.

    Errors: ValueError when two values claim the same day.
    """

    __slots__ = ("_values",)

    def __init__(self, *values: Dated[T]) -> None:
        ordered = tuple(sorted(values, key=lambda dated: dated.first_day))
        for earlier, later in pairwise(ordered):
            if earlier.is_in_force(later.first_day):
                raise ValueError(f"Two values are both in force on {words_for_day(later.first_day)}.")
        self._values = ordered

    def __iter__(self) -> Iterator[Dated[T]]:
        return iter(self._values)

    def on(self, day: date) -> Dated[T]:
        """Which value was in force on the day the facts happened?

        Errors: NotInForce when none was.
        """
        for dated in self._values:
            if dated.is_in_force(day):
                return dated
        raise NotInForce(f"No value of this rule was in force on {words_for_day(day)}.")


@dataclass(frozen=True, slots=True)
class Finding(Generic[T_co]):
    """What was decided, by which rule, and why, in one plain sentence with the facts behind it."""

    answer: T_co
    rule: str
    because: str
    facts: Mapping[str, object]
    citation: Citation


def words_for_day(day: date) -> str:
    """How is a date written in a sentence? "18 August 2024", the same in every locale."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


# Written out, not taken from the locale: a register reads the same whatever the server is set to.
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
