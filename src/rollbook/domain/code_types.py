"""What an attendance code is: its category, who may set it, what it needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.law import Citation
from rollbook.domain.spans import Span


class Category(StrEnum):
    """What do the statistics make of a session with this code? Every code is in exactly one category."""

    PRESENT = "present"
    APPROVED_ACTIVITY = "approved_activity"
    AUTHORISED = "authorised"
    UNAUTHORISED = "unauthorised"
    NOT_POSSIBLE = "not_possible"
    NOT_COLLECTED = "not_collected"

    @property
    def words(self) -> str:
        """The category in words a receptionist reads."""
        return _CATEGORY_WORDS[self]


_CATEGORY_WORDS: Mapping[Category, str] = MappingProxyType(
    {
        Category.PRESENT: "present",
        Category.APPROVED_ACTIVITY: "at an approved activity elsewhere",
        Category.AUTHORISED: "authorised absence",
        Category.UNAUTHORISED: "unauthorised absence",
        Category.NOT_POSSIBLE: "not counted as a possible session",
        Category.NOT_COLLECTED: "administrative, not counted",
    }
)


class Setter(StrEnum):
    """Whose hand may set a code? CALENDAR is nobody's: it comes from the school calendar or the roll."""

    TEACHER = "teacher"
    OFFICE = "office"
    ATTENDANCE = "attendance"
    HEAD = "head"
    CALENDAR = "calendar"

    @property
    def words(self) -> str:
        """Who that is, as one would say it to a colleague."""
        return words_for_setters([self])


_SETTERS_NAMED: Mapping[Setter, tuple[str, ...]] = MappingProxyType(
    {
        Setter.TEACHER: ("class teacher",),
        Setter.OFFICE: ("school office",),
        Setter.ATTENDANCE: ("attendance officer", "pastoral lead"),
        Setter.HEAD: ("head teacher",),
        Setter.CALENDAR: ("school calendar",),
    }
)


def words_for_setters(setters: Iterable[Setter]) -> str:
    """Who are these, in a sentence? "the attendance officer, pastoral lead or head teacher"."""
    *others, last = (
        name for setter in sorted(setters, key=list(Setter).index) for name in _SETTERS_NAMED[setter]
    )
    return f"the {', '.join(others)} or {last}" if others else f"the {last}"


class Needs(StrEnum):
    """What must be recorded with the code?"""

    MINUTES = "minutes"
    NATURE_OF_ACTIVITY = "nature_of_activity"
    NATURE_OF_CIRCUMSTANCES = "nature_of_circumstances"

    @property
    def words(self) -> str:
        """What to give, as a sentence names it."""
        return _NEEDS_WORDS[self]


_NEEDS_WORDS: Mapping[Needs, str] = MappingProxyType(
    {
        Needs.MINUTES: "the minutes late",
        Needs.NATURE_OF_ACTIVITY: "the nature of the activity",
        Needs.NATURE_OF_CIRCUMSTANCES: "the nature of the circumstances",
    }
)

_ATTENDED = frozenset({Category.PRESENT, Category.APPROVED_ACTIVITY})
_ABSENT = frozenset({Category.AUTHORISED, Category.UNAUTHORISED})
_PRESENT_MARKS = frozenset({"/", "\\"})
_LATE_MARKS = frozenset({"L", "U"})
# Named one by one, not "all unauthorised codes": the penalty-notice framework names them so itself.
_THRESHOLD_CODES = frozenset({"G", "N", "O", "U"})


@dataclass(frozen=True, slots=True)
class AttendanceCode:
    """What does one national attendance code mean, and what are its rules?

    `is_on_site` says where the pupil is once the mark is made (U from the moment of arrival).
    `byte` is its number in packed registers: given once, never used again for another code.
    """

    symbol: str
    title: str
    meaning: str
    category: Category
    is_on_site: bool
    set_by: frozenset[Setter]
    needs: frozenset[Needs]
    in_force: Span
    citation: Citation
    byte: int
    nature_example: str = ""

    @property
    def is_possible(self) -> bool:
        """Does the session count among the possible sessions?"""
        return self.is_attended or self.is_absence

    @property
    def is_attended(self) -> bool:
        """Does the session count as attended, here or at an approved activity?"""
        return self.category in _ATTENDED

    @property
    def is_absence(self) -> bool:
        """Does the session count as absence, authorised or not?"""
        return self.category in _ABSENT

    @property
    def is_late(self) -> bool:
        """Does the session count among the late sessions? Late is L and U together."""
        return self.symbol in _LATE_MARKS

    @property
    def counts_to_threshold(self) -> bool:
        """Does the session count towards the national threshold for considering a penalty notice?"""
        return self.symbol in _THRESHOLD_CODES

    @property
    def is_present_mark(self) -> bool:
        """Is this one of the two marks for a pupil who was there when the register was taken?"""
        return self.symbol in _PRESENT_MARKS

    @property
    def is_entered_by_hand(self) -> bool:
        """May anybody at all enter this code on a register?"""
        return bool(self.set_by - {Setter.CALENDAR})
