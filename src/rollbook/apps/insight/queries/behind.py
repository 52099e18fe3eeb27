"""The pupils behind a figure: who they are, what their sessions came to, and where their marks are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.apps.insight.queries.ground import Ground, Measures, ground
from rollbook.apps.insight.queries.narrowing import narrowed
from rollbook.apps.roll.queries.cohort import Member
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.periods import Period
from rollbook.domain.rates import Totals, attendance_rate


class Which(StrEnum):
    """Which pupils of the period?"""

    ALL = "all"
    PERSISTENT = "persistent"
    SEVERE = "severe"
    UNAUTHORISED = "unauthorised"
    AUTHORISED = "authorised"
    LATE = "late"
    ABSENT = "absent"
    CODE = "code"

    @property
    def words(self) -> str:
        """The choice in words."""
        return _WORDS[self]


_WORDS = {
    Which.ALL: "All pupils",
    Which.PERSISTENT: "Persistently absent",
    Which.SEVERE: "Severely absent",
    Which.UNAUTHORISED: "With unauthorised absence",
    Which.AUTHORISED: "With authorised absence",
    Which.LATE: "Who came late",
    Which.ABSENT: "With any absence",
    Which.CODE: "With a mark of one code",
}


@dataclass(frozen=True, slots=True)
class PupilFigures:
    """One pupil's sessions in the period; `coded` are those of the code that was asked for."""

    member: Member
    totals: Totals
    coded: int
    is_persistent: bool
    is_severe: bool

    @property
    def rate(self) -> Fraction | None:
        """The attendance rate."""
        return attendance_rate(self.totals)


@dataclass(frozen=True)
class Behind:
    """The pupils behind a figure and what they come to together. `labels` are the groups one may choose from."""

    rows: list[PupilFigures]
    measures: Measures
    labels: list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose pupils are asked for: which of them, of one group of a dimension, with what code, narrowed in what way."""

    which: Which = Which.ALL
    dimension: Dimension | None = None
    label: str = ""
    code: str = ""
    only: str = ""
    is_comparable: bool = False


def pupils_behind(viewer: Viewer, period: Period, asked: Asked, now: datetime) -> Behind:
    """The pupils of a period who are asked for, those with most of the code or the lowest attendance first.

    Three queries.
    """
    everybody = ground(viewer, period.first_day, period.last_day, now)
    found = narrowed(everybody, asked.only, is_comparable=asked.is_comparable)
    dimension, label = asked.dimension, asked.label
    labelled = {} if dimension is None else found.labelled(dimension)
    coded = found.marks == BY_SYMBOL[asked.code].byte if asked.code else np.zeros_like(found.marks, np.bool_)
    counts = np.count_nonzero(coded, axis=1)
    chosen = np.flatnonzero(_who(found, asked.which, counts))
    if dimension is not None and label:
        chosen = np.intersect1d(chosen, np.asarray(labelled.get(label, []), dtype=np.intp))
    rows = [
        PupilFigures(
            found.members[row],
            found.by_pupil.at(row),
            int(counts[row]),
            bool(found.persistent[row]),
            bool(found.severe[row]),
        )
        for row in chosen.tolist()
    ]
    rows.sort(key=_rank)
    return Behind(
        rows,
        found.measures(chosen),
        [] if dimension is None else sorted(labelled, key=dimension.order),
    )


def _rank(row: PupilFigures) -> tuple[int, bool, float]:
    """Most of the code, then the lowest attendance, first; a float tells rates of a few hundred sessions apart."""
    of = row.totals
    return (-row.coded, not of.possible, of.attended / of.possible if of.possible else 0.0)


def _who(found: Ground, which: Which, coded: NDArray[np.intp]) -> NDArray[np.bool_]:
    tally = found.by_pupil
    return {
        Which.ALL: np.ones(len(found.members), dtype=np.bool_),
        Which.PERSISTENT: found.persistent,
        Which.SEVERE: found.severe,
        Which.UNAUTHORISED: tally.unauthorised > 0,
        Which.AUTHORISED: tally.authorised > 0,
        Which.LATE: tally.late > 0,
        Which.ABSENT: tally.absent > 0,
        Which.CODE: coded > 0,
    }[which]
