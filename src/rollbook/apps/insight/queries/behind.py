"""The pupils behind a figure: who they are, what their sessions came to, and where their marks are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.apps.insight.queries.ground import Ground, Measures, ground
from rollbook.apps.roll.queries.cohort import Member
from rollbook.domain.access import Viewer
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
}


@dataclass(frozen=True, slots=True)
class PupilFigures:
    """One pupil's sessions in the period."""

    member: Member
    totals: Totals
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


def pupils_behind(
    viewer: Viewer, period: Period, which: Which, dimension: Dimension | None, label: str, now: datetime
) -> Behind:
    """The pupils of a period, of one group of a dimension where it is given; lowest attendance first. Three queries."""
    found = ground(viewer, period.first_day, period.last_day, now)
    labelled = {} if dimension is None else found.labelled(dimension)
    chosen = np.flatnonzero(_who(found, which))
    if dimension is not None and label:
        chosen = np.intersect1d(chosen, np.asarray(labelled.get(label, []), dtype=np.intp))
    rows = [
        PupilFigures(
            found.members[row],
            found.by_pupil.at(row),
            bool(found.persistent[row]),
            bool(found.severe[row]),
        )
        for row in chosen.tolist()
    ]
    rows.sort(key=lambda row: (row.rate is None, row.rate or Fraction(0)))
    return Behind(
        rows,
        found.measures(chosen),
        [] if dimension is None else sorted(labelled, key=dimension.order),
    )


def _who(found: Ground, which: Which) -> NDArray[np.bool_]:
    tally = found.by_pupil
    return {
        Which.ALL: np.ones(len(found.members), dtype=np.bool_),
        Which.PERSISTENT: found.persistent,
        Which.SEVERE: found.severe,
        Which.UNAUTHORISED: tally.unauthorised > 0,
        Which.AUTHORISED: tally.authorised > 0,
        Which.LATE: tally.late > 0,
    }[which]
