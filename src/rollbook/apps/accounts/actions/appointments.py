"""Giving people roles for a time. A position is never rewritten: a new one is a new appointment."""

from datetime import date, datetime, timedelta

from django.db import transaction

from rollbook.apps.accounts.models import Appointment, User
from rollbook.apps.accounts.queries import MANAGING_ROLES, first_gap, managing, person_of
from rollbook.apps.audit.actions import record
from rollbook.domain.access import (
    GIVEN_BY_A_SCHOOL,
    LONGEST_INSPECTION_DAYS,
    ROLE_PERMISSIONS,
    Actor,
    Permission,
    Role,
    Viewer,
)
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.spans import Span
from rollbook.ui.words import plain_day

_NOT_ALLOWED = "You may not manage staff. The head teacher and the Rollbook administrator can."
_GONE = "This appointment is not on your school's list."
_INSPECTION_ENDS = (
    f"Enter the last day of the inspection, which may last {LONGEST_INSPECTION_DAYS} days at most."
)
# Who may take any register may take their own; a role that asks for the smaller one asks for nothing new.
_COVERED_BY = {
    Permission.REGISTER_TAKE_OWN: Permission.REGISTER_TAKE_ANY,
    Permission.PUPIL_VIEW_OWN: Permission.PUPIL_VIEW_ANY,
}


def begin_appointment(
    *,
    viewer: Viewer,
    person_id: int,
    role: str,
    position: str,
    first_day: date | None,
    last_day: date | None,
    by: Actor,
    at: datetime,
    is_new_person: bool = False,
) -> Appointment:
    """Gives somebody a role at the viewer's school from a day on. Errors: Refused."""
    _refuse_others(viewer)
    if not is_new_person and person_of(viewer, person_id) is None:
        raise Refused.one("", "This person is not on your school's list.")
    refusals = _problems(viewer, person_id, role, position, first_day, last_day)
    if refusals or first_day is None:
        raise Refused(refusals)
    with transaction.atomic():
        appointment = Appointment.objects.create(
            user_id=person_id,
            school_id=viewer.school_id,
            role=Role(role).value,
            position=position.strip(),
            first_day=first_day,
            last_day=last_day,
        )
        _record("accounts.appointment.begun", appointment, by, at)
    return appointment


def end_appointment(
    *, viewer: Viewer, appointment_id: int, last_day: date | None, by: Actor, at: datetime
) -> None:
    """Ends an appointment after a last day, which may be past or to come. Errors: Refused."""
    appointment = _appointment(viewer, appointment_id)
    if last_day is None:
        raise Refused.one("last_day", "Enter the last day.")
    if last_day < appointment.first_day:
        message = f"This appointment began on {plain_day(appointment.first_day)}. Its last day can't be before that."
        raise Refused.one("last_day", message)
    if appointment.role == Role.INSPECTOR and _is_too_long(appointment.first_day, last_day):
        raise Refused.one("last_day", _INSPECTION_ENDS)
    with transaction.atomic():
        after = last_day + timedelta(days=1)
        kept = Span(appointment.first_day, last_day)
        refuse_a_gap(viewer, on=max(at.date(), after), changed=appointment, kept=kept)
        appointment.last_day = last_day
        appointment.save(update_fields=["last_day"])
        _record("accounts.appointment.ended", appointment, by, at)


def change_position(
    *, viewer: Viewer, appointment_id: int, position: str, first_day: date | None, by: Actor, at: datetime
) -> Appointment:
    """Gives somebody a new title in the same role: the old appointment ends the day before. Errors: Refused."""
    old = _appointment(viewer, appointment_id)
    refusals = []
    if not position.strip():
        refusals.append(Refusal("position", "Enter the new position."))
    if position.strip() == old.position:
        refusals.append(Refusal("position", "This is the position they hold now. Enter the new one."))
    if first_day is None:
        refusals.append(Refusal("first_day", "Enter the first day of the new position."))
    elif first_day <= old.first_day:
        message = (
            f"The position held now began on {plain_day(old.first_day)}; the new one must begin after that."
        )
        refusals.append(Refusal("first_day", message))
    elif old.last_day is not None and first_day > old.last_day:
        message = f"The appointment ends on {plain_day(old.last_day)}. Choose a day until then."
        refusals.append(Refusal("first_day", message))
    if refusals or first_day is None:
        raise Refused(refusals)
    with transaction.atomic():
        last_day, old.last_day = old.last_day, first_day - timedelta(days=1)
        old.save(update_fields=["last_day"])
        _record("accounts.appointment.ended", old, by, at)
        new = Appointment.objects.create(
            user_id=old.user_id,
            school_id=old.school_id,
            role=old.role,
            position=position.strip(),
            first_day=first_day,
            last_day=last_day,
        )
        _record("accounts.appointment.begun", new, by, at)
    return new


