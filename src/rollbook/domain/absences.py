"""Which absences does a pupil's register show: from when to when, and is the reason known?

An absence is what a parent, a caller and a teacher mean by one: it begins with a session missed and ends when the pupil
is seen again, over a weekend, a holiday or an afternoon agreed off. Calls, evidence and the return to school go by it.
Source: sections 4.2, 4.5, 7.3 and 8.4 of the school's policy; regulation 10 of SI 2024/208.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.sessions import SchoolSession

NOT_ESTABLISHED = "N"
ILLNESS = "I"
# Agreed beforehand and coming back each week: a pupil on it is not missing.
_AGREED_AWAY = "C2"


@dataclass(frozen=True, slots=True, order=True)
class Missed:
    """One session that was missed: when, and with which code."""

    on: date
    session: SchoolSession
    code: str


@dataclass(frozen=True, slots=True)
class Absence:
    """Sessions missed without being seen in between, earliest first; `is_open` until the pupil is seen again."""

    sessions: tuple[Missed, ...]
    is_open: bool

    @property
    def first(self) -> Missed:
        """The session with which it began."""
        return self.sessions[0]

    @property
    def last(self) -> Missed:
        """The last session missed so far."""
        return self.sessions[-1]

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which something was missed, in order."""
        return tuple(dict.fromkeys(each.on for each in self.sessions))

    @property
    def unexplained(self) -> tuple[Missed, ...]:
        """The sessions whose reason is not known (N)."""
        return tuple(each for each in self.sessions if each.code == NOT_ESTABLISHED)

    @property
    def ill(self) -> tuple[Missed, ...]:
        """The sessions missed through illness (I)."""
        return tuple(each for each in self.sessions if each.code == ILLNESS)

    @property
    def codes(self) -> tuple[str, ...]:
        """Each code there is, in the order in which it first came."""
        return tuple(dict.fromkeys(each.code for each in self.sessions))


def absences(marks: Iterable[tuple[date, SchoolSession, str]]) -> list[Absence]:
    """Which absences do these marks show, earliest first?

    Shape: one mark a session, in any order; a session without a mark is left out and neither begins nor ends anything.
    Seen, here or at an approved activity, or arriving after the register closed (U), ends an absence. A session that
    wasn't a possible one, or was agreed off on a part-time timetable, does neither.
    """
    found: list[Absence] = []
    missed: list[Missed] = []
    for on, session, symbol in sorted(marks, key=lambda mark: (mark[0], mark[1] is SchoolSession.PM)):
        if is_seen(symbol):
            if missed:
                found.append(Absence(tuple(missed), is_open=False))
            missed = []
        elif is_missed(symbol):
            missed.append(Missed(on, session, symbol))
    return [*found, Absence(tuple(missed), is_open=True)] if missed else found


def is_seen(symbol: str) -> bool:
    """Does this mark say that the pupil was seen, here or at an approved activity, so that an absence is over?"""
    code = BY_SYMBOL[symbol]
    return code.is_attended or (code.is_absence and code.is_on_site)


def is_missed(symbol: str) -> bool:
    """Does this mark say that a session was missed? One agreed off on a part-time timetable was not."""
    return BY_SYMBOL[symbol].is_absence and not is_seen(symbol) and symbol != _AGREED_AWAY
