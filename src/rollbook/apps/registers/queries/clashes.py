"""What already stands where a record is about to plan marks: other plans, and marks already made."""

from collections.abc import Collection
from datetime import date

from rollbook.apps.registers.models import Entry, PlannedMark
from rollbook.domain.access import Viewer
from rollbook.domain.sessions import SchoolSession

Made = dict[tuple[int, date, SchoolSession], str]
"""Shape: the code that stands, by pupil, day and session."""


def plans_in_the_way(
    viewer: Viewer, pupil_ids: Collection[int], first_day: date, last_day: date, *, without: str = ""
) -> list[PlannedMark]:
    """What is planned for these pupils on any of these days, but for the plans of one record. One query."""
    plans = PlannedMark.objects.filter(
        school_id=viewer.school_id,
        pupil_id__in=pupil_ids,
        first_day__lte=last_day,
        last_day__gte=first_day,
        withdrawn_at=None,
    )
    return list(plans.exclude(source=without) if without else plans)


def marks_made(viewer: Viewer, pupil_ids: Collection[int], first_day: date, last_day: date) -> Made:
    """The marks of these pupils that stand on these days. One query."""
    entries = Entry.objects.filter(
        school_id=viewer.school_id, on__range=(first_day, last_day), pupil_id__in=pupil_ids
    )
    rows = entries.order_by("version").values_list("pupil_id", "on", "session", "code")
    newest = {(pupil, on, SchoolSession(each)): code for pupil, on, each, code in rows}
    return {which: code for which, code in newest.items() if code}  # a mark may have been taken back
