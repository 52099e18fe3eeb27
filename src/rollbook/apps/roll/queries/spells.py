"""Who is on whose register over a span of days: for what looks at many days at once."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from rollbook.domain.access import Viewer


class RegisterSpell(NamedTuple):
    """From which day to which a pupil is on a group's register; `last_day` None has no end yet.

    A tuple, because a page reads one of every pupil of the school.
    """

    pupil_id: int
    surname: str
    forename: str
    born_on: date
    year_offset: int
    group_id: int
    group_name: str
    first_day: date
    last_day: date | None

    def covers(self, on: date) -> bool:
        """Whether the pupil is on this register on a day."""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)


# As the register of one day asks it (on_roll), for a span: in a group and on the roll, and no boarder.
_SPELLS = """
SELECT m.pupil_id, p.surname, p.forename, p.born_on, p.year_offset, m.group_id, g.name,
       m.first_day, m.last_day, e.first_day, e.last_day
FROM roll_membership m
JOIN schools_teachinggroup g ON g.id = m.group_id
JOIN roll_pupil p ON p.id = m.pupil_id
JOIN roll_enrolment e ON e.pupil_id = m.pupil_id
WHERE g.school_id = %(school)s AND p.school_id = %(school)s AND NOT e.is_boarder
  AND m.first_day <= %(last)s AND (m.last_day IS NULL OR m.last_day >= %(first)s)
  AND e.first_day <= %(last)s AND (e.last_day IS NULL OR e.last_day >= %(first)s)
ORDER BY p.surname, p.forename, m.pupil_id, m.first_day, e.first_day
"""


def register_spells(
    viewer: Viewer, first_day: date, last_day: date, pupil_ids: Iterable[int] | None = None
) -> list[RegisterSpell]:
    """Every spell on a register of the viewer's school that touches these days, by surname. One query.

    `pupil_ids` leaves out everybody else. Source: SI 2024/208 reg 10(1); domain.md 1.1.5 and 1.1.8.
    """
    wanted = None if pupil_ids is None else frozenset(pupil_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            _SPELLS,
            {"school": viewer.school_id, "first": first_day.isoformat(), "last": last_day.isoformat()},
        )
        rows = cursor.fetchall()
    found = []
    for pupil, surname, forename, born_on, offset, group, name, *days in rows:
        if wanted is not None and pupil not in wanted:
            continue
        in_group, in_group_until, on_roll, on_roll_until = days
        first = max(_day(in_group), _day(on_roll))
        last = min((_day(each) for each in (in_group_until, on_roll_until) if each), default=None)
        if last is None or first <= last:
            found.append(
                RegisterSpell(pupil, surname, forename, _day(born_on), offset, group, name, first, last)
            )
    return found


# The same few first and last days stand in nearly every row.
@lru_cache(maxsize=4096)
def _day(value: date | str) -> date:
    """A day as PostgreSQL or as SQLite gives it."""
    return date.fromisoformat(value) if isinstance(value, str) else value
