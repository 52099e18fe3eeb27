"""What is missing or contradictory in a school's registers over some days."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time

import numpy as np
from django.db import connection

from rollbook.analytics.packed import PackedYear
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.facts import KnownOverDays, as_planned
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.roll.queries import Pupil
from rollbook.apps.roll.queries.spells import RegisterSpell, register_spells
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.deadlines import reason_due
from rollbook.domain.quality import Fault, MarkFacts, faults_of
from rollbook.domain.roll import is_compulsory_school_age
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.spans import Span

# Marks that have more to them than their letter. Whoever signed a pupil in, in any version, is kept with the mark.
_TELLING = """
SELECT entry.pupil_id, entry."on", entry.session, entry.code, entry.minutes_late, entry.note,
  (SELECT MAX(earlier.arrived_at) FROM registers_entry AS earlier
   WHERE earlier.pupil_id = entry.pupil_id AND earlier."on" = entry."on" AND earlier.session = entry.session)
FROM registers_entry AS entry
WHERE entry.school_id = %s AND entry."on" BETWEEN %s AND %s AND entry.code NOT IN ('/', '\\', '-')
  AND NOT EXISTS (
    SELECT 1 FROM registers_entry AS later
    WHERE later.pupil_id = entry.pupil_id AND later."on" = entry."on" AND later.session = entry.session
      AND later.version = entry.version + 1
  )
"""
# The same child, by UPN, at another school of this installation where D stands for the same session.
_ELSEWHERE = """
SELECT here.id, entry."on", entry.session, school.name
FROM roll_pupil AS here
JOIN roll_pupil AS there ON there.upn = here.upn AND there.school_id <> here.school_id
JOIN registers_entry AS entry ON entry.pupil_id = there.id AND entry.school_id = there.school_id
JOIN schools_school AS school ON school.id = there.school_id
WHERE here.school_id = %s AND here.upn <> '' AND entry."on" BETWEEN %s AND %s AND entry.code = 'D'
  AND NOT EXISTS (
    SELECT 1 FROM registers_entry AS later
    WHERE later.pupil_id = entry.pupil_id AND later."on" = entry."on" AND later.session = entry.session
      AND later.version = entry.version + 1
  )
"""

Where = tuple[int, date, SchoolSession]
"""A pupil's session."""


