"""From which record something planned comes: asked by the apps below through `ROLLBOOK_ANSWERS`."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from rollbook.apps.absence.models import (
    DualRegistration,
    Leave,
    OffSiteActivity,
    PartTimeTimetable,
    Record,
    Report,
    Suspension,
)
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.part_time import TimetableState
from rollbook.ui.words import moment

Named = tuple[str, str]
"""Words, and the address of the record's page for those who may open it, else ""."""

_P = Permission
_PAGES: dict[str, tuple[type[Record], str, frozenset[Permission]]] = {
    "activity": (OffSiteActivity, "absence:activity", frozenset({_P.ACTIVITIES_RECORD})),
    "dual": (DualRegistration, "absence:dual", frozenset({_P.ACTIVITIES_RECORD})),
    "timetable": (
        PartTimeTimetable,
        "absence:timetable",
        frozenset({_P.TIMETABLES_DRAFT, _P.TIMETABLES_AGREE}),
    ),
    "suspension": (Suspension, "absence:suspension", frozenset({_P.SUSPENSIONS_RECORD})),
    "report": (Report, "absence:report", frozenset({_P.ABSENCE_RECORD})),
    "leave": (Leave, "absence:leave", frozenset({_P.LEAVE_RECORD, _P.LEAVE_DECIDE})),
}


def sources_of(viewer: Viewer, sources: Iterable[str]) -> dict[str, Named]:
    """The records of the viewer's school that these name ("activity:12"), in words with their pages.

    One query for each kind that occurs. What is no record of this school is left out.
    """
    ids: dict[str, set[int]] = {}
    for source in sources:
        kind, _, number = source.partition(":")
        if kind in _PAGES and number.isdecimal() and len(number) < 19:
            ids.setdefault(kind, set()).add(int(number))
    found = {}
    for kind, numbers in ids.items():
        model, page, allowed = _PAGES[kind]
        rows: Any = model._default_manager.filter(school_id=viewer.school_id, pk__in=numbers)
        rows = rows.select_related("call") if model is Report else rows
        for record in rows:
            url = reverse(page, args=[record.pk]) if viewer.permissions & allowed else ""
            found[record.source] = (_words(record), url)
    return found


def drafts_of(viewer: Viewer, pupil_id: int, today: date) -> list[tuple[str, str, date, date]]:
    """The part-time timetables prepared for a pupil and not agreed yet: words, page, first and last day.

    None for those who may not see timetables, nor what would be over by today. One query.
    """
    _, page, allowed = _PAGES["timetable"]
    if not viewer.permissions & allowed:
        return []
    drafts = PartTimeTimetable.objects.filter(
        school_id=viewer.school_id,
        pupil_id=pupil_id,
        state=TimetableState.DRAFT.value,
        last_day__gte=today,
    )
    return [
        (_words(draft), reverse(page, args=[draft.pk]), draft.first_day, draft.last_day) for draft in drafts
    ]


def _words(record: Record) -> str:
    if isinstance(record, OffSiteActivity):
        return record.title
    if isinstance(record, DualRegistration):
        return f"Also at {record.other_school}"
    if isinstance(record, Report):
        return f"Told on {moment(record.call.told_at)}"
    if isinstance(record, Leave):
        return "Leave of absence"
    return "Part-time timetable" if isinstance(record, PartTimeTimetable) else "Suspension"
