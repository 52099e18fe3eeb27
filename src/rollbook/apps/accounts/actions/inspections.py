"""Inspectors: everything they open and take out is written down, and their access can be ended at once."""

from datetime import datetime, timedelta

from django.db import transaction

from rollbook.apps.accounts.actions.appointments import end_appointment
from rollbook.apps.accounts.actions.people import close_account
from rollbook.apps.accounts.models import Appointment
from rollbook.apps.accounts.queries import works_elsewhere
from rollbook.apps.audit.actions import record
from rollbook.domain.access import Actor, Permission, Role, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.words import plain_day

_NOT_ALLOWED = "You may not manage staff. The head teacher and the Rollbook administrator can."
LONGEST_ADDRESS = 300


def note_inspection(
    *, viewer: Viewer, what: str, subject: str, address: str, file: str, by: Actor, at: datetime
) -> None:
    """Records that an inspector opened a page or, where `file` names one, took a file.

    Shape: `what` in words ("the attendance"), `subject` "pupil:12" or "". Source: domain.md 1.7, log every access.
    """
    facts = {"what": what, "page": address[:LONGEST_ADDRESS]} | ({"file": file} if file else {})
    with transaction.atomic():
        record(
            type="inspection.file.taken" if file else "inspection.page.opened",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=subject,
            facts=facts,
        )


def end_inspection(*, viewer: Viewer, appointment_id: int, by: Actor, at: datetime) -> bool:
    """Ends an inspector's access now; says whether it ended at once or ends at midnight. Errors: Refused.

    An appointment lasts whole days. One that began today is over at once by closing the account with it, unless that
    is used for other work too.
    """
    if not viewer.may(Permission.STAFF_MANAGE):
        raise Refused.one("", _NOT_ALLOWED)
    today = at.date()
    with transaction.atomic():
        rows = Appointment.objects.filter(school_id=viewer.school_id, role=Role.INSPECTOR)
        inspection = rows.select_for_update().filter(pk=appointment_id).first()
        if inspection is None:
            raise Refused.one("", "There is no such inspection.")
        if inspection.last_day is not None and inspection.last_day < today:
            raise Refused.one("", f"This access ended on {plain_day(inspection.last_day)} already.")
        if inspection.first_day > today:
            raise Refused.one("", "This access has not begun. Take the role back on the person's page.")
        begins_today = inspection.first_day == today
        is_for_this_alone = not (
            _has_other_roles(inspection) or works_elsewhere(viewer, inspection.user_id, today)
        )
        if begins_today and is_for_this_alone:
            close_account(viewer=viewer, person_id=inspection.user_id, by=by, at=at)
        last_day = today if begins_today else today - timedelta(days=1)
        end_appointment(viewer=viewer, appointment_id=appointment_id, last_day=last_day, by=by, at=at)
    return not begins_today or is_for_this_alone


def _has_other_roles(inspection: Appointment) -> bool:
    """Has the inspector another role at this school, over or not?"""
    rows = Appointment.objects.filter(user_id=inspection.user_id, school_id=inspection.school_id)
    return rows.exclude(pk=inspection.pk).exists()
