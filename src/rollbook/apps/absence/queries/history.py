"""What happened to a record, as the audit log has it."""

from typing import Any

from rollbook.apps.absence.models import Record, Transfer
from rollbook.apps.audit.queries import Wanted, page_of
from rollbook.domain.access import Viewer


def history_of(viewer: Viewer, record: Record | Transfer) -> list[Any]:
    """The events of a record of the viewer's school, newest first: at most the last fifty. One query."""
    return page_of(viewer, Wanted(subjects=(record.source,), types=("absence.",))).events
