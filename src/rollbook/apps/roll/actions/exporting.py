"""Taking the list of pupils out as a file, which the audit log notes."""

from datetime import datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused


def note_export(*, viewer: Viewer, count: int, words: str, by: Actor, at: datetime) -> None:
    """Records that somebody took out the list. Errors: Refused for those who may not."""
    if not viewer.may(Permission.REGISTERS_EXPORT):
        raise Refused.one("", "You may not take pupils out as a file.")
    with transaction.atomic():
        record(
            type="roll.exported",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"school:{viewer.school_id}",
            facts={"pupils": count, "search": words},
        )
