"""The letters about an account, and the link with which a password is chosen."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from rollbook.apps.accounts.adapter import MailNotSent
from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import password_path

# Where letters only end on a screen or in a test's memory, nobody would ever read them.
_REACHES_NOBODY = ("console", "dummy", "filebased")


def password_link(request: HttpRequest, person: User) -> str:
    """The address at which this person chooses a password; it works once and for three days."""
    return request.build_absolute_uri(password_path(person))


def reaches_people() -> bool:
    """Is a mail server configured at all?"""
    return not any(f".{name}." in settings.EMAIL_BACKEND for name in _REACHES_NOBODY)


def send_invitation(request: HttpRequest, person: User, school_name: str, sender: str) -> bool:
    """Sends somebody the link to choose their password; False where no letter gets out."""
    context = {
        "person": person,
        "school_name": school_name,
        "sender": sender,
        "link": password_link(request, person),
    }
    return _send("account/email/invitation", person, context)


def send_welcome(request: HttpRequest, person: User, school_name: str, sender: str) -> bool:
    """Tells somebody who has an account already that they now have a role at this school too."""
    link = request.build_absolute_uri(reverse("account_login"))
    context = {"person": person, "school_name": school_name, "sender": sender, "link": link}
    return _send("account/email/welcome", person, context)


def _send(template: str, person: User, context: dict[str, object]) -> bool:
    if not reaches_people():
        return False
    try:
        get_adapter().send_mail(template, person.email, context)
    except MailNotSent:
        return False
    return True
