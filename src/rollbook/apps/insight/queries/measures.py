"""What can be measured: each figure's name, its definition in words, and what it is a share of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from rollbook.analytics.tallies import Counts, flags_of
from rollbook.apps.insight.queries.behind import Which
from rollbook.apps.insight.queries.ground import Ground
from rollbook.domain.code_types import AttendanceCode
from rollbook.domain.codes import CODES
from rollbook.domain.rates import PER_CENT

MINUTES = "minutes"


class Of(StrEnum):
    """What is a measure a share of?"""

    SESSIONS = "possible sessions"
    MARKS = "marks"
    PUPILS = "pupils"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure, always a part of a whole; both are counted for each pupil and then added up, never averaged.

    `unit` is what a pupil's share is counted in where it is no percentage: minutes, sessions.
    `published` is its name in the DfE's figures ("" where there is none). `more_is_better` None: neither.
    `is_by_period`: it depends on the length of the period, so it compares only with one as long.
    """

    name: str
    words: str
    definition: str
    of: Of
    part_of: Callable[[Ground], Counts]
    which: Which
    code: str = ""
    published: str = ""
    more_is_better: bool | None = False
    unit: str = PER_CENT

    @property
    def is_share(self) -> bool:
        """Whether it is a percentage, at most the whole."""
        return self.unit == PER_CENT

    @property
    def is_by_period(self) -> bool:
        """Whether it would be another figure over a longer period of the same absence."""
        return self.of is Of.PUPILS

    @property
    def places(self) -> int:
        """To how many decimal places of a percentage it is shown: single codes are small."""
        return 2 if self.code else 1

    def whole_of(self, found: Ground) -> Counts:
        """Of what it is a part, for each pupil."""
        if self.of is Of.PUPILS:
            return (found.by_pupil.possible > 0).astype(np.int64)
        if self.of is Of.MARKS:
            return np.asarray(np.count_nonzero(found.marks, axis=1), dtype=np.int64)
        return found.by_pupil.possible


@dataclass(frozen=True, slots=True)
class Counted:
    """A part and its whole, added up over `pupils` who have any of the whole."""

    part: int
    whole: int
    pupils: int

    @property
    def value(self) -> Fraction | None:
        """The share; None of nothing."""
        return Fraction(self.part, self.whole) if self.whole else None


def counted(parts: Counts, wholes: Counts, rows: list[int] | None = None) -> Counted:
    """What these rows, or all of them, come to together."""
    chosen = slice(None) if rows is None else np.asarray(rows, dtype=np.intp)
    some = wholes[chosen]
    return Counted(int(parts[chosen].sum()), int(some.sum()), int(np.count_nonzero(some)))


def _minutes(found: Ground) -> Counts:
    return found.minutes_lost


def _marked(*symbols: str) -> Callable[[Ground], Counts]:
    flags = flags_of(symbols)
    return lambda found: np.asarray(np.count_nonzero(flags[found.marks], axis=1), dtype=np.int64)


def _persistent(found: Ground) -> Counts:
    return found.persistent.astype(np.int64)


def _severe(found: Ground) -> Counts:
    return found.severe.astype(np.int64)


_FIRST = (
    Measure(
        "attendance",
        "Attendance",
        "Sessions attended, here or at an approved activity elsewhere, as a share of the possible sessions.",
        Of.SESSIONS,
        lambda found: found.by_pupil.attended,
        Which.ALL,
        published="attendance",
        more_is_better=True,
    ),
    Measure(
        "absence",
        "Overall absence",
        "Sessions missed, authorised or not, as a share of the possible sessions. With attendance it makes 100%.",
        Of.SESSIONS,
        lambda found: found.by_pupil.absent,
        Which.ABSENT,
        published="absence",
    ),
    Measure(
        "authorised",
        "Authorised absence",
        "Sessions missed with the school's leave or for a reason it accepts, as a share of the possible sessions.",
        Of.SESSIONS,
        lambda found: found.by_pupil.authorised,
        Which.AUTHORISED,
        published="authorised",
    ),
    Measure(
        "unauthorised",
        "Unauthorised absence",
        "Sessions marked G, N, O or U, as a share of the possible sessions.",
        Of.SESSIONS,
        lambda found: found.by_pupil.unauthorised,
        Which.UNAUTHORISED,
        published="unauthorised",
    ),
    Measure(
        "illness",
        "Illness",
        "Sessions marked I, as a share of the possible sessions. Medical appointments (M) are not among them.",
        Of.SESSIONS,
        _marked("I"),
        Which.CODE,
        code="I",
        published="I",
    ),
    Measure(
        "late",
        "Late",
        "Sessions marked L or U, late before or after the register closed, as a share of the possible sessions.",
        Of.SESSIONS,
        lambda found: found.by_pupil.late,
        Which.LATE,
        published="late",
    ),
    Measure(
        "persistent",
        "Persistent absence",
        "Pupils who missed 10% or more of their own possible sessions, as a share of the pupils with any.",
        Of.PUPILS,
        _persistent,
        Which.PERSISTENT,
        published="persistent",
    ),
    Measure(
        "severe",
        "Severe absence",
        "Pupils who missed half or more of their own possible sessions, as a share of the pupils with any.",
        Of.PUPILS,
        _severe,
        Which.SEVERE,
        published="severe",
    ),
    Measure(
        MINUTES,
        "Time lost by lateness",
        "Minutes of the sessions marked L or U, from the opening of the register, divided by the pupils with any "
        "possible session. Late sessions without minutes add none. A longer period has more.",
        Of.PUPILS,
        _minutes,
        Which.LATE,
        unit="min",
    ),
    Measure(
        "lost",
        "Time lost by absence",
        "Sessions missed, authorised or not, divided by the pupils with any possible session. A longer period has "
        "more.",
        Of.PUPILS,
        lambda found: found.by_pupil.absent,
        Which.ABSENT,
        unit="sessions",
    ),
)


def _of_code(code: AttendanceCode) -> Measure:
    what = "possible sessions" if code.is_possible else "marks"
    return Measure(
        f"code-{code.symbol}",
        f"Code {code.symbol}: {code.title}",
        f"Sessions marked {code.symbol}, as a share of the {what}. They count as: {code.category.words}.",
        Of.SESSIONS if code.is_possible else Of.MARKS,
        _marked(code.symbol),
        Which.CODE,
        code=code.symbol,
        published=code.symbol if code.is_possible else "",
        more_is_better=False if code.is_absence else None,
    )


CODE_MEASURES: tuple[Measure, ...] = tuple(
    _of_code(code) for code in CODES if code.is_entered_by_hand or code.in_force.last_day is not None
)
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {measure.name: measure for measure in (*_FIRST, *CODE_MEASURES)}
)
MAIN_MEASURES: tuple[Measure, ...] = _FIRST
