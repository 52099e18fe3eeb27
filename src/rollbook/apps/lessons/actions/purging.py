"""The purge of lesson registers: what is six years old goes with the marks of its academic year."""

from collections.abc import Container, Sequence
from datetime import date, datetime

from django.db import models, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.lessons.models import LessonAlert, LessonMark
from rollbook.apps.lessons.queries.keeping import OldLessons, old_lessons
from rollbook.clock import LONDON
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused

_IDS_AT_ONCE = 500


def purge_lessons(
    *, viewer: Viewer, first_day: date, last_day: date, kept: Container[int], by: Actor, at: datetime
) -> OldLessons:
    """Removes the marks and closed alerts of these days that are six years old, but of the pupils `kept`.

    Errors: Refused without the right to purge.
    """
    if not viewer.may(Permission.KEEPING_PURGE):
        raise Refused.one("", "Your role may not purge the registers. The head teacher may.")
    with transaction.atomic():
        old = old_lessons(viewer, first_day, last_day, kept, at.astimezone(LONDON).date())
        _remove(LessonMark, old.marks)
        _remove(LessonAlert, old.alerts)
        if old.marks or old.alerts:
            record(
                type="lesson.purged",
                by=by,
                at=at,
                school_id=viewer.school_id,
                subject=f"school:{viewer.school_id}",
                facts={
                    "first_day": first_day.isoformat(),
                    "last_day": last_day.isoformat(),
                    "marks_purged": len(old.marks),
                    "alerts_purged": len(old.alerts),
                },
            )
    return old


def _remove(model: type[models.Model], ids: Sequence[int]) -> None:
    for start in range(0, len(ids), _IDS_AT_ONCE):
        model._default_manager.filter(pk__in=ids[start : start + _IDS_AT_ONCE]).delete()
