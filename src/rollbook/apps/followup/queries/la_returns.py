"""Which absences are to be told to the local authority, and what was decided and sent. Worked out from the marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from rollbook.analytics.packed import PackedYear
from rollbook.apps.absence.queries.line import Reported, reports_of
from rollbook.apps.followup.models import ReturnStep
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.registers.queries.year_marks import marks_of_year
from rollbook.apps.roll.queries.spells import RegisterSpell, register_spells
from rollbook.apps.schools.queries import timetable
from rollbook.domain.absences import ILLNESS, absences
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_BYTE, BY_SYMBOL, CODES
from rollbook.domain.la_returns import (
    IllSpell,
    ReturnKind,
    UnauthorisedRun,
    ill_spells,
    illness_due_on,
    unauthorised_due_on,
    unauthorised_runs,
)
from rollbook.domain.roll import is_compulsory_school_age
from rollbook.domain.runs import ILLNESS_DAYS_REVIEW, UNAUTHORISED_DAYS_PREPARE, DayMarks

_COUNTED = np.array([code.byte for code in CODES if code.counts_to_threshold], dtype=np.uint8)
_ILL = BY_SYMBOL[ILLNESS].byte
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LaReturn:
    """One absence of a pupil of compulsory school age that is to be told, or comes near.

    `due_on` is None while it has not come to it. `steps` are what was decided and sent, oldest first.
    """

    kind: ReturnKind
    pupil_id: int
    surname: str
    forename: str
    group_name: str
    due_on: date | None
    of: UnauthorisedRun | IllSpell
    steps: tuple[ReturnStep, ...] = ()

    @property
    def first_day(self) -> date:
        """The first day of the run, or marked ill."""
        return self.of.first_day

    @property
    def last_day(self) -> date:
        """The last day of it so far."""
        return self.of.last_day

    @property
    def reached_on(self) -> date | None:
        """The day on which the return arose; None where it only comes near."""
        return self.of.reached_on

    @property
    def decision(self) -> ReturnStep | None:
        """The newest decision of the head, of a sickness return."""
        return next((each for each in reversed(self.steps) if each.what == ReturnStep.What.DECIDED), None)

    @property
    def sent(self) -> ReturnStep | None:
        """That it was sent."""
        return next((each for each in self.steps if each.what == ReturnStep.What.SENT), None)

    @property
    def is_declined(self) -> bool:
        """Did the head decide that none is due?"""
        return self.decision is not None and not self.decision.is_due

    @property
    def is_to_send(self) -> bool:
        """Is it to be sent now: come to ten days, or decided by the head, and not sent?"""
        if self.sent is not None or self.is_declined:
            return False
        is_decided = self.kind is ReturnKind.UNAUTHORISED or self.decision is not None
        return is_decided and (self.reached_on is not None or self.decision is not None)

    @property
    def is_to_decide(self) -> bool:
        """Has the head still to decide?"""
        return self.kind is ReturnKind.ILLNESS and self.decision is None and self.sent is None


def la_returns(viewer: Viewer, now: datetime) -> list[LaReturn]:
    """Every return of this academic year that is due, was sent or comes near; the first due first.

    Five queries, however many pupils.
    """
    return _of_year(viewer, now.date(), now)


def returns_arisen(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[LaReturn]:
    """Every return that arose on these days. Five queries for each academic year among them."""
    calendar = timetable(viewer).calendar
    found: list[LaReturn] = []
    day, last_day = first_day, min(last_day, now.date())
    while day <= last_day:
        end = min(last_day, year_bounds(calendar, day)[1])
        found += [
            each for each in _of_year(viewer, end, now) if each.reached_on and day <= each.reached_on <= end
        ]
        day = end + _ONE_DAY
    return found


def la_return(viewer: Viewer, kind: ReturnKind, pupil_id: int, on: date, now: datetime) -> LaReturn | None:
    """The return of a pupil of the viewer's school about the absence that a day lies in; None where there is none."""
    if on > now.date():
        return None
    found = _of_year(viewer, min(year_bounds(timetable(viewer).calendar, on)[1], now.date()), now)
    of_pupil = (each for each in found if each.pupil_id == pupil_id and each.kind is kind)
    return next((each for each in of_pupil if each.first_day <= on <= each.last_day), None)


