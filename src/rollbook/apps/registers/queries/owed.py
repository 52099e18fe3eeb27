"""Which registers were owed on some days, by whom, and when each was submitted and complete."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Max
from django.urls import reverse
from numpy.typing import NDArray

from rollbook.apps.registers.models import Entry, Save, UnplannedClosure
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.roll.queries.spells import RegisterSpell, register_spells
from rollbook.apps.schools.queries import Timetable, timetable
from rollbook.apps.schools.queries.teachers import Teaching, teachings
from rollbook.domain.access import Viewer
from rollbook.domain.codes import TAKEN_BACK
from rollbook.domain.duties import Owed
from rollbook.domain.marks import RegisterTimes
from rollbook.domain.sessions import SchoolSession

_CLOSED = "The school was closed."

HalfDay = tuple[date, SchoolSession]


@dataclass(frozen=True, slots=True)
class _Register:
    """One group's register of a half-day: is a mark missing, and when was it first complete?"""

    group_id: int
    group_name: str
    on: date
    session: SchoolSession
    times: RegisterTimes
    is_missing: bool


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Each register that opened on these days up to now: to be submitted in time, and complete by the session's end.

    Six queries however many days, and one for each academic year among them.
    """
    rules = timetable(viewer)
    halves = _opened(rules, first_day, last_day, now)
    if not halves:
        return []
    first, last = halves[0][0], halves[-1][0]
    registers = list(_registers(viewer, rules, halves))
    done = _completed(viewer, registers, first, last)
    closures = set(
        UnplannedClosure.objects.filter(school_id=viewer.school_id, on__range=(first, last)).values_list(
            "on", "session"
        )
    )
    teachers = teachings(viewer, first, last)
    days = {on: reverse("registers:day", args=[on]) for on in dict.fromkeys(each.on for each in registers)}
    found: list[Owed] = []
    for each in registers:
        at = done.get((each.group_id, each.on, each.session))
        is_closed = (each.on, each.session.value) in closures
        found.extend(_owed(each, at, rules, teachers.get(each.group_id, ()), now, days, is_closed=is_closed))
    return found


def _opened(
    rules: Timetable, first_day: date, last_day: date, now: datetime
) -> list[tuple[date, SchoolSession, RegisterTimes]]:
    """The half-days whose registers have opened, in order."""
    found = []
    for on in rules.calendar.school_days(first_day, min(last_day, now.date())):
        for session in SchoolSession:
            times = rules.calendar.times(on, session)
            if times is not None and (on < now.date() or times.opens_at <= now.time()):
                found.append((on, session, times))
    return found


def _registers(
    viewer: Viewer, rules: Timetable, halves: Sequence[tuple[date, SchoolSession, RegisterTimes]]
) -> Iterator[_Register]:
    """Every group's register of these half-days that has a pupil on it."""
    spells = register_spells(viewer, halves[0][0], halves[-1][0])
    names = {spell.group_id: spell.group_name for spell in spells}
    row_of = {group_id: row for row, group_id in enumerate(names)}
    by_year: dict[tuple[date, date], list[tuple[date, SchoolSession, RegisterTimes]]] = {}
    for half in halves:
        by_year.setdefault(year_bounds(rules.calendar, half[0]), []).append(half)
    for bounds, own in by_year.items():
        there, missing = _filled(viewer.school_id, bounds, own, spells, row_of)
        for index, (on, session, times) in enumerate(own):
            for group_id, row in row_of.items():
                if there[row, index]:
                    yield _Register(
                        group_id, names[group_id], on, session, times, is_missing=bool(missing[row, index])
                    )


def _filled(
    school_id: int,
    bounds: tuple[date, date],
    halves: Sequence[tuple[date, SchoolSession, RegisterTimes]],
    spells: Sequence[RegisterSpell],
    row_of: dict[int, int],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Has a group a pupil in a half-day, and lacks one of them a mark? Shape: both (groups, half-days)."""
    year = packed_year(school_id, bounds)
    columns = np.array([year.column(on, session is SchoolSession.PM) for on, session, _ in halves])
    ordinals = np.array([on.toordinal() for on, _, _ in halves])
    there = np.zeros((len(row_of), len(halves)), dtype=np.bool_)
    missing = np.zeros_like(there)
    for spell in spells:
        from_index = int(np.searchsorted(ordinals, spell.first_day.toordinal(), side="left"))
        last = spell.last_day.toordinal() if spell.last_day else ordinals[-1]
        to_index = int(np.searchsorted(ordinals, last, side="right"))
        span = slice(from_index, to_index)
        marks = year.of_pupil(spell.pupil_id)[columns[span]]
        there[row_of[spell.group_id], span] = True
        missing[row_of[spell.group_id], span] |= (marks == 0) | (marks == TAKEN_BACK.byte)
    return there, missing


def _completed(
    viewer: Viewer, registers: Sequence[_Register], first_day: date, last_day: date
) -> dict[tuple[int, date, SchoolSession], datetime]:
    """When each register was first complete: by the save of the register, else by the last mark made for anybody.

    A register that the desk completed mark by mark has no such save of its own; the last first mark of its half-day is
    the latest that it can have been.
    """
    rows = Save.objects.filter(
        school_id=viewer.school_id,
        on__range=(first_day, last_day),
        is_complete=True,
        group__isnull=False,
    ).order_by()
    found: dict[tuple[int, date, SchoolSession], datetime] = {}
    saved = rows.values_list("group_id", "on", "session", "at", "taken_on_paper_at")
    for group_id, on, session, at, on_paper_at in saved:
        if group_id and on:
            key, moment = (group_id, on, SchoolSession(session)), on_paper_at or at
            found[key] = min(moment, found.get(key, moment))
    bit_by_bit = [
        each
        for each in registers
        if not each.is_missing and (each.group_id, each.on, each.session) not in found
    ]
    if bit_by_bit:
        made = (
            Entry.objects.filter(
                school_id=viewer.school_id, on__in={each.on for each in bit_by_bit}, version=1
            )
            .order_by()
            .values_list("on", "session")
            .annotate(last_made_at=Max("at"))
        )
        last_made = {(on, SchoolSession(session)): at for on, session, at in made}
        for each in bit_by_bit:
            found[each.group_id, each.on, each.session] = last_made[each.on, each.session]
    return found


def _owed(
    register: _Register,
    done_at: datetime | None,
    rules: Timetable,
    teachers: Sequence[Teaching],
    now: datetime,
    days: dict[date, str],
    *,
    is_closed: bool,
) -> Iterator[Owed]:
    on, times = register.on, register.times
    opened_at = datetime.combine(on, times.opens_at, tzinfo=now.tzinfo)
    within = timedelta(minutes=rules.setting("submit_within_minutes", on))
    url = days[on] if done_at else reverse("registers:take", args=[register.group_id, on, register.session])
    because = _CLOSED if is_closed and done_at is None else ""
    about = f"{register.group_name}, {register.session.words}"
    yield Owed(
        "register.submitted",
        about,
        "Submit the register",
        opened_at,
        opened_at + within,
        url,
        person_ids=frozenset(each.user_id for each in teachers if each.covers(on)),
        done_at=done_at,
        dropped_because=because,
    )
    yield Owed(
        "register.taken",
        about,
        "Marks are missing",
        opened_at,
        datetime.combine(on, times.session_ends_at, tzinfo=now.tzinfo),
        url,
        done_at=None if register.is_missing else done_at,
        dropped_because=because if register.is_missing or done_at is None else "",
    )
