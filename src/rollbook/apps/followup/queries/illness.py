"""Which illnesses last long or are doubted, and what was done about them. Spells are worked out from the marks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from rollbook.apps.followup.models import IllnessStep
from rollbook.apps.registers.queries.newest import HalfDay, Standing, standing_marks
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.registers.queries.year_marks import PupilMarks, marks_of_year
from rollbook.apps.roll.queries.spells import RegisterSpell, register_spells
from rollbook.apps.schools.queries import timetable
from rollbook.domain.absences import ILLNESS, Absence, absences
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.illness import IllnessDone, IllnessStepKind, ill_days

_LOOK_BACK = timedelta(days=60)
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Spell:
    """A spell of illness: the absence it is part of, its days marked I, and what was done, oldest first.

    `asked_count` is how often evidence was asked for of this pupil in the academic year, for whatever illness.
    """

    pupil_id: int
    surname: str
    forename: str
    group_name: str
    absence: Absence
    steps: tuple[IllnessStep, ...]
    asked_count: int

    @property
    def days(self) -> tuple[date, ...]:
        """The days marked I."""
        return ill_days(self.absence)

    @property
    def done(self) -> list[IllnessDone]:
        """What was done, as the rules see it."""
        return [IllnessDone(IllnessStepKind(each.kind), each.at, each.is_accepted) for each in self.steps]

    @property
    def key_day(self) -> date:
        """The day that names it in an address: the first marked I, or the one it was recorded under."""
        return self.days[0] if self.days else self.steps[0].spell_from


def long_spells(viewer: Viewer, now: datetime) -> list[Spell]:
    """The spells of the last weeks that have come to the day of evidence, and every one of the year with a record.

    Four queries, however many pupils; the longest and latest first.
    """
    bounds = year_bounds(timetable(viewer).calendar, now.date())
    steps = _steps(viewer, bounds[0])
    year = packed_year(viewer.school_id, bounds)
    first = max(bounds[0], now.date() - _LOOK_BACK)
    recent = year.marks[:, year.column(first, is_pm=False) : year.column(now.date(), is_pm=True) + 1]
    from_day = evidence_from(viewer, now.date())
    often = np.count_nonzero(recent == BY_SYMBOL[ILLNESS].byte, axis=1) >= from_day
    pupil_ids = {pupil for pupil, row in year.row_of.items() if often[row]} | set(steps)
    marks = marks_of_year(viewer, pupil_ids, now.date(), now.date())
    names = _names(viewer, bounds[0], now.date(), pupil_ids)
    found = []
    for pupil_id, spell in names.items():
        for absence in absences(marks[pupil_id]):
            own = _of(absence, steps.get(pupil_id, ()))
            if own or (len(ill_days(absence)) >= from_day and absence.last.on >= first):
                found.append(_spell(spell, absence, own, steps))
    return sorted(found, key=lambda each: (each.absence.is_open, each.absence.last.on), reverse=True)


def spell_on(viewer: Viewer, pupil_id: int, on: date, now: datetime) -> Spell | None:
    """The spell of illness of a pupil of the viewer's school that a day lies in; None where there is none."""
    calendar = timetable(viewer).calendar
    if pupil_id > _LARGEST_ID or on > now.date():
        return None
    bounds = year_bounds(calendar, on)
    spell = _names(viewer, bounds[0], bounds[1], {pupil_id}).get(pupil_id)
    if spell is None:
        return None
    steps = _steps(viewer, bounds[0], pupil_id)
    for absence in absences(_marks(viewer, pupil_id, on, now)):
        if absence.first.on <= on <= absence.last.on:
            own = _of(absence, steps.get(pupil_id, ()))
            return _spell(spell, absence, own, steps) if own or ill_days(absence) else None
    return None


def latest_ill_day(viewer: Viewer, pupil_id: int, now: datetime) -> date | None:
    """The latest day of this academic year on which the pupil was marked ill; None where there is none."""
    bounds = year_bounds(timetable(viewer).calendar, now.date())
    if pupil_id > _LARGEST_ID or pupil_id not in _names(viewer, bounds[0], now.date(), {pupil_id}):
        return None
    marks = _marks(viewer, pupil_id, now.date(), now)
    return max((on for on, _, code in marks if code == ILLNESS), default=None)


def ill_marks(viewer: Viewer, spell: Spell) -> dict[HalfDay, Standing]:
    """The sessions of a spell that stand as I, with their versions, in order. One query."""
    days = {each.on for each in spell.absence.sessions}
    found = standing_marks(viewer.school_id, days, [spell.pupil_id]).get(spell.pupil_id, {})
    inside = {(each.on, each.session) for each in spell.absence.sessions}
    return {key: mark for key, mark in sorted(found.items()) if mark.symbol == ILLNESS and key in inside}


def evidence_from(viewer: Viewer, on: date) -> int:
    """From which day of a spell on may evidence be asked for?"""
    return int(timetable(viewer).setting("evidence_from_day", on))


def _marks(viewer: Viewer, pupil_id: int, on: date, now: datetime) -> PupilMarks:
    return marks_of_year(viewer, [pupil_id], on, now.date())[pupil_id]


def _steps(viewer: Viewer, first_day: date, pupil_id: int | None = None) -> dict[int, list[IllnessStep]]:
    rows = IllnessStep.objects.filter(school_id=viewer.school_id, spell_from__gte=first_day)
    if pupil_id is not None:
        rows = rows.filter(pupil_id=pupil_id)
    found: dict[int, list[IllnessStep]] = {}
    for row in rows:
        found.setdefault(row.pupil_id, []).append(row)
    return found


def _names(viewer: Viewer, first_day: date, last_day: date, pupil_ids: set[int]) -> dict[int, RegisterSpell]:
    return {each.pupil_id: each for each in register_spells(viewer, first_day, last_day, pupil_ids)}


def _of(absence: Absence, steps: Iterable[IllnessStep]) -> tuple[IllnessStep, ...]:
    return tuple(each for each in steps if absence.first.on <= each.spell_from <= absence.last.on)


def _spell(
    spell: RegisterSpell,
    absence: Absence,
    own: tuple[IllnessStep, ...],
    steps: dict[int, list[IllnessStep]],
) -> Spell:
    asked = sum(each.kind == IllnessStepKind.ASKED for each in steps.get(spell.pupil_id, ()))
    return Spell(spell.pupil_id, spell.surname, spell.forename, spell.group_name, absence, own, asked)
