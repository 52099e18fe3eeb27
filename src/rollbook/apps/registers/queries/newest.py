"""The marks that stand for many pupils over many half-days, each with the version it is."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db import connection

from rollbook.apps.registers.queries.marks import listed
from rollbook.domain.codes import TAKEN_BACK
from rollbook.domain.marks import SchoolSession

HalfDay = tuple[date, SchoolSession]


class Standing(NamedTuple):
    """The newest version of a mark. A tuple, because a page holds thousands of them."""

    version: int
    code: str
    minutes_late: int | None
    note: str
    by_name: str

    @property
    def symbol(self) -> str:
        """The code that stands; "" where this version took the mark back."""
        return "" if self.code == TAKEN_BACK.symbol else self.code


# The index of versions begins with the day, so whole lists of days and pupils are looked up in it, mark by mark,
# instead of reading every mark of the school on these days. "+": see queries.marks.
_NEWEST = """
SELECT pupil_id, "on", session, version, code, minutes_late, note, by_name FROM registers_entry
WHERE +school_id = %s AND "on" IN ({days}) AND session IN ('AM', 'PM') AND pupil_id IN ({pupils})
"""


def standing_marks(
    school_id: int, days: Collection[date], pupil_ids: Collection[int]
) -> dict[int, dict[HalfDay, Standing]]:
    """The mark that stands for each of these pupils on each of these days; missing ones are left out. One query."""
    wanted_days, day_places = listed(day.isoformat() for day in days)
    wanted_pupils, pupil_places = listed(pupil_ids)
    # The forms in which the two databases give a date, and a session as the half-day's key.
    half_days: dict[object, dict[str, HalfDay]] = {}
    for day in days:
        halves = {each.value: (day, each) for each in SchoolSession}
        half_days[day] = half_days[day.isoformat()] = halves
    found: dict[int, dict[HalfDay, Standing]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _NEWEST.format(days=day_places, pupils=pupil_places), [school_id, *wanted_days, *wanted_pupils]
        )
        for pupil_id, on, session, *rest in cursor.fetchall():
            marks = found.setdefault(pupil_id, {})
            key = half_days[on][session]
            known = marks.get(key)
            if known is None or known.version < rest[0]:
                marks[key] = Standing(*rest)
    return found