def _of_year(viewer: Viewer, until: date, now: datetime) -> list[LaReturn]:
    calendar = timetable(viewer).calendar
    bounds = year_bounds(calendar, until)
    year = packed_year(viewer.school_id, bounds)
    away = _candidates(year, _COUNTED, UNAUTHORISED_DAYS_PREPARE)
    told = _expected(viewer, until) if until == now.date() else {}
    ill = _candidates(year, np.array([_ILL], dtype=np.uint8), 2 * ILLNESS_DAYS_REVIEW)
    ill |= {pupil for pupil in told if pupil in year.row_of}
    spells = _spells(register_spells(viewer, bounds[0], until, away | ill))
    steps = _steps(viewer, bounds)
    found = _unauthorised(viewer, year, calendar, away, spells, (bounds[0], until))
    found += _illnesses(viewer, calendar, ill, spells, told, until)
    joined = [replace(each, steps=_about(each, steps.get((each.kind, each.pupil_id), ()))) for each in found]
    return sorted(
        joined, key=lambda each: (each.due_on or date.max, each.first_day, each.surname, each.pupil_id)
    )


def _candidates(year: PackedYear, symbols: NDArray[np.uint8], least: int) -> set[int]:
    """Pupils with so many sessions at least; the rule itself looks at these only."""
    often = np.isin(year.marks, symbols).sum(axis=1) >= least
    return {pupil for pupil, row in year.row_of.items() if often[row]}


def _unauthorised(
    viewer: Viewer,
    year: PackedYear,
    calendar: SchoolCalendar,
    pupil_ids: Iterable[int],
    spells: dict[int, list[RegisterSpell]],
    days: tuple[date, date],
) -> list[LaReturn]:
    rules = timetable(viewer)
    columns = [(on, year.column(on, is_pm=False)) for on in calendar.school_days(*days)]
    found = []
    for pupil_id in pupil_ids:
        marks = year.of_pupil(pupil_id)
        listed = [DayMarks(on, _code(marks[column]), _code(marks[column + 1])) for on, column in columns]
        for run in unauthorised_runs(listed):
            spell = _spell_on(spells.get(pupil_id, ()), run.reached_on or run.last_day)
            if spell is None:
                continue
            reached_on = run.reached_on
            within = rules.setting("unauthorised_return_days", reached_on) if reached_on else 0
            due_on = unauthorised_due_on(reached_on, within) if reached_on else None
            found.append(LaReturn(ReturnKind.UNAUTHORISED, pupil_id, *_named(spell), due_on, run))
    return found


def _illnesses(
    viewer: Viewer,
    calendar: SchoolCalendar,
    pupil_ids: set[int],
    spells: dict[int, list[RegisterSpell]],
    told: dict[int, Reported],
    until: date,
) -> list[LaReturn]:
    found = []
    for pupil_id, marks in marks_of_year(viewer, pupil_ids, until, until).items():
        report = told.get(pupil_id)
        back_on = report.expected_back_on if report else None
        ahead = calendar.school_days(until, back_on - _ONE_DAY) if back_on else []
        told_on = report.told_at.date() if report else None
        for each in ill_spells(absences(marks), ahead, told_on):
            spell = _spell_on(spells.get(pupil_id, ()), each.last_day)
            if spell is None:
                continue
            due_on = illness_due_on(each.reached_on, calendar) if each.reached_on else None
            found.append(LaReturn(ReturnKind.ILLNESS, pupil_id, *_named(spell), due_on, each))
    return found


def _expected(viewer: Viewer, today: date) -> dict[int, Reported]:
    """The newest report of an illness of now that says when the pupil is expected back, by pupil. One query."""
    found = {}
    for pupil_id, reports in reports_of(viewer, None, today - timedelta(days=30), today).items():
        known = [
            each
            for each in reports
            if each.code == ILLNESS and each.expected_back_on and each.expected_back_on > today
        ]
        if known:
            found[pupil_id] = known[-1]
    return found


def _steps(viewer: Viewer, bounds: tuple[date, date]) -> dict[tuple[ReturnKind, int], list[ReturnStep]]:
    found: dict[tuple[ReturnKind, int], list[ReturnStep]] = {}
    for row in ReturnStep.objects.filter(school_id=viewer.school_id, absent_from__range=bounds):
        found.setdefault((ReturnKind(row.kind), row.pupil_id), []).append(row)
    return found


def _about(found: LaReturn, steps: Iterable[ReturnStep]) -> tuple[ReturnStep, ...]:
    return tuple(each for each in steps if found.first_day <= each.absent_from <= found.last_day)


def _spells(rows: Iterable[RegisterSpell]) -> dict[int, list[RegisterSpell]]:
    found: dict[int, list[RegisterSpell]] = {}
    for row in rows:
        found.setdefault(row.pupil_id, []).append(row)
    return found


def _spell_on(spells: Sequence[RegisterSpell], on: date) -> RegisterSpell | None:
    """The spell on the register of that day, of a pupil who then is of compulsory school age."""
    spell = next((each for each in spells if each.covers(on)), None)
    return spell if spell and is_compulsory_school_age(spell.born_on, on).answer else None


def _named(spell: RegisterSpell) -> tuple[str, str, str]:
    return spell.surname, spell.forename, spell.group_name


def _code(byte: int) -> str | None:
    return BY_BYTE[int(byte)].symbol if byte else None
