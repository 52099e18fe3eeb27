"""How the school learnt who was at an activity: a row for each session, added and never changed."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from rollbook.apps.absence.actions.records import must, note, own_record
from rollbook.apps.absence.models import AttendanceConfirmation, OffSiteActivity
from rollbook.apps.absence.queries.activities import goes_on, places_of, slots_of
from rollbook.apps.absence.queries.week import has_begun
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.off_site import ConfirmedHow
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.sessions import SchoolSession


def confirm_session(
    *,
    viewer: Viewer,
    activity_id: int,
    on: date,
    school_session: SchoolSession,
    how: str,
    told_by: str,
    not_there: Collection[int],
    by: Actor,
    at: datetime,
) -> AttendanceConfirmation:
    """Records that the attendance of a session was confirmed, by whom and how, and who was not there.

    It changes no mark: those who did not attend are shown with the way to amend theirs. Confirming again adds a row.
    Errors: Refused.
    """
    must(viewer, Permission.ACTIVITIES_RECORD, "confirm attendance. The school office can")
    with transaction.atomic():
        activity = own_record(viewer, OffSiteActivity, activity_id)
        _refuse(viewer, activity, on, school_session, how, told_by, not_there, at)
        confirmation = AttendanceConfirmation.objects.create(
            activity=activity,
            on=on,
            session=school_session.value,
            how=how,
            told_by=told_by.strip(),
            at=at,
            by_id=by.person_id,
            by_name=by.name,
            by_position=by.position,
        )
        confirmation.not_there.set(set(not_there))
        facts = {
            "on": on.isoformat(),
            "session": school_session.value,
            "how": how,
            "told_by": told_by.strip(),
            "not_there": len(set(not_there)),
        }
        note(of=activity, type="absence.activity.confirmed", facts=facts, by=by, at=at)
    return confirmation


def _refuse(
    viewer: Viewer,
    activity: OffSiteActivity,
    on: date,
    school_session: SchoolSession,
    how: str,
    told_by: str,
    not_there: Collection[int],
    at: datetime,
) -> None:
    expected = {place.pupil_id for place in places_of(activity) if goes_on(place, on)}
    refusals = []
    if (on, school_session) not in slots_of(viewer, activity, on, on):
        refusals.append(Refusal("", "The activity has no such session."))
    elif not has_begun(viewer, (on, school_session), at):
        refusals.append(Refusal("", "This session is still to come: confirm it once it has begun."))
    if how not in set(ConfirmedHow):
        refusals.append(Refusal("how", "Choose how you were told."))
    if not told_by.strip():
        refusals.append(Refusal("told_by", "Say who told you."))
    if not set(not_there) <= expected:
        refusals.append(Refusal("not_there", "Somebody you chose is not on this activity that day."))
    if refusals:
        raise Refused(refusals)
