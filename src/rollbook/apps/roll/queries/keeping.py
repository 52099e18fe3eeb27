"""Whose marks a purge leaves alone because the admission register still names them."""

from datetime import date

from django.db.models import Q

from rollbook.apps.roll.models import Enrolment, RemovalRequest, ReturnDue
from rollbook.domain.access import Viewer
from rollbook.domain.removal_steps import RemovalState


def pupils_on_or_coming(viewer: Viewer, on: date) -> dict[int, str]:
    """The pupils of the viewer's school who are on roll on a day or come later. One query."""
    spells = Enrolment.objects.filter(
        Q(last_day=None) | Q(last_day__gte=on), pupil__school_id=viewer.school_id
    )
    return dict.fromkeys(spells.values_list("pupil_id", flat=True), "on roll")


def pupils_with_open_removals(viewer: Viewer, _on: date) -> dict[int, str]:
    """The pupils of the viewer's school whose removal waits for a decision, or its return to be sent. Two queries."""
    waiting = RemovalRequest.objects.filter(
        pupil__school_id=viewer.school_id, state=RemovalState.PROPOSED.value
    )
    returns = ReturnDue.objects.filter(
        pupil__school_id=viewer.school_id, due_on__isnull=False, sent_on=None, cancelled_because=""
    )
    return dict.fromkeys(
        returns.values_list("pupil_id", flat=True), "a return to the local authority is not sent"
    ) | dict.fromkeys(waiting.values_list("pupil_id", flat=True), "a removal waits for a decision")
