"""Signing in and out, passwords and the second step: each leaves its event."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.actions import record
from rollbook.domain.access import Actor

NOBODY = Actor(None, "Not signed in", "")


def note_sign_in(*, school_id: int | None, second_step: bool, by: Actor, at: datetime) -> None:
    """Records that somebody signed in."""
    with transaction.atomic():
        record(
            type="accounts.signed_in",
            by=by,
            at=at,
            school_id=school_id,
            subject=f"person:{by.user_id}",
            facts={"second_step": second_step},
        )


def note_failed_sign_in(
    *,
    address: str,
    person_id: int | None,
    school_id: int | None,
    step: str,
    is_locked: bool,
    by: Actor,
    at: datetime,
) -> None:
    """Records a failed sign-in with the address that was given, never the password; `step` is "password" or "code"."""
    with transaction.atomic():
        record(
            type="accounts.sign_in_failed",
            by=by,
            at=at,
            school_id=school_id,
            subject=f"person:{person_id}" if person_id else "",
            facts={"address": address[:254], "step": step, "locked": is_locked},
        )


def note_sign_out(*, why: str, school_id: int | None, by: Actor, at: datetime) -> None:
    """Records that a session ended: "asked", "idle", "day" (twelve hours) or "everywhere"."""
    with transaction.atomic():
        record(
            type="accounts.signed_out",
            by=by,
            at=at,
            school_id=school_id,
            subject=f"person:{by.user_id}",
            facts={"why": why},
        )


def change_password(
    *, person: User, password: str, with_link: bool, school_id: int | None, by: Actor, at: datetime
) -> None:
    """Sets a password, which ends every other session of the person. The password must have been checked before."""
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        record(
            type="accounts.password.changed",
            by=by,
            at=at,
            school_id=school_id,
            subject=f"person:{person.pk}",
            facts={"with_link": with_link},
        )


def end_own_sessions(*, person_id: int, school_id: int | None, by: Actor, at: datetime) -> None:
    """Signs a person out on every device."""
    with transaction.atomic():
        User.objects.filter(pk=person_id).update(sessions_ended=F("sessions_ended") + 1)
        note_sign_out(why="everywhere", school_id=school_id, by=by, at=at)


def note_second_step(*, change: str, person_id: int, school_id: int | None, by: Actor, at: datetime) -> None:
    """Records what was done about a second step: "added", "removed" or "codes" for new recovery codes."""
    kinds = {
        "added": "accounts.second_step.added",
        "removed": "accounts.second_step.removed",
        "codes": "accounts.recovery_codes.made",
    }
    with transaction.atomic():
        record(type=kinds[change], by=by, at=at, school_id=school_id, subject=f"person:{person_id}")


def take_second_step_away(*, person_id: int, school_id: int, by: Actor, at: datetime) -> None:
    """Removes somebody's second step and recovery codes, for when the telephone is lost."""
    with transaction.atomic():
        Authenticator.objects.filter(user_id=person_id).delete()
        note_second_step(change="removed", person_id=person_id, school_id=school_id, by=by, at=at)
