"""The marks that stand for some pupils, out of the year that is kept in memory."""

from collections.abc import Collection
from datetime import date

from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.sessions import SchoolSession

PupilMarks = list[tuple[date, SchoolSession, str]]


def codes_on(viewer: Viewer, on: date, pupil_ids: Collection[int]) -> dict[SchoolSession, dict[int, str]]:
    """The code that stands for each of these pupils in both half-days of a day, "" for none. One query."""
    year = packed_year(viewer.school_id, year_bounds(timetable(viewer).calendar, on))
    found: dict[SchoolSession, dict[int, str]] = {}
    for session in SchoolSession:
        column = year.column(on, session is SchoolSession.PM)
        bytes_of = {pupil: int(year.of_pupil(pupil)[column]) for pupil in pupil_ids}
        found[session] = {pupil: BY_BYTE[byte].symbol if byte else "" for pupil, byte in bytes_of.items()}
    return found


def marks_of_year(viewer: Viewer, pupil_ids: Collection[int], on: date, until: date) -> dict[int, PupilMarks]:
    """The marks that stand for these pupils in the academic year of a day, up to another day, in order.

    One query, however many pupils; see `queries.year`.
    """
    calendar = timetable(viewer).calendar
    bounds = year_bounds(calendar, on)
    year = packed_year(viewer.school_id, bounds)
    end = 2 * ((min(until, bounds[1]) - bounds[0]).days + 1)
    found: dict[int, PupilMarks] = {}
    for pupil_id in pupil_ids:
        row = year.of_pupil(pupil_id)[:end]
        found[pupil_id] = [
            (
                year.day_of(int(column)),
                SchoolSession.PM if column % 2 else SchoolSession.AM,
                BY_BYTE[int(row[column])].symbol,
            )
            for column in row.nonzero()[0]
        ]
    return found
