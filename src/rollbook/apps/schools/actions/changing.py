"""What every change of a school's set-up has in common: who may, one at a time, kept copies renewed, one event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from rollbook.apps.audit.actions import record
from rollbook.apps.schools.models import School
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused

MAY_NOT = "You may not change this. The attendance officer, the head teacher or the administrator can."


def one_at_a_time(viewer: Viewer, permission: Permission = Permission.CALENDAR_MANAGE) -> School:
    """The viewer's school, locked until the change is over, so that two changes can't cross. Errors: Refused."""
    if not viewer.may(permission):
        raise Refused.one("", MAY_NOT)
    return School.objects.select_for_update().get(pk=viewer.school_id)


def note_change(
    *, school_id: int, type: str, subject: str, facts: Mapping[str, Any], by: Actor, at: datetime
) -> None:
    """Has every process read the school's calendar afresh, and records what was changed."""
    with transaction.atomic():
        School.objects.filter(pk=school_id).update(calendar_version=F("calendar_version") + 1)
        record(type=type, by=by, at=at, school_id=school_id, subject=subject, facts=facts)
