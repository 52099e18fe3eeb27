"""The marks that are or were N: since when, until when, and which marks stand now. Asked by what follows them up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection

from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.schools.queries import timetable
from rollbook.clock import LONDON
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.sessions import SchoolSession

PupilMarks = list[tuple[date, SchoolSession, str]]

# Every version of the marks of which one version says N: the next version tells when the reason took its place.
_WERE_N = """
SELECT e.pupil_id, e."on", e.session, e.version, e.code, e.at
FROM registers_entry e
WHERE e.school_id = %s AND e."on" BETWEEN %s AND %s AND EXISTS (
    SELECT 1 FROM registers_entry n
    WHERE n."on" = e."on" AND n.session = e.session AND n.pupil_id = e.pupil_id AND n.code = 'N'
)
ORDER BY e.pupil_id, e."on", e.session, e.version
"""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A session that was marked N: when first, and when another code took its place for good; None where N stands."""

    pupil_id: int
    on: date
    session: SchoolSession
    marked_at: datetime
    settled_at: datetime | None


def were_not_established(viewer: Viewer, first_day: date, last_day: date) -> list[Unsettled]:
    """Every session of these days that was marked N at some time, by pupil and day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_WERE_N, [viewer.school_id, first_day.isoformat(), last_day.isoformat()])
        rows = cursor.fetchall()
    found: dict[tuple[int, date, str], Unsettled] = {}
    for pupil_id, on, session, _, code, at in rows:
        day, moment = _day(on), _moment(at)
        key = (pupil_id, day, session)
        known = found.get(key)
        if code == "N":
            marked_at = known.marked_at if known else moment
            found[key] = Unsettled(pupil_id, day, SchoolSession(session), marked_at, None)
        elif known is not None and known.settled_at is None:
            found[key] = Unsettled(pupil_id, day, known.session, known.marked_at, moment)
    return list(found.values())


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


def _day(value: date | str) -> date:
    """A day as PostgreSQL or as SQLite gives it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: datetime | str) -> datetime:
    """A moment as PostgreSQL or as SQLite gives it, by the school's clock."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(LONDON)
