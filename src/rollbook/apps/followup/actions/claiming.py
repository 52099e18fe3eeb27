"""Who is ringing whom: taken on, let go, taken over. Never two people ringing one parent."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.followup.models import CallClaim
from rollbook.apps.followup.queries.steps import LARGEST_ID, lines_of
from rollbook.apps.roll.queries.calling import ToCall, to_call
from rollbook.apps.schools.queries import timetable
from rollbook.clock import LONDON
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.sessions import words_for_time


class NotHere(Refused):
    """The pupil is none of the viewer's school."""


def must_contact(viewer: Viewer) -> None:
    """Errors: Refused for somebody who doesn't follow up absence."""
    if not viewer.may(Permission.CONTACT_RECORD):
        raise Refused.one("", "You may not follow up absence. The school office or the pastoral lead can.")


def own_to_call(viewer: Viewer, pupil_id: int) -> ToCall:
    """A pupil of the viewer's school with the contacts. Errors: NotHere for any other."""
    found = to_call(viewer, [pupil_id]).get(pupil_id) if pupil_id <= LARGEST_ID else None
    if found is None:
        raise NotHere([Refusal("", "This is no pupil of your school.")])
    return found


def claim(*, viewer: Viewer, pupil_id: int, by: Actor, at: datetime, takes_over: bool = False) -> None:
    """Takes it on to ring about a pupil, for so many minutes as the school has set.

    The claim is on the telephone numbers: nobody else can take on a brother or sister with the same parent meanwhile.
    Taken on again by the same person it lasts longer. `takes_over` ends what others hold.
    Errors: Refused with who is ringing.
    """
    must_contact(viewer)
    call = own_to_call(viewer, pupil_id)
    minutes: int = timetable(viewer).setting("claim_minutes", at.date())
    try:
        with transaction.atomic():
            held = _held(viewer, call, at)
            others = [each for each in held if each.by_id != by.person_id]
            if others and not takes_over:
                raise Refused.one("", _who_rings(others[0], call))
            CallClaim.objects.filter(pk__in=[each.pk for each in held]).update(ended_at=at)
            CallClaim.objects.bulk_create(
                CallClaim(
                    school_id=viewer.school_id,
                    pupil_id=pupil_id,
                    line=line,
                    at=at,
                    ends_at=at + timedelta(minutes=minutes),
                    by_id=by.person_id,
                    by_name=by.name,
                )
                for line in sorted(lines_of(call))
            )
            record(
                type="followup.claim.taken_over" if others else "followup.claim.made",
                by=by,
                at=at,
                school_id=viewer.school_id,
                subject=f"pupil:{pupil_id}",
                facts={"taken_from": others[0].by_name} if others else {},
            )
    except IntegrityError:
        # Two people, at the same instant.
        raise Refused.one("", "Somebody else took this on at the same moment. Look again.") from None


def let_go(*, viewer: Viewer, pupil_id: int, by: Actor, at: datetime) -> None:
    """Ends one's own claim on a pupil of the viewer's school; somebody else's stays. Errors: Refused."""
    must_contact(viewer)
    call = own_to_call(viewer, pupil_id)
    with transaction.atomic():
        ended_count = CallClaim.objects.filter(
            school_id=viewer.school_id, pupil_id=call.pupil.pk, by_id=by.person_id, ended_at=None
        ).update(ended_at=at)
        if ended_count:
            record(
                type="followup.claim.let_go",
                by=by,
                at=at,
                school_id=viewer.school_id,
                subject=f"pupil:{call.pupil.pk}",
            )


def _held(viewer: Viewer, call: ToCall, at: datetime) -> list[CallClaim]:
    """The claims on these numbers, once those that have lapsed are ended."""
    rows = CallClaim.objects.filter(
        school_id=viewer.school_id, line__in=lines_of(call), ended_at=None
    ).select_related("pupil")
    rows.filter(ends_at__lte=at).update(ended_at=at)
    return list(rows.all())


def _who_rings(other: CallClaim, call: ToCall) -> str:
    since = words_for_time(other.at.astimezone(LONDON).time())
    about = "" if other.pupil_id == call.pupil.pk else f" about {other.pupil.forename} {other.pupil.surname}"
    return f"{other.by_name} is ringing the same parent{about} since {since}. Ask them, or take it over."
