"""Which days does the DfE count to the autumn, the spring and the two halves of the summer term?

Its windows are not the school's terms: they follow the calendar year, Easter and the spring bank holiday.
Source: domain.md 4.1.9, from the DfE's methodology of the absence statistics.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.law import Citation, Finding, words_for_day
from rollbook.domain.spans import Span

METHOD = "Pupil absence in schools in England: methodology (DfE)"

_WINDOWS = Citation(METHOD, "census collection windows")
_AUGUST = 8
_ONE_DAY = timedelta(days=1)

# By royal proclamation, for the jubilees. In every other year since 1971 it is the last Monday in May.
MOVED_SPRING_BANK_HOLIDAYS: Mapping[int, date] = MappingProxyType(
    {2002: date(2002, 6, 4), 2012: date(2012, 6, 4), 2022: date(2022, 6, 2)}
)


class DfeTerm(StrEnum):
    """Which of the DfE's windows? The two halves of the summer term are collected apart."""

    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER_1 = "summer_1"
    SUMMER_2 = "summer_2"

    @property
    def words(self) -> str:
        """The window as a list of periods names it."""
        return _WORDS[self]


_WORDS: Mapping[DfeTerm, str] = MappingProxyType(
    {
        DfeTerm.AUTUMN: "DfE autumn term",
        DfeTerm.SPRING: "DfE spring term",
        DfeTerm.SUMMER_1: "DfE summer term, first half",
        DfeTerm.SUMMER_2: "DfE summer term, second half",
    }
)


@dataclass(frozen=True, slots=True)
class DfeYear:
    """Which days are the DfE's academic year that begins in this calendar year? 1 August to 31 July."""

    begins_in: int

    @property
    def name(self) -> str:
        """The year as it is written: 2025/26."""
        return f"{self.begins_in}/{(self.begins_in + 1) % 100:02}"

    @property
    def ages_are_on(self) -> date:
        """On which day do ages count for this year? The 31 August before its September."""
        return date(self.begins_in, 8, 31)

    @property
    def days(self) -> Span:
        """From which day to which is the year?"""
        return Span(date(self.begins_in, 8, 1), date(self.begins_in + 1, 7, 31))

    def window(self, term: DfeTerm) -> Span:
        """From which day to which does a term's collection count?

        The first half of the summer ends on the Sunday before the spring bank holiday, and the second begins the
        day after, so that every day of the year is in exactly one window.
        """
        easter = easter_sunday(self.begins_in + 1)
        summer_1_ends = _sunday_before(spring_bank_holiday(self.begins_in + 1))
        return {
            DfeTerm.AUTUMN: Span(self.days.first_day, date(self.begins_in, 12, 31)),
            DfeTerm.SPRING: Span(date(self.begins_in + 1, 1, 1), easter),
            DfeTerm.SUMMER_1: Span(easter + _ONE_DAY, summer_1_ends),
            DfeTerm.SUMMER_2: Span(summer_1_ends + _ONE_DAY, self.days.last_day),
        }[term]


def dfe_year_of(on: date) -> DfeYear:
    """In which of the DfE's academic years is the day?"""
    return DfeYear(on.year if on.month >= _AUGUST else on.year - 1)


def dfe_term_of(on: date) -> Finding[DfeTerm]:
    """In which of the DfE's windows is the day?"""
    year = dfe_year_of(on)
    term = next(term for term in DfeTerm if on in year.window(term))
    window = year.window(term)
    begins = words_for_day(window.first_day)
    because = f"{words_for_day(on)} is in the {term.words} of {year.name}, which begins on {begins}."
    return Finding(term, "dfe.term", because, {"on": on, "window": window}, _WINDOWS)


def easter_sunday(year: int) -> date:
    """On which day is Easter Sunday? The Gregorian rule, by the method of Meeus, Jones and Butcher."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30
    leaps, year_rest = divmod(of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - year_rest) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def spring_bank_holiday(year: int) -> date:
    """On which day is the spring bank holiday of England? The last Monday in May unless it was moved."""
    last_of_may = date(year, 5, 31)
    return MOVED_SPRING_BANK_HOLIDAYS.get(year, last_of_may - timedelta(days=last_of_may.weekday()))


def _sunday_before(day: date) -> date:
    return day - timedelta(days=day.weekday() + 1)
