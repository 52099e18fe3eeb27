"""Which half-days of a week? Mornings and afternoons of Monday to Friday, as an agreement names them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.sessions import SchoolSession

HalfDay = tuple[int, SchoolSession]
"""A weekday, 0 for Monday, and one of its sessions."""

SCHOOL_WEEK = range(5)
_HALF_DAYS: tuple[HalfDay, ...] = tuple(
    (weekday, each) for weekday in SCHOOL_WEEK for each in (SchoolSession.AM, SchoolSession.PM)
)


@dataclass(frozen=True, slots=True)
class WeekGrid:
    """Half-days of a school week. Shape: `bits` has one bit each: 1 Monday morning, 2 Monday afternoon ... 512.

    Errors: ValueError for bits that are no half-day of Monday to Friday.
    """

    bits: int

    def __post_init__(self) -> None:
        if not 0 <= self.bits < 2 ** len(_HALF_DAYS):
            raise ValueError("A school week has ten half-days.")

    @classmethod
    def of(cls, half_days: Iterable[HalfDay]) -> "WeekGrid":
        """The grid with these half-days. Errors: ValueError for a weekend."""
        bits = 0
        for half_day in half_days:
            bits |= 1 << _HALF_DAYS.index(half_day)
        return cls(bits)

    def __contains__(self, half_day: object) -> bool:
        return half_day in _HALF_DAYS and bool(self.bits >> _HALF_DAYS.index(half_day) & 1)

    def __len__(self) -> int:
        return self.bits.bit_count()

    @property
    def half_days(self) -> tuple[HalfDay, ...]:
        """Its half-days in the order of the week."""
        return tuple(each for each in _HALF_DAYS if each in self)

    @property
    def rest(self) -> "WeekGrid":
        """All the other half-days of the week."""
        return WeekGrid(self.bits ^ WHOLE_WEEK.bits)

    def holds(self, on: date, school_session: SchoolSession) -> bool:
        """Is this session of this day one of them?"""
        return (on.weekday(), school_session) in self

    def patterns(self) -> list[tuple[str, int]]:
        """The fewest weekly patterns that make it up: "both", "AM" or "PM", each with its weekdays.

        Shape: weekdays one bit each, 1 for Monday. No half-day is in two patterns.
        """
        found = {"both": 0, "AM": 0, "PM": 0}
        for weekday in SCHOOL_WEEK:
            if name := self._pattern_of(weekday):
                found[name] |= 1 << weekday
        return [(name, weekdays) for name, weekdays in found.items() if weekdays]

    @property
    def words(self) -> str:
        """The half-days as one says them: "Mon and Tue; Wed mornings"."""
        ends = {"both": "", "AM": " mornings", "PM": " afternoons"}
        parts = [f"{weekday_words(weekdays)}{ends[name]}" for name, weekdays in self.patterns()]
        return "; ".join(parts) or "none"

    def _pattern_of(self, weekday: int) -> str:
        morning, afternoon = (weekday, SchoolSession.AM) in self, (weekday, SchoolSession.PM) in self
        if morning and afternoon:
            return "both"
        return "AM" if morning else "PM" if afternoon else ""


WHOLE_WEEK = WeekGrid(2 ** len(_HALF_DAYS) - 1)


def weekday_words(weekdays: int) -> str:
    """Which weekdays are these? "Mon to Fri", "Tue and Thu". Shape: one bit each, 1 for Monday."""
    days = [number for number in range(7) if weekdays >> number & 1]
    names = [WEEKDAYS[number][:3] for number in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[0]} to {names[-1]}"
    return _listed(names)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def sessions_on(on: date, weekdays: int, sessions: str) -> list[SchoolSession]:
    """Which sessions of a day does a weekly pattern hold? Shape: as `WeekGrid.patterns` gives it."""
    if not weekdays >> on.weekday() & 1:
        return []
    return [each for each in SchoolSession if sessions in ("both", each.value)]
