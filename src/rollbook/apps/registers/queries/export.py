"""The marks of a span of days with all their versions, for files and paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from rollbook.apps.registers.models import Entry
from rollbook.apps.registers.queries.marks import Versions
from rollbook.domain.access import Viewer

LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One version of one mark, and whether it is the one that stands."""

    entry: Entry
    before: Entry | None
    stands: bool


def export_lines(
    viewer: Viewer, first_day: date, last_day: date, group_id: int | None
) -> Iterator[ExportLine]:
    """Every version of every mark from a day to a day, by day, session and pupil; each amendment after its original."""
    entries = (
        Entry.objects.select_related("pupil", "save_made")
        .filter(school_id=viewer.school_id, on__range=(first_day, last_day))
        .order_by("on", "session", "pupil__surname", "pupil__forename", "pupil_id", "version")
    )
    if group_id is not None:
        entries = entries.filter(
            Q(pupil__memberships__last_day=None) | Q(pupil__memberships__last_day__gte=F("on")),
            pupil__memberships__group_id=group_id,
            pupil__memberships__group__school_id=viewer.school_id,
            pupil__memberships__first_day__lte=F("on"),
        )
    mark: Versions = []
    for entry in entries.iterator(chunk_size=2000):
        if mark and (entry.pupil_id, entry.on, entry.session) != (
            mark[0].pupil_id,
            mark[0].on,
            mark[0].session,
        ):
            yield from _lines(mark)
            mark = []
        mark.append(entry)
    yield from _lines(mark)


def _lines(mark: Versions) -> Iterator[ExportLine]:
    for place, entry in enumerate(mark):
        yield ExportLine(entry, mark[place - 1] if place else None, entry is mark[-1])
