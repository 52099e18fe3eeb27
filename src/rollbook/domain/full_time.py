"""Does a pupil get the full-time education they are entitled to? What was offered, of what full time would be.

Every pupil is to have it (POL 1). A pupil is looked at who is part-time by agreement (C2), suspended (E), not required
while under or over compulsory school age (X), taught at another place for some of the week (B, K), or unable to attend
again and again (Q, Y1 to Y7). Unlike attendance, this counts what was offered: a pupil who stayed away from a place at
school was offered it. Source: checklist P-1-3; domain.md 5.6 and 8.6.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rollbook.domain.codes import BY_SYMBOL, Category
from rollbook.domain.law import POLICY, Citation, Finding
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import WHOLE_WEEK, WeekGrid

CITATION = Citation(POLICY, "section 1")
REPEATED = 6
"""From so many sessions on, three school days' worth, being unable to attend is repeated. The product's own line."""


class Cause(StrEnum):
    """Why is the pupil looked at?"""

    PART_TIME = "part-time"
    SUSPENDED = "suspended"
    NOT_REQUIRED = "not-required"
    ELSEWHERE = "elsewhere"
    UNABLE = "unable"

    @property
    def words(self) -> str:
        """The cause as a list names it."""
        return _CAUSE_WORDS[self]

    @property
    def codes(self) -> frozenset[str]:
        """The codes of its sessions."""
        return _CAUSE_CODES[self]


_CAUSE_WORDS = {
    Cause.PART_TIME: "Part-time timetable",
    Cause.SUSPENDED: "Suspended or excluded",
    Cause.NOT_REQUIRED: "Not of compulsory school age",
    Cause.ELSEWHERE: "Taught at another place",
    Cause.UNABLE: "Unable to attend again and again",
}
_CAUSE_CODES = {
    Cause.PART_TIME: frozenset({"C2"}),
    Cause.SUSPENDED: frozenset({"E"}),
    Cause.NOT_REQUIRED: frozenset({"X"}),
    Cause.ELSEWHERE: frozenset({"B", "K"}),
    Cause.UNABLE: frozenset({"Q", "Y", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7"}),
}
WITHOUT: frozenset[str] = frozenset().union(*(cause.codes for cause in Cause if cause is not Cause.ELSEWHERE))
"""The codes of sessions in which no education was offered."""
AT_OTHER_SCHOOL = "D"

Half = tuple[date, SchoolSession, str | None]
"""A session of full time with its mark's symbol; None where nobody has marked it."""


@dataclass(frozen=True, slots=True)
class FullTime:
    """What became of the sessions that full time has. Units: sessions.

    Always attended + absent + elsewhere + without + unmarked = full: every session is one of these. `attended` and
    `absent` are those offered at school; `by_code` counts the others, elsewhere and without. `causes` is empty where
    there is nothing to look at; `first_day` and `last_day` are those of the sessions behind them.
    """

    full: int
    attended: int
    absent: int
    elsewhere: int
    without: int
    unmarked: int
    by_code: Mapping[str, int]
    causes: tuple[Cause, ...]
    first_day: date | None
    last_day: date | None

    @property
    def at_school(self) -> int:
        """How many sessions were offered at school?"""
        return self.attended + self.absent

    @property
    def offered_rate(self) -> Fraction | None:
        """What part of the marked sessions of full time was offered, here or elsewhere? None where none is marked."""
        marked = self.full - self.unmarked
        return Fraction(self.at_school + self.elsewhere, marked) if marked else None


def full_time(halves: Iterable[Half]) -> Finding[FullTime]:
    """What was a pupil offered of the sessions that full time has, and why is that looked at?

    Shape: every session of the school in the period on which the pupil was on the roll, once, in whatever order; a day
    of a planned closure (#) or before the start (Z) is no session. Errors: KeyError for a symbol that is no code.
    """
    sessions = [half for half in halves if not _is_none(half[2])]
    counts = Counter(symbol for _, _, symbol in sessions if symbol is not None)
    causes = tuple(cause for cause in Cause if _is_met(cause, counts))
    symbols = {symbol for cause in causes for symbol in cause.codes}
    days = sorted(day for day, _, symbol in sessions if symbol in symbols)
    where = Counter(dict.fromkeys(_Place, 0))
    for symbol, count in counts.items():
        where[_place(symbol)] += count
    found = FullTime(
        full=len(sessions),
        attended=where[_Place.ATTENDED],
        absent=where[_Place.ABSENT],
        elsewhere=where[_Place.ELSEWHERE],
        without=where[_Place.WITHOUT],
        unmarked=len(sessions) - counts.total(),
        by_code={symbol: counts[symbol] for symbol in sorted(counts) if _place(symbol) in _NOT_AT_SCHOOL},
        causes=causes,
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
    )
    facts = {"full": found.full, "offered": found.at_school + found.elsewhere, "without": found.without}
    return Finding(found, "full_time.offered", _because(found), facts, CITATION)


def agreed_share(attended: WeekGrid) -> Fraction:
    """What part of a full week does a part-time timetable give? Five mornings are half (domain.md 8.6)."""
    return Fraction(len(attended), len(WHOLE_WEEK))


class _Place(StrEnum):
    ATTENDED = "attended"
    ABSENT = "absent"
    ELSEWHERE = "elsewhere"
    WITHOUT = "without"


_NOT_AT_SCHOOL = {_Place.ELSEWHERE, _Place.WITHOUT}


def _place(symbol: str) -> _Place:
    category = BY_SYMBOL[symbol].category
    if symbol in WITHOUT:
        return _Place.WITHOUT
    if category is Category.APPROVED_ACTIVITY or symbol == AT_OTHER_SCHOOL:
        return _Place.ELSEWHERE
    return _Place.ATTENDED if category is Category.PRESENT else _Place.ABSENT


def _is_none(symbol: str | None) -> bool:
    return symbol is not None and BY_SYMBOL[symbol].category is Category.NOT_COLLECTED


def _is_met(cause: Cause, counts: Mapping[str, int]) -> bool:
    count = sum(counts.get(symbol, 0) for symbol in cause.codes)
    return count >= (REPEATED if cause is Cause.UNABLE else 1)


def _because(found: FullTime) -> str:
    parts = [f"{found.at_school} at school"]
    parts += [f"{found.elsewhere} elsewhere"] if found.elsewhere else []
    parts += [f"{found.without} without education"] if found.without else []
    parts += [f"{found.unmarked} not marked"] if found.unmarked else []
    return f"Of {found.full} sessions of full time: {', '.join(parts)}."
