"""The unplanned closures of a school: when, why, who decided, how many were coded."""

from datetime import date

from rollbook.apps.registers.models import UnplannedClosure
from rollbook.domain.access import Viewer


def closures_on(viewer: Viewer, on: date) -> list[UnplannedClosure]:
    """What was declared for a day in the viewer's school, morning first, each with its save. One query."""
    return list(
        UnplannedClosure.objects.select_related("save_made")
        .filter(school_id=viewer.school_id, on=on)
        .order_by("session")
    )


def latest_closures(viewer: Viewer, count: int) -> list[UnplannedClosure]:
    """The latest closures of the viewer's school, newest first. One query."""
    return list(
        UnplannedClosure.objects.select_related("save_made")
        .filter(school_id=viewer.school_id)
        .order_by("-on", "session")[:count]
    )