def withdraw_appointment(*, viewer: Viewer, appointment_id: int, by: Actor, at: datetime) -> None:
    """Takes back an appointment that has not begun, so that nothing was done under it. Errors: Refused."""
    appointment = _appointment(viewer, appointment_id)
    if appointment.first_day <= at.date():
        raise Refused.one("", "This appointment has begun. End it instead: what was done under it stays.")
    with transaction.atomic():
        refuse_a_gap(viewer, on=at.date(), changed=appointment)
        _record("accounts.appointment.withdrawn", appointment, by, at)
        appointment.delete()


def refuse_a_gap(
    viewer: Viewer,
    *,
    on: date,
    without_person: int | None = None,
    changed: Appointment | None = None,
    kept: Span | None = None,
) -> None:
    """Refuses a change after which, from some day on, nobody at the school could manage its staff.

    Call it inside the transaction of the change: it locks the appointments it counts. `kept` is what is left of
    `changed`. A gap that is there anyway is no reason to refuse.
    """
    rows = list(managing(viewer.school_id).select_for_update(of=("self",)))
    stay = [
        row for row in rows if row.user_id != without_person and (changed is None or row.pk != changed.pk)
    ]
    if len(stay) == len(rows):
        return
    before = first_gap((Span(row.first_day, row.last_day) for row in rows), on)
    after = first_gap([*(Span(row.first_day, row.last_day) for row in stay), *([kept] if kept else [])], on)
    if after is None or (before is not None and before <= after):
        return
    roles = " or ".join(role.words.lower() for role in MANAGING_ROLES)
    message = (
        f"From {plain_day(after)} nobody at {viewer.school_name} could manage staff any more. "
        f"First give somebody else the role of {roles}, without an end or to begin in time."
    )
    raise Refused.one("", message)


def _refuse_others(viewer: Viewer) -> None:
    if not viewer.may(Permission.STAFF_MANAGE):
        raise Refused.one("", _NOT_ALLOWED)


def _appointment(viewer: Viewer, appointment_id: int) -> Appointment:
    _refuse_others(viewer)
    found = Appointment.objects.filter(pk=appointment_id, school_id=viewer.school_id).first()
    if found is None:
        raise Refused.one("", _GONE)
    return found


def _is_too_long(first_day: date, last_day: date | None) -> bool:
    """Would an inspection last longer than an inspector may be let in?"""
    return last_day is None or (last_day - first_day).days >= LONGEST_INSPECTION_DAYS


def _problems(
    viewer: Viewer, person_id: int, role: str, position: str, first_day: date | None, last_day: date | None
) -> list[Refusal]:
    refusals = []
    if role not in GIVEN_BY_A_SCHOOL:
        refusals.append(Refusal("role", "Choose a role."))
    elif person_id == viewer.user_id and is_more(viewer, Role(role)):
        message = "You can't give yourself a role that may do more than yours. Ask another person who manages staff."
        refusals.append(Refusal("role", message))
    if not position.strip():
        refusals.append(Refusal("position", "Enter the position, as it should stand under what they write."))
    if first_day is None:
        refusals.append(Refusal("first_day", "Enter the first day."))
    elif last_day is not None and last_day < first_day:
        refusals.append(Refusal("last_day", "The last day can't be before the first day."))
    elif role == Role.INSPECTOR and _is_too_long(first_day, last_day):
        refusals.append(Refusal("last_day", _INSPECTION_ENDS))
    elif role in set(Role) and _is_held_already(viewer, person_id, role, Span(first_day, last_day)):
        name = User.objects.values_list("name", flat=True).get(pk=person_id)
        message = f"{name} holds this role for some of these days already. End that appointment first."
        refusals.append(Refusal("role", message))
    return refusals


def is_more(viewer: Viewer, role: Role) -> bool:
    """May this role do anything that the viewer may not?"""
    held = viewer.permissions
    return any(
        needed not in held and _COVERED_BY.get(needed) not in held for needed in ROLE_PERMISSIONS[role]
    )


def _is_held_already(viewer: Viewer, person_id: int, role: str, span: Span) -> bool:
    held = Appointment.objects.filter(school_id=viewer.school_id, user_id=person_id, role=role)
    return any(Span(row.first_day, row.last_day).overlaps(span) for row in held)


def _record(type: str, appointment: Appointment, by: Actor, at: datetime) -> None:
    record(
        type=type,
        by=by,
        at=at,
        school_id=appointment.school_id,
        subject=f"person:{appointment.user_id}",
        facts={
            "role": appointment.role,
            "position": appointment.position,
            "first_day": appointment.first_day.isoformat(),
            "last_day": appointment.last_day.isoformat() if appointment.last_day else None,
        },
    )
