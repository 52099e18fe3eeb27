"""How much school each pupil misses through medical and dental appointments (code M)."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.roll.queries import OnRoll, everyone_on_roll
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.codes import byte_of


@dataclass(frozen=True, slots=True)
class Appointments:
    """One pupil's sessions marked M this year, on how many days, and on how many of these the whole day was missed."""

    pupil: OnRoll
    session_count: int
    day_count: int
    whole_day_count: int
    last_on: date


@dataclass(frozen=True)
class YearOfAppointments:
    """The pupils on roll who missed something for an appointment since `first_day`, most sessions first."""

    first_day: date
    rows: list[Appointments]


def appointments_of_year(viewer: Viewer, now: datetime) -> YearOfAppointments:
    """Who has missed how much for appointments in the school year up to now. Two queries."""
    today = now.date()
    bounds = year_bounds(timetable(viewer).calendar, today)
    year = packed_year(viewer.school_id, bounds)
    rows = []
    for pupil in everyone_on_roll(viewer, today):
        row = year.row_of.get(pupil.id)
        if row is None:
            continue
        columns = np.flatnonzero(year.marks[row] == byte_of("M"))
        columns = columns[columns <= year.column(today, is_pm=True)]
        if len(columns):
            days, counts = np.unique(columns // 2, return_counts=True)
            last_on = year.day_of(int(columns[-1]))
            rows.append(Appointments(pupil, len(columns), len(days), int((counts == 2).sum()), last_on))
    rows.sort(key=lambda each: (-each.session_count, each.pupil.surname, each.pupil.forename, each.pupil.id))
    return YearOfAppointments(bounds[0], rows)
