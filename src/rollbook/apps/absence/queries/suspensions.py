"""Suspensions with their days counted, by the school's calendar and with those that follow one another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from rollbook.apps.absence.models import Suspension
from rollbook.apps.absence.queries.people import records_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.suspension import Count, Suspended, count_days


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    """A suspension with its count on a day."""

    suspension: Suspension
    count: Count


def as_suspended(suspension: Suspension) -> Suspended:
    """A suspension as the rules take it."""
    return Suspended(suspension.first_day, suspension.last_day, suspension.provision_from)


def others_of(viewer: Viewer, pupil_id: int, without: int | None) -> list[Suspended]:
    """A pupil's other suspensions that were not withdrawn. One query."""
    rows = Suspension.objects.filter(school_id=viewer.school_id, pupil_id=pupil_id, ended_at=None)
    return [as_suspended(row) for row in rows if row.pk != without]


def suspension_rows(viewer: Viewer, today: date, *, past: bool) -> list[SuspensionRow]:
    """The school's suspensions that are over or withdrawn, or the others, each counted. Two queries."""
    suspensions = records_of(viewer, Suspension, today, past=past)
    return _counted(viewer, suspensions, today)


def count_of(viewer: Viewer, suspension: Suspension, today: date) -> Count:
    """The count of one suspension on a day. One query."""
    others = others_of(viewer, suspension.pupil_id, suspension.pk)
    return count_days(as_suspended(suspension), others, timetable(viewer).calendar, today)


def waiting_count(viewer: Viewer, today: date) -> int:
    """How many suspensions that run have reached their fourth day with nobody to teach the pupil from the sixth.

    0 for those who may not record suspensions. Two queries.
    """
    if not viewer.may(Permission.SUSPENSIONS_RECORD):
        return 0
    return sum(row.count.is_due for row in suspension_rows(viewer, today, past=False))


def _counted(viewer: Viewer, suspensions: Collection[Suspension], today: date) -> list[SuspensionRow]:
    pupils = {each.pupil_id for each in suspensions}
    of_pupil: dict[int, list[Suspension]] = {}
    rows = Suspension.objects.filter(school_id=viewer.school_id, pupil_id__in=pupils, ended_at=None)
    for row in rows:
        of_pupil.setdefault(row.pupil_id, []).append(row)
    calendar = timetable(viewer).calendar
    return [
        SuspensionRow(
            each,
            count_days(
                as_suspended(each),
                [as_suspended(other) for other in of_pupil.get(each.pupil_id, []) if other.pk != each.pk],
                calendar,
                today,
            ),
        )
        for each in suspensions
    ]
