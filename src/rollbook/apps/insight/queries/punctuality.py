"""Who came late, when, for how long, and who again and again: for the school, its groups and each pupil."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

import numpy as np

from rollbook.analytics.packed import LATE, POSSIBLE
from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.apps.insight.queries.ground import Ground, ground
from rollbook.apps.insight.queries.narrowing import choices_of, narrowed
from rollbook.apps.roll.queries.cohort import Member
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.disclosure import hidden_groups
from rollbook.domain.law import Finding
from rollbook.domain.periods import Period, PeriodKind, period_before, period_on
from rollbook.domain.punctuality import Late, Repeated, Trigger, lost, repeated_lateness
from rollbook.domain.rates import MinutesLost
from rollbook.domain.sessions import SchoolSession

Lates = Mapping[int, Sequence[Late]]
Slot = tuple[int, SchoolSession]


@dataclass(frozen=True, slots=True)
class Lateness:
    """What the late sessions of some pupils come to. `pupils` had a possible session; of them `late` came late once."""

    pupils: int
    possible: int
    before_close: int
    after_close: int
    lost: MinutesLost
    late: int
    repeated: int

    @property
    def sessions(self) -> int:
        """Late sessions, L and U together."""
        return self.before_close + self.after_close

    @property
    def rate(self) -> Fraction | None:
        """Late sessions as a part of the possible ones; None where none was possible."""
        return Fraction(self.sessions, self.possible) if self.possible else None


@dataclass(frozen=True, slots=True)
class LatePupil:
    """One pupil with a late session in the period: those sessions, those of the half term, is it a habit?"""

    member: Member
    lates: Sequence[Late]
    lost: MinutesLost
    half_term_lates: int
    half_term_lost: MinutesLost
    finding: Finding[Repeated]


@dataclass(frozen=True, slots=True)
class SlotFigures:
    """The late sessions of one half-day of the week over the period."""

    late: int
    possible: int


@dataclass(frozen=True)
class Punctuality:
    """Lateness over a period. A group is None where it is hidden; `rows` are empty for those who may not see pupils."""

    period: Period
    half_term: Period | None
    before: Period | None
    trigger: Trigger
    total: Lateness
    rate_before: Fraction | None
    slots: dict[Slot, SlotFigures]
    groups: dict[str, Lateness | None]
    rows: list[LatePupil]
    filters: list[tuple[str, list[tuple[str, str]]]]
    unexplained_count: int
    missing_count: int


@dataclass(frozen=True, slots=True)
class LateAsked:
    """Which period, told apart by what, narrowed to which group, and only those who are late again and again?"""

    period: Period
    dimension: Dimension
    only: str = ""
    only_repeated: bool = False


def punctuality(viewer: Viewer, asked: LateAsked, now: datetime) -> Punctuality:
    """The lateness of a period, with what went before that repeated lateness is found by.

    The queries of the ground.
    """
    rules = timetable(viewer)
    period = asked.period
    trigger = Trigger(
        rules.setting("late_repeat_lates", period.last_day),
        rules.setting("late_repeat_days", period.last_day),
    )
    half_term = period_on(rules.calendar, PeriodKind.HALF_TERM, period.last_day)
    before = period_before(rules.calendar, period)
    lookback = rules.calendar.previous_school_days(period.first_day, trigger.school_days)
    first_day = min(
        [period.first_day, *lookback, *(each.first_day for each in (half_term, before) if each is not None)]
    )
    everything = ground(viewer, first_day, period.last_day, now)
    whole = narrowed(everything, asked.only, is_comparable=False)
    found = whole.between(period.first_day, period.last_day)
    lates = whole.once("lates", lambda: lates_of(whole))
    inside = _since(lates, period.first_day)
    findings = _findings(lates, inside, whole, trigger, period.first_day)
    return Punctuality(
        period=period,
        half_term=half_term,
        before=before,
        trigger=trigger,
        total=_lateness(found, None, inside, findings),
        rate_before=None if before is None else _rate(whole.between(before.first_day, before.last_day)),
        slots=_slots(found),
        groups=_groups(viewer, found, asked.dimension, inside, findings),
        rows=_rows(viewer, found, inside, lates, findings, half_term, only_repeated=asked.only_repeated),
        filters=choices_of(everything) if viewer.may(Permission.MEASURES_VIEW) else [],
        unexplained_count=found.unexplained_count,
        missing_count=found.missing_count,
    )


def lates_of(found: Ground) -> dict[int, list[Late]]:
    """The late marks of each pupil as they stand now, in order."""
    lates: dict[int, list[Late]] = {}
    for row, place, minutes in found.lates:
        day, session = found.half_days[place]
        code = BY_BYTE[int(found.marks[row, place])].symbol
        lates.setdefault(found.members[row].id, []).append(Late(day, session, code, minutes))
    return lates


def _since(lates: Lates, first_day: date) -> dict[int, list[Late]]:
    """The pupils who came late on a day or later, each with those sessions only."""
    kept = {pupil: [late for late in own if late.on >= first_day] for pupil, own in lates.items()}
    return {pupil: own for pupil, own in kept.items() if own}


def _findings(
    lates: Lates, inside: Lates, found: Ground, trigger: Trigger, since: date
) -> dict[int, Finding[Repeated]]:
    days_met = list(dict.fromkeys(day for day, _ in found.half_days))
    return {pupil: repeated_lateness(lates[pupil], days_met, trigger, since=since) for pupil in inside}


def _lateness(
    found: Ground, rows: Sequence[int] | None, inside: Lates, findings: Mapping[int, Finding[Repeated]]
) -> Lateness:
    chosen = range(len(found.members)) if rows is None else rows
    late = [found.members[row].id for row in chosen if found.members[row].id in inside]
    sessions = [each for pupil in late for each in inside[pupil]]
    possible = found.by_pupil.possible if rows is None else found.by_pupil.possible[np.asarray(rows, np.intp)]
    after = sum(each.code == "U" for each in sessions)
    return Lateness(
        pupils=int(np.count_nonzero(possible)),
        possible=int(possible.sum()),
        before_close=len(sessions) - after,
        after_close=after,
        lost=lost(sessions),
        late=len(late),
        repeated=sum(findings[pupil].answer.is_repeated for pupil in late),
    )


def _rate(found: Ground) -> Fraction | None:
    of = found.by_pupil.total()
    return Fraction(of.late, of.possible) if of.possible else None


def _slots(found: Ground) -> dict[Slot, SlotFigures]:
    """Late and possible sessions by weekday and session, those without a possible one left out."""
    late, possible = (
        np.count_nonzero(flags[found.marks], axis=0).tolist() if len(found.members) else []
        for flags in (LATE, POSSIBLE)
    )
    counted: dict[Slot, list[int]] = {}
    for (day, session), late_here, possible_here in zip(found.half_days, late, possible, strict=False):
        slot = counted.setdefault((day.weekday(), session), [0, 0])
        slot[0] += late_here
        slot[1] += possible_here
    return {slot: SlotFigures(*each) for slot, each in sorted(counted.items()) if each[1]}


def _groups(
    viewer: Viewer,
    found: Ground,
    dimension: Dimension,
    inside: Lates,
    findings: Mapping[int, Finding[Repeated]],
) -> dict[str, Lateness | None]:
    labelled = found.labelled(dimension)
    hidden: frozenset[str] = frozenset()
    if not viewer.may(Permission.MEASURES_VIEW):
        hidden = hidden_groups({label: len(rows) for label, rows in labelled.items()})
    return {
        label: None if label in hidden else _lateness(found, labelled[label], inside, findings)
        for label in sorted(labelled, key=dimension.order)
    }


def _rows(
    viewer: Viewer,
    found: Ground,
    inside: Lates,
    lates: Lates,
    findings: Mapping[int, Finding[Repeated]],
    half_term: Period | None,
    *,
    only_repeated: bool,
) -> list[LatePupil]:
    """Those who are late again and again first, then by sessions and minutes."""
    if not viewer.may(Permission.MEASURES_VIEW):
        return []
    rows = []
    for member in found.members:
        if member.id not in inside or (only_repeated and not findings[member.id].answer.is_repeated):
            continue
        own = _in(lates[member.id], half_term)
        rows.append(
            LatePupil(
                member,
                inside[member.id],
                lost(inside[member.id]),
                len(own),
                lost(own),
                findings[member.id],
            )
        )
    rows.sort(key=lambda row: (-row.finding.answer.is_repeated, -len(row.lates), -row.lost.minutes))
    return rows


def _in(lates: Iterable[Late], period: Period | None) -> list[Late]:
    return [] if period is None else [each for each in lates if each.on >= period.first_day]
