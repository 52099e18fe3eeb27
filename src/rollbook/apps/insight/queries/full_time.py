"""Which pupils don't get full-time education in a period, what they are offered of it, and by what arrangement."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from rollbook.apps.absence.queries.arrangements import Arrangement, arrangements
from rollbook.apps.insight.queries.ground import Ground, ground
from rollbook.apps.roll.queries.cohort import Member
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_BYTE, BY_SYMBOL
from rollbook.domain.full_time import REPEATED, Cause, FullTime, Half, full_time
from rollbook.domain.law import Finding
from rollbook.domain.periods import Period

_BYTES = {cause: [BY_SYMBOL[symbol].byte for symbol in cause.codes] for cause in Cause}


@dataclass(frozen=True, slots=True)
class NotFullTime:
    """One pupil of the report. `since` and `until` go by the arrangements, or by the marks where there are none."""

    member: Member
    finding: Finding[FullTime]
    arrangements: list[Arrangement]
    since: date
    until: date | None
    next_review: date | None

    @property
    def found(self) -> FullTime:
        """What became of the sessions of full time."""
        return self.finding.answer


@dataclass(frozen=True)
class FullTimeReport:
    """The report of a period: its rows, and how many pupils were on the roll."""

    period: Period
    rows: list[NotFullTime]
    on_roll: int
    unmarked_count: int


def not_full_time(viewer: Viewer, period: Period, cause: Cause | None, now: datetime) -> FullTimeReport:
    """The pupils who have a cause, or this one, the least of full time offered first.

    The queries of the ground, and those of the arrangements.
    """
    found = ground(viewer, period.first_day, period.last_day, now)
    told = {row: full_time(_halves(found, row)) for row in _candidates(found)}
    chosen = {
        row: finding
        for row, finding in told.items()
        if (cause in finding.answer.causes if cause else finding.answer.causes)
    }
    ids = [found.members[row].id for row in chosen]
    behind = arrangements(viewer, ids, period.first_day, period.last_day) if ids else {}
    rows = [
        _row(found.members[row], finding, behind.get(found.members[row].id, []), now.date())
        for row, finding in chosen.items()
    ]
    rows.sort(key=lambda row: (row.found.offered_rate or 0, row.member.surname, row.member.forename))
    return FullTimeReport(period, rows, len(found.members), found.missing_count)


def _candidates(found: Ground) -> list[int]:
    """The rows of those for whom a cause may be met: the rule looks at these alone."""
    if not found.half_days:
        return []
    wanted = np.zeros(len(found.members), dtype=np.bool_)
    for cause, codes in _BYTES.items():
        least = REPEATED if cause is Cause.UNABLE else 1
        wanted |= np.count_nonzero(np.isin(found.marks, codes), axis=1) >= least
    rows: list[int] = np.flatnonzero(wanted).tolist()
    return rows


def _halves(found: Ground, row: int) -> list[Half]:
    """Every session on the roll whose register has closed or that has a mark."""
    halves: list[Half] = []
    for place, (day, session) in enumerate(found.half_days):
        byte = int(found.marks[row, place])
        if byte or (found.on_roll[row, place] and place < found.closed_columns):
            halves.append((day, session, BY_BYTE[byte].symbol if byte else None))
    return halves


def _row(member: Member, finding: Finding[FullTime], behind: list[Arrangement], today: date) -> NotFullTime:
    answer = finding.answer
    marked = [answer.first_day] if answer.first_day else []
    going = [each for each in behind if each.last_day >= today]
    reviews = [each.next_review for each in behind if each.next_review is not None]
    return NotFullTime(
        member=member,
        finding=finding,
        arrangements=behind,
        since=min([*marked, *(each.first_day for each in behind)]),
        until=max((each.last_day for each in going or behind), default=answer.last_day),
        next_review=min(reviews, default=None),
    )
