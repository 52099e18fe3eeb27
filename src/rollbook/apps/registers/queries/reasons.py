"""The sessions that are or were N: since when, and what took its place, when and by whose hand."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection

from rollbook.clock import LONDON
from rollbook.domain.access import Viewer
from rollbook.domain.codes import TAKEN_BACK
from rollbook.domain.sessions import SchoolSession

# 'N' stands in the statement, not among its values: only so SQLite goes by the index that holds nothing else.
_NOT_ESTABLISHED = """
SELECT n.pupil_id, n."on", n.session, n.version, n.at, later.code, later.at, later.by_name, later.by_position
FROM registers_entry n
LEFT JOIN registers_entry later ON later."on" = n."on" AND later.session = n.session
  AND later.pupil_id = n.pupil_id AND later.version = n.version + 1
WHERE n.school_id = %s AND n.code = 'N' AND n."on" BETWEEN %s AND %s {which}
ORDER BY n."on", n.pupil_id, n.session, n.version
"""
_STANDING = "AND later.id IS NULL"


@dataclass(frozen=True, slots=True)
class Settled:
    """What took the place of N: the code, when, and the name and position of who entered it."""

    code: str
    at: datetime
    by_name: str
    by_position: str

    @property
    def is_taken_back(self) -> bool:
        """Was the mark taken back, so that none stands?"""
        return self.code == TAKEN_BACK.symbol


@dataclass(frozen=True, slots=True)
class NotEstablished:
    """A session that was marked N: when first, as which version last, and what took its place; None while N stands."""

    pupil_id: int
    on: date
    session: SchoolSession
    version: int
    marked_at: datetime
    settled: Settled | None


def standing_reasons(viewer: Viewer, until: date) -> list[NotEstablished]:
    """Every session up to a day, of whatever year, whose mark is N, the earliest first. One query."""
    return _found(viewer, date.min, until, _STANDING)


def reasons_between(viewer: Viewer, first_day: date, last_day: date) -> list[NotEstablished]:
    """Every session of these days that is or was N, the earliest first. One query."""
    return _found(viewer, first_day, last_day, "")


def _found(viewer: Viewer, first_day: date, last_day: date, which: str) -> list[NotEstablished]:
    with connection.cursor() as cursor:
        values: list[int | str] = [viewer.school_id, first_day.isoformat(), last_day.isoformat()]
        cursor.execute(_NOT_ESTABLISHED.format(which=which), values)
        rows = cursor.fetchall()
    found: dict[tuple[date, int, str], NotEstablished] = {}
    for pupil_id, day, session, version, marked, code, at, by_name, by_position in rows:
        on = date.fromisoformat(day) if isinstance(day, str) else day
        key = (on, pupil_id, session)
        earlier = found.get(key)
        found[key] = NotEstablished(
            pupil_id,
            on,
            SchoolSession(session),
            version,
            earlier.marked_at if earlier else _moment(marked),
            None if code is None or code == "N" else Settled(code, _moment(at), by_name, by_position),
        )
    return list(found.values())


def _moment(value: datetime | str) -> datetime:
    """A moment as PostgreSQL or as SQLite gives it, by the school's clock."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(LONDON)
