"""Undoing what an import did on the roll."""

from datetime import datetime

from rollbook.apps.exchange.models import ImportedRow
from rollbook.apps.roll.actions.putting_back import put_back
from rollbook.domain.access import Actor, Viewer


def put_roll_back(*, viewer: Viewer, row: ImportedRow, reason: str, by: Actor, at: datetime) -> None:
    """Sets one record of the roll back. Errors: Refused."""
    put_back(
        viewer=viewer, subject=row.subject, before=row.before, after=row.after, reason=reason, by=by, at=at
    )
