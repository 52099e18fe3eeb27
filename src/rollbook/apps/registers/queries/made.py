"""When marks were made: told apart from what was known when."""

from collections.abc import Collection
from datetime import date, datetime

from rollbook.apps.registers.models import Entry
from rollbook.domain.access import Viewer
from rollbook.domain.marks import SchoolSession


def made_at(
    viewer: Viewer, days: Collection[date], pupil_ids: Collection[int]
) -> dict[tuple[int, date, SchoolSession], datetime]:
    """When the newest version of each mark of these pupils on these days was made. One query."""
    rows = Entry.objects.filter(
        school_id=viewer.school_id, on__in=days, session__in=["AM", "PM"], pupil_id__in=pupil_ids
    )
    newest = rows.order_by("version").values_list("pupil_id", "on", "session", "at")
    return {(pupil, on, SchoolSession(session)): at for pupil, on, session, at in newest}
