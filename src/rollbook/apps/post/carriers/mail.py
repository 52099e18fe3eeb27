"""E-mail through the server's own mail server (EMAIL_URL)."""

import smtplib
from contextlib import suppress
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from rollbook.apps.post.carriers.parcels import Answer, Fate, Parcel

_SHOWN = 300


def send_mail(parcel: Parcel) -> Answer:
    """Hands a mail to the mail server, once."""
    try:
        validate_email(parcel.to_address)
    except ValidationError:
        return Answer(Fate.REFUSED, f"'{parcel.to_address}' is not an e-mail address.")
    connection = get_connection()
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        return Answer(
            Fate.LATER, f"The mail server does not accept the sign-in it was given ({_said(error)})."
        )
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Fate.LATER, f"The mail server can't be reached ({_reason(error)}).")
    try:
        connection.send_messages([message_of(parcel)])
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return _not_taken(error)
    finally:
        # It was taken or it was not: how the server says goodbye changes nothing.
        with suppress(OSError, smtplib.SMTPException):
            connection.close()
    return Answer(Fate.TAKEN, "The mail server took it.")


def message_of(parcel: Parcel) -> EmailMessage:
    """The mail as it goes out; its Message-ID is the same in every try, so that a mail program can tell a repeat."""
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    domain = address.rpartition("@")[2] or "localhost"
    return EmailMessage(
        " ".join(parcel.subject.split()),
        parcel.body,
        from_email=formataddr((" ".join(parcel.from_name.split()), address)),
        to=[parcel.to_address],
        reply_to=[parcel.reply_to] if parcel.reply_to else None,
        headers={"Message-ID": f"<{parcel.reference}@{domain}>", "Auto-Submitted": "auto-generated"},
    )


def _not_taken(error: Exception) -> Answer:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _by_code(code, text, "refused the address")
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, error.smtp_error, "refused the mail")
    if isinstance(error, (smtplib.SMTPServerDisconnected, OSError)):
        # The answer to the whole mail may be what was lost.
        return Answer(
            Fate.LATER,
            f"The connection to the mail server broke off ({_reason(error)}).",
            is_sure=False,
        )
    return Answer(Fate.REFUSED, f"The mail can't be sent as it is ({_reason(error)}).")


def _by_code(code: int, text: bytes | str, what: str) -> Answer:
    said = f"{code} {_text(text)}".strip()
    if code >= 500:
        return Answer(Fate.REFUSED, f"The mail server {what} for good: {said}")
    return Answer(Fate.LATER, f"The mail server {what} for now: {said}")


def _said(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_text(error.smtp_error)}"


def _text(text: bytes | str) -> str:
    return _plain(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


def _reason(error: Exception) -> str:
    """The system's words for it, without its numbers."""
    return _plain(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _plain(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:_SHOWN]
