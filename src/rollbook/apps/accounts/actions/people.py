"""Adding people to a school, keeping their details right, closing and opening their accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from rollbook.apps.accounts.actions.appointments import begin_appointment, is_more, refuse_a_gap
from rollbook.apps.accounts.actions.signing import take_second_step_away
from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import person_of, person_with_address, works_elsewhere
from rollbook.apps.audit.actions import record
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused

_NOT_ALLOWED = "You may not manage staff. The head teacher and the Rollbook administrator can."
_NOT_ONE_S_OWN = (
    "You can't change the address you sign in with yourself. Ask another person who manages staff."
)
_ELSEWHERE = (
    "{name} also works for another school or a trust, so the account is not this school's alone to change. "
    "End their roles here instead: after the last day they see nothing of this school any more."
)
# Whoever reads the letters to an address can choose a new password, and so act in that person's name.
_MORE_THAN_YOU = (
    "{name} may see and do more here than you, so you can't change the address they sign in with. "
    "They can do it themselves, or another person with their rights."
)


@dataclass(frozen=True, slots=True)
class Added:
    """Who was added, and whether their account is new and so still without a password."""

    person: User
    is_new: bool


def add_person(
    *,
    viewer: Viewer,
    name: str,
    email: str,
    telephone: str,
    role: str,
    position: str,
    first_day: date | None,
    by: Actor,
    at: datetime,
    last_day: date | None = None,
) -> Added:
    """Adds somebody with their first appointment at the viewer's school.

    Somebody who has an account through another school keeps it and its name. Errors: Refused.
    """
    _refuse_others(viewer)
    address = email.strip().lower()
    known = person_with_address(address)
    if known is not None and person_of(viewer, known.pk) is not None:
        message = f"{known.name} is on the list with this address already. Open their page to add a role."
        raise Refused.one("email", message)
    if refusals := _problems(name, address):
        raise Refused(refusals)
    try:
        with transaction.atomic():
            person = known or _new_user(address, name, telephone)
            facts = {"name": person.name, "email": address}
            _record("accounts.person.added", viewer, person.pk, by, at, facts)
            begin_appointment(
                viewer=viewer,
                person_id=person.pk,
                role=role,
                position=position,
                first_day=first_day,
                last_day=last_day,
                is_new_person=True,
                by=by,
                at=at,
            )
    except IntegrityError:
        raise Refused.one(
            "email", "Somebody was added with this address just now. Look at the list."
        ) from None
    return Added(person, is_new=not person.has_usable_password())


def change_person(
    *, viewer: Viewer, person_id: int, name: str, email: str, telephone: str, by: Actor, at: datetime
) -> None:
    """Puts somebody's name, address or telephone right; what they wrote keeps the old name. Errors: Refused.

    A new address takes the password with it: whoever reads letters there chooses a new one. Otherwise somebody could
    make an account, give it another person's address, and wait until another school takes it for that person.
    """
    person = _person(viewer, person_id)
    if works_elsewhere(viewer, person_id, at.date()):
        raise Refused.one("", _ELSEWHERE.format(name=person.name))
    new = {"name": name.strip(), "email": email.strip().lower(), "telephone": telephone.strip()}
    refusals = _problems(new["name"], new["email"])
    if User.objects.filter(email=new["email"]).exclude(pk=person_id).exists():
        refusals.append(Refusal("email", "Somebody else signs in with this address."))
    is_moved = new["email"] != person.email
    if is_moved and person_id == viewer.user_id:
        refusals.append(Refusal("email", _NOT_ONE_S_OWN))
    elif is_moved and _may_do_more(viewer, person, at.date()):
        refusals.append(Refusal("email", _MORE_THAN_YOU.format(name=person.name)))
    if refusals:
        raise Refused(refusals)
    changes = {
        field: [getattr(person, field), value]
        for field, value in new.items()
        if getattr(person, field) != value
    }
    if not changes:
        return
    with transaction.atomic():
        User.objects.filter(pk=person_id).update(
            **new, **({"password": make_password(None)} if is_moved else {})
        )
        _record("accounts.person.changed", viewer, person_id, by, at, {"changes": changes})


def close_account(*, viewer: Viewer, person_id: int, by: Actor, at: datetime) -> None:
    """Lets somebody sign in no more, at once. What they wrote stays theirs. Errors: Refused."""
    person = _person(viewer, person_id)
    if person_id == viewer.user_id:
        raise Refused.one("", "You can't close your own account. Ask another person who manages staff.")
    if works_elsewhere(viewer, person_id, at.date()):
        raise Refused.one("", _ELSEWHERE.format(name=person.name))
    if not person.is_active:
        return
    with transaction.atomic():
        refuse_a_gap(viewer, on=at.date(), without_person=person_id)
        User.objects.filter(pk=person_id).update(is_active=False)
        _record("accounts.person.closed", viewer, person_id, by, at)


def reopen_account(*, viewer: Viewer, person_id: int, by: Actor, at: datetime) -> None:
    """Lets somebody whose account was closed sign in again. Errors: Refused."""
    person = _person(viewer, person_id)
    if works_elsewhere(viewer, person_id, at.date()):
        raise Refused.one("", _ELSEWHERE.format(name=person.name))
    if person.is_active:
        return
    with transaction.atomic():
        User.objects.filter(pk=person_id).update(is_active=True)
        _record("accounts.person.reopened", viewer, person_id, by, at)


def note_link(*, viewer: Viewer, person_id: int, is_sent: bool, by: Actor, at: datetime) -> None:
    """Records that a link to choose a password was sent by e-mail, or shown on the screen instead. Errors: Refused.

    A link is only shown for people of this school alone: with it their account could be taken over.
    """
    person = _person(viewer, person_id)
    if not is_sent and works_elsewhere(viewer, person_id, at.date()):
        message = (
            f"The letter to {person.name} could not be sent. They also work for another school or a trust, so the "
            "link can't be shown here: they can press 'Forgotten your password?' on the sign-in page."
        )
        raise Refused.one("", message)
    with transaction.atomic():
        record(
            type="accounts.link.sent" if is_sent else "accounts.link.shown",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"person:{person_id}",
        )


def remove_second_step(*, viewer: Viewer, person_id: int, by: Actor, at: datetime) -> None:
    """Takes away the second step of somebody who lost their telephone and codes. Errors: Refused."""
    person = _person(viewer, person_id)
    if person_id == viewer.user_id:
        raise Refused.one("", "Your own second step is on the page of your account.")
    if works_elsewhere(viewer, person_id, at.date()):
        raise Refused.one("", _ELSEWHERE.format(name=person.name))
    take_second_step_away(person_id=person_id, school_id=viewer.school_id, by=by, at=at)


def _new_user(address: str, name: str, telephone: str) -> User:
    person = User.objects.create_user(email=address, name=name.strip())
    if telephone.strip():
        person.telephone = telephone.strip()
        person.save(update_fields=["telephone"])
    return person


def _record(
    type: str,
    viewer: Viewer,
    person_id: int,
    by: Actor,
    at: datetime,
    facts: Mapping[str, object] | None = None,
) -> None:
    record(type=type, by=by, at=at, school_id=viewer.school_id, subject=f"person:{person_id}", facts=facts)


def _refuse_others(viewer: Viewer) -> None:
    if not viewer.may(Permission.STAFF_MANAGE):
        raise Refused.one("", _NOT_ALLOWED)


def _person(viewer: Viewer, person_id: int) -> User:
    _refuse_others(viewer)
    if person_of(viewer, person_id) is None:
        raise Refused.one("", "This person is not on your school's list.")
    return User.objects.get(pk=person_id)


def _may_do_more(viewer: Viewer, person: User, on: date) -> bool:
    """Does this person, who has chosen a password, hold or soon hold a role that may do more than the viewer?"""
    found = person_of(viewer, person.pk)
    if found is None or person.pk == viewer.user_id or not person.has_usable_password():
        return False
    lasting = [post for post in found.posts if post.last_day is None or post.last_day >= on]
    return any(is_more(viewer, post.role) for post in lasting)


def _problems(name: str, email: str) -> list[Refusal]:
    refusals = []
    if not name.strip():
        refusals.append(Refusal("name", "Enter the person's name."))
    try:
        validate_email(email)
    except ValidationError:
        refusals.append(Refusal("email", "Enter an e-mail address like name@school.org.uk."))
    return refusals
