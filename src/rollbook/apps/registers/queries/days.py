"""Which marks stand on which days: asked before the calendar, or the roll, would leave a mark without its day."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count

from rollbook.apps.registers.models import Entry
from rollbook.apps.registers.queries.marks import listed
from rollbook.domain.access import Viewer
from rollbook.domain.codes import TAKEN_BACK
from rollbook.domain.marks import SchoolSession


def marks_on(school_id: int, days: Iterable[date]) -> dict[date, int]:
    """How many marks a school has on each of these days, days without any left out. One query."""
    rows = (
        Entry.objects.filter(school_id=school_id, on__in=list(days), version=1)
        .order_by("on")
        .values_list("on")
        .annotate(count=Count("id"))
    )
    return dict(rows)


# Day by day, so that the index by day is used; "+" keeps SQLite from reading the whole school (see queries.marks).
_OF_PUPIL = """
SELECT id, "on", session, code FROM registers_entry
WHERE +school_id = %s AND pupil_id = %s AND "on" IN ({places}) AND session IN ('AM', 'PM') ORDER BY version
"""


def pupil_marks(viewer: Viewer, pupil_id: int, days: Iterable[date]) -> dict[tuple[date, SchoolSession], str]:
    """The code that stands for a pupil in each session of these days; none for a session without a mark. One query."""
    wanted, places = listed(day.isoformat() for day in days)
    entries = Entry.objects.raw(_OF_PUPIL.format(places=places), [viewer.school_id, pupil_id, *wanted])
    newest = {(entry.on, SchoolSession(entry.session)): entry.code for entry in entries}
    return {half_day: code for half_day, code in newest.items() if code != TAKEN_BACK.symbol}
