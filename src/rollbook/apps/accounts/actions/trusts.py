"""Trusts: set up on the server with their attendance leads; a school joins and leaves by its own decision."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from rollbook.apps.accounts.models import Trust, TrustPost, TrustSchool, User
from rollbook.apps.accounts.queries import person_with_address, trust_of
from rollbook.apps.audit.actions import record
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.words import plain_day

_NOT_ALLOWED = "You may not decide this. The head teacher and the Rollbook administrator can."


def appoint_lead(
    *,
    trust_name: str,
    name: str,
    email: str,
    position: str,
    first_day: date,
    by: Actor,
    at: datetime,
) -> TrustPost:
    """Gives somebody the attendance lead of a trust, which is set up where it is new. Errors: Refused.

    Somebody who has an account keeps it and its name. Each school of the trust finds a line in its log.
    """
    address = email.strip().lower()
    refusals = [
        Refusal(field, message)
        for field, value, message in (
            ("trust_name", trust_name, "Give the trust's name."),
            ("name", name, "Give the person's name."),
            ("position", position, "Give the position, as it should stand in the schools' logs."),
        )
        if not value.strip() or "\x00" in value
    ]
    try:
        validate_email(address)
    except ValidationError:
        refusals.append(Refusal("email", "Give an e-mail address like name@trust.org.uk."))
    if refusals:
        raise Refused(refusals)
    with transaction.atomic():
        trust = Trust.objects.filter(name__iexact=trust_name.strip()).first()
        trust = trust or Trust.objects.create(name=trust_name.strip())
        person = person_with_address(address) or User.objects.create_user(email=address, name=name.strip())
        lasting = TrustPost.objects.filter(trust=trust, user=person, last_day=None)
        if lasting.exists():
            raise Refused.one("email", f"{person.name} is an attendance lead of {trust.name} already.")
        post = TrustPost.objects.create(
            user=person, trust=trust, position=position.strip(), first_day=first_day
        )
        _record_in_schools("accounts.trust.lead_appointed", post, by, at)
    return post


def end_lead(*, trust_name: str, email: str, last_day: date, by: Actor, at: datetime) -> TrustPost:
    """Ends somebody's attendance lead of a trust after a last day. Errors: Refused."""
    with transaction.atomic():
        post = (
            TrustPost.objects.select_related("user", "trust")
            .filter(trust__name__iexact=trust_name.strip(), user__email=email.strip().lower(), last_day=None)
            .first()
        )
        if post is None:
            raise Refused.one("email", "Nobody with this address is an attendance lead of this trust.")
        if last_day < post.first_day:
            message = f"It began on {plain_day(post.first_day)}. Its last day can't be before that."
            raise Refused.one("last_day", message)
        post.last_day = last_day
        post.save(update_fields=["last_day"])
        _record_in_schools("accounts.trust.lead_ended", post, by, at)
    return post


def join_trust(
    *, viewer: Viewer, trust_id: int, first_day: date | None, by: Actor, at: datetime
) -> TrustSchool:
    """Lets a trust's attendance leads see the viewer's school from a day on. Errors: Refused."""
    _refuse_others(viewer)
    trust = Trust.objects.filter(pk=trust_id).first()
    if trust is None:
        raise Refused.one("trust", "Choose a trust.")
    if first_day is None or first_day < at.date():
        raise Refused.one("first_day", "Enter the first day: today or later.")
    with transaction.atomic():
        current = trust_of(viewer, at.date())
        if current is not None:
            message = f"{viewer.school_name} belongs to {current.trust.name}. It must leave that trust first."
            raise Refused.one("", message)
        joined = TrustSchool.objects.create(trust=trust, school_id=viewer.school_id, first_day=first_day)
        _record(viewer, "accounts.trust.joined", joined, by, at)
    return joined


def leave_trust(*, viewer: Viewer, last_day: date | None, by: Actor, at: datetime) -> None:
    """Ends the school's time in its trust after a last day: from the next, the trust sees nothing of it.

    Yesterday ends it at once; a time that has not begun is taken back. Errors: Refused.
    """
    _refuse_others(viewer)
    today = at.date()
    current = trust_of(viewer, today)
    if current is None:
        raise Refused.one("", f"{viewer.school_name} belongs to no trust.")
    if last_day is None or last_day < today - timedelta(days=1):
        raise Refused.one("last_day", "Enter the last day: yesterday, to end it at once, or later.")
    with transaction.atomic():
        if current.first_day > last_day:
            _record(viewer, "accounts.trust.left", current, by, at)
            current.delete()
            return
        current.last_day = last_day
        current.save(update_fields=["last_day"])
        _record(viewer, "accounts.trust.left", current, by, at)


def _refuse_others(viewer: Viewer) -> None:
    if not viewer.may(Permission.STAFF_MANAGE):
        raise Refused.one("", _NOT_ALLOWED)


def _record(viewer: Viewer, type: str, row: TrustSchool, by: Actor, at: datetime) -> None:
    facts = {
        "trust": row.trust.name,
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat() if row.last_day else None,
    }
    record(type=type, by=by, at=at, school_id=viewer.school_id, facts=facts)


def _record_in_schools(type: str, post: TrustPost, by: Actor, at: datetime) -> None:
    """A line in the log of each school that is in the trust, and one that belongs to no school."""
    schools = TrustSchool.objects.filter(trust_id=post.trust_id, last_day=None)
    for school_id in (None, *schools.values_list("school_id", flat=True)):
        record(
            type=type,
            by=by,
            at=at,
            school_id=school_id,
            facts={
                "name": post.user.name,
                "position": post.position,
                "trust": post.trust.name,
                "first_day": post.first_day.isoformat(),
                "last_day": post.last_day.isoformat() if post.last_day else None,
            },
        )