@dataclass(slots=True)
class Looked:
    """A pupil whose marks are looked through, with their spells on registers."""

    id: int
    name: str
    born_on: date
    spells: list[RegisterSpell] = field(default_factory=list)

    def is_on_register(self, on: date) -> bool:
        """Was the pupil on a register on a day?"""
        return any(spell.covers(on) for spell in self.spells)

    def group_on(self, on: date) -> tuple[int, str] | None:
        """The id and name of the group of a day; None for a pupil who was in none."""
        return next(((each.group_id, each.group_name) for each in self.spells if each.covers(on)), None)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to put right."""

    fault: Fault
    because: str
    pupil: Looked
    on: date
    session: SchoolSession
    group: tuple[int, str] | None


@dataclass(slots=True)
class _Known:
    """Everything that the checks need, read once."""

    calendar: SchoolCalendar
    span: Span
    today: date
    year: PackedYear
    pupils: dict[int, Looked]
    telling: dict[Where, tuple[str, int | None, str, time | None]]
    planned: KnownOverDays
    elsewhere: dict[Where, str]
    because: dict[date, str] = field(default_factory=dict)
    due: dict[date, date | None] = field(default_factory=dict)

    def closed(self, on: date) -> str:
        """Why there is no school on a day; "" on a school day."""
        if on not in self.because:
            is_open = self.calendar.is_school_day(on)
            self.because[on] = "" if is_open else self.calendar.day(on).because
        return self.because[on]

    def reason_due(self, on: date) -> date | None:
        """The last day for the reason of an N."""
        if on not in self.due:
            self.due[on] = reason_due(self.calendar, on).answer
        return self.due[on]


def quality_of(viewer: Viewer, span: Span, today: date) -> list[Found]:
    """What is to be put right in the registers of these days of one academic year: gravest first, then latest first.

    Only days before `today`: today's registers are on the board. Seven queries, however many pupils and days.
    """
    known = _read(viewer, span, today)
    found = [
        *_missing(known),
        *(each for where in sorted(_worth_a_look(known), key=_by_place) for each in _check(known, where)),
    ]
    rank = {fault: place for place, fault in enumerate(Fault)}
    found.sort(key=lambda each: each.on, reverse=True)
    found.sort(key=lambda each: rank[each.fault])
    return found


def _by_place(where: Where) -> tuple[date, str, int]:
    return where[1], where[2].value, where[0]


def _read(viewer: Viewer, span: Span, today: date) -> _Known:
    calendar = timetable(viewer).calendar
    last = span.last_day or today
    days: list[int | str] = [viewer.school_id, span.first_day.isoformat(), last.isoformat()]
    telling: dict[Where, tuple[str, int | None, str, time | None]] = {}
    elsewhere: dict[Where, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TELLING, days)
        for pupil, on, session, code, minutes, note, arrived_at in cursor.fetchall():
            telling[pupil, _day(on), SchoolSession(session)] = (code, minutes, note, _time(arrived_at))
        cursor.execute(_ELSEWHERE, days)
        for pupil, on, session, name in cursor.fetchall():
            elsewhere[pupil, _day(on), SchoolSession(session)] = name
    year = packed_year(viewer.school_id, year_bounds(calendar, span.first_day))
    pupils = _looked_at(viewer, span.first_day, last, year)
    return _Known(
        calendar=calendar,
        span=span,
        today=today,
        year=year,
        pupils=pupils,
        telling=telling,
        planned=KnownOverDays(viewer, span.first_day, last, pupils),
        elsewhere=elsewhere,
    )


def _looked_at(viewer: Viewer, first_day: date, last_day: date, year: PackedYear) -> dict[int, Looked]:
    """Everybody on a register of these days, and whoever else has a mark in the year: it may be one too many."""
    found: dict[int, Looked] = {}
    for spell in register_spells(viewer, first_day, last_day):
        name = f"{spell.forename} {spell.surname}"
        found.setdefault(spell.pupil_id, Looked(spell.pupil_id, name, spell.born_on)).spells.append(spell)
    others = [pupil for pupil in year.row_of if pupil not in found]
    if others:
        for pupil in Pupil.objects.filter(school_id=viewer.school_id, pk__in=others):
            found[pupil.pk] = Looked(pupil.pk, f"{pupil.forename} {pupil.surname}", pupil.born_on)
    return found


def _missing(known: _Known) -> Iterator[Found]:
    """Sessions of school days without a mark, of pupils who were on roll and in a group."""
    days = [
        day for day in known.calendar.school_days(known.span.first_day, _last(known)) if day < known.today
    ]
    if not days:
        return
    columns = np.array([known.year.column(day, is_pm) for day in days for is_pm in (False, True)])
    ordinals = np.array([day.toordinal() for day in days for _ in range(2)])
    for pupil in known.pupils.values():
        due = np.zeros(len(columns), dtype=bool)
        for spell in pupil.spells:
            last = (spell.last_day or date.max).toordinal()
            due |= (ordinals >= spell.first_day.toordinal()) & (ordinals <= last)
        for place in np.flatnonzero(due & (known.year.of_pupil(pupil.id)[columns] == 0)):
            on = days[place // 2]
            session = SchoolSession.PM if place % 2 else SchoolSession.AM
            facts = MarkFacts(on, session, None)
            for finding in faults_of(facts, known.today):
                yield Found(finding.answer, finding.because, pupil, on, session, pupil.group_on(on))


def _last(known: _Known) -> date:
    return min(known.span.last_day or known.today, known.year.last_day)


def _worth_a_look(known: _Known) -> set[Where]:
    """Marks that may be wrong: with more to them than a letter, on closed days, off the roll, or planned otherwise."""
    wanted = set(known.telling) | set(known.elsewhere)
    first, last = known.span.first_day, _last(known)
    days = [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]
    closed = [day for day in days if known.closed(day)]
    for pupil in known.pupils.values():
        row = known.year.of_pupil(pupil.id)
        is_here_all_along = any(
            each.first_day <= first and (each.last_day is None or last <= each.last_day)
            for each in pupil.spells
        )
        off = [] if is_here_all_along else [day for day in days if not pupil.is_on_register(day)]
        for day in {*closed, *off}:
            for session in SchoolSession:
                if row[known.year.column(day, session is SchoolSession.PM)]:
                    wanted.add((pupil.id, day, session))
        for plan in known.planned.plans_of(pupil.id):
            wanted.update(_sessions_of(plan, pupil.id, days))
    return wanted


def _sessions_of(plan: PlannedMark, pupil_id: int, days: list[date]) -> Iterator[Where]:
    planned = as_planned(plan)
    covered = [day for day in days if planned.covers(day)]
    return ((pupil_id, day, each) for day in covered for each in SchoolSession if planned.is_for(day, each))


def _check(known: _Known, where: Where) -> Iterator[Found]:
    pupil_id, on, session = where
    pupil = known.pupils.get(pupil_id)
    byte = int(known.year.of_pupil(pupil_id)[known.year.column(on, session is SchoolSession.PM)])
    if pupil is None or byte == 0 or on >= known.today:
        return
    _, minutes, note, arrived_at = known.telling.get(where, ("", None, "", None))
    code = BY_BYTE[byte]
    plan = _plan_of(known, pupil, where)
    facts = MarkFacts(
        on=on,
        session=session,
        code=code,
        minutes_late=minutes,
        note=note,
        arrived_at=arrived_at,
        times=known.calendar.times(on, session),
        closed_because=known.closed(on),
        is_on_roll=pupil.is_on_register(on),
        is_compulsory_age=code.symbol == "X" and is_compulsory_school_age(pupil.born_on, on).answer,
        planned=(plan.code, plan.note) if plan else None,
        elsewhere=known.elsewhere.get(where, ""),
        reason_due=known.reason_due(on) if code.symbol == "N" else None,
    )
    for finding in faults_of(facts, known.today):
        yield Found(finding.answer, finding.because, pupil, on, session, pupil.group_on(on))


def _plan_of(known: _Known, pupil: Looked, where: Where) -> PlannedMark | None:
    """What was planned for a session: what the register was filled in with, else what goes before the rest of it."""
    _, on, session = where
    found = known.planned.of(pupil.id, pupil.born_on, on, session)
    return found.plan or next(iter(found.others), None)


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _time(value: time | str | None) -> time | None:
    return time.fromisoformat(value) if isinstance(value, str) else value
