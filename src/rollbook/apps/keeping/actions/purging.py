"""The purge of a year: the attendance register's marks under their signed line, and the lessons' marks with them."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from rollbook.apps.lessons.actions.purging import purge_lessons
from rollbook.apps.registers.actions.purging import purge_year
from rollbook.apps.registers.actions.turns import turn_to_save
from rollbook.apps.registers.queries.keeping import open_cases_of
from rollbook.clock import LONDON
from rollbook.domain.access import Actor, Viewer


def purge_everything(
    *,
    viewer: Viewer,
    first_day: date,
    expected_count: int | None,
    reason: str,
    key: UUID,
    by: Actor,
    at: datetime,
) -> int:
    """Takes out what of an academic year is six years old and concerns no open case, all of it or nothing.

    Shape: how many entries of the attendance register went. Errors: Refused, as `purge_year` refuses.
    """
    with turn_to_save(), transaction.atomic():
        kept = open_cases_of(viewer, at.astimezone(LONDON).date())
        done = purge_year(
            viewer=viewer,
            first_day=first_day,
            expected_count=expected_count,
            reason=reason,
            key=key,
            by=by,
            at=at,
        )
        purge_lessons(
            viewer=viewer, first_day=done.first_day, last_day=done.last_day, kept=kept, by=by, at=at
        )
    return done.entry_count
