"""Fewer pupils or fewer of their days than the whole ground: one group only, or those whom the DfE counts."""

from datetime import date
from functools import lru_cache

import numpy as np

from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.ground import Ground
from rollbook.domain.dfe_windows import DfeYear, dfe_year_of
from rollbook.domain.population import Enrolment, comparable_days
from rollbook.domain.spans import Span

FILTERS = ("year-group", "group", "key-stage", "sex", "sen", "fsm")
"""The dimensions of which one group may be chosen, whatever the figures are told apart by."""

SEPARATOR = ":"


def narrowed(found: Ground, only: str, *, is_comparable: bool) -> Ground:
    """The same period for one group ("year-group:Year 9", "" for all), and for those days that the DfE counts."""
    name, _, label = only.partition(SEPARATOR)
    if name in FILTERS:
        found = found.only(found.labelled(DIMENSIONS[name]).get(label, []))
    return comparable(found) if is_comparable else found


def choices_of(found: Ground) -> list[tuple[str, list[tuple[str, str]]]]:
    """The groups one may narrow the figures to, by dimension, as a list of choices has them."""
    return [
        (
            DIMENSIONS[name].words,
            [
                (f"{name}{SEPARATOR}{label}", label)
                for label in sorted(found.labelled(DIMENSIONS[name]), key=DIMENSIONS[name].order)
            ],
        )
        for name in FILTERS
    ]


def comparable(found: Ground) -> Ground:
    """The pupils and days that the DfE's figures would count (domain.population)."""
    years = range(
        dfe_year_of(found.first_day).begins_in,
        dfe_year_of(max(found.first_day, found.last_day)).begins_in + 1,
    )
    days = np.array([day.toordinal() for day, _ in found.half_days], dtype=np.int64)
    counted = np.zeros(found.marks.shape, dtype=np.bool_)
    for row, member in enumerate(found.members):
        for span in member.spans:
            for begins_in in years:
                part = _comparable_days(member.born_on, span.first_day, span.last_day, begins_in)
                if part is None or part.last_day is None:
                    continue
                start = np.searchsorted(days, part.first_day.toordinal())
                stop = np.searchsorted(days, part.last_day.toordinal(), side="right")
                counted[row, start:stop] = True
    on_roll = found.on_roll & counted
    rows = np.flatnonzero(on_roll.any(axis=1))
    return Ground(
        found.calendar,
        found.first_day,
        found.last_day,
        [found.members[row] for row in rows],
        found.half_days,
        np.where(on_roll[rows], found.marks[rows], 0).astype(np.uint8),
        on_roll[rows],
        found.closed_columns,
        found.years,
    )


@lru_cache(maxsize=20_000)
def _comparable_days(born_on: date, first_day: date, last_day: date | None, begins_in: int) -> Span | None:
    return comparable_days(Enrolment(born_on, first_day, last_day), DfeYear(begins_in)).answer
