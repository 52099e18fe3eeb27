"""Text messages, letters and e-mail through GOV.UK Notify, where the server has an account there.

Notify keeps our reference with what it took, so a try that was cut off is looked up before another is made: nothing
goes twice. Source: the documentation of Notify's REST API, version 2.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from notifications_python_client.errors import HTTPError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient

from rollbook.apps.post.carriers.parcels import Answer, Fate, Parcel

_SECONDS = 20
_NO_ANSWER = 503
_SHOWN = 300
_MOST_LINES = 7

# What Notify says later: (is it there?, is it final?, words).
_FATES: dict[str, tuple[bool | None, bool, str]] = {
    "delivered": (True, True, "It was delivered."),
    "received": (None, True, "Notify printed and posted it."),
    "sent": (None, True, "It was handed to a network abroad, which says nothing more."),
    "permanent-failure": (False, True, "There is nobody at this address or number."),
    "temporary-failure": (
        False,
        True,
        "It could not be delivered: the mailbox was full or the telephone off.",
    ),
    "technical-failure": (False, True, "It failed at GOV.UK Notify."),
    "cancelled": (False, True, "It was cancelled at GOV.UK Notify."),
    "virus-scan-failed": (False, True, "GOV.UK Notify could not print it."),
    "validation-failed": (False, True, "GOV.UK Notify could not print it."),
}


def is_set_up(channel: str) -> bool:
    """Does this channel go through Notify on this server?"""
    return bool(settings.NOTIFY_API_KEY and settings.NOTIFY_TEMPLATES.get(channel))


def send_by_notify(parcel: Parcel) -> Answer:
    """Hands a message to Notify, once; a repeat is looked up first."""
    client = _client()
    try:
        if parcel.is_repeat and (known := _known(client, parcel.reference)):
            return Answer(Fate.TAKEN, "GOV.UK Notify had it already.", carrier_id=known)
        answer = _SENDERS[parcel.channel](client, parcel)
    except HTTPError as error:
        return _not_taken(error)
    except InvalidResponse:
        return Answer(Fate.LATER, "GOV.UK Notify gave no answer that makes sense.", is_sure=False)
    return Answer(Fate.TAKEN, "GOV.UK Notify took it.", carrier_id=str(answer["id"]))


def what_became(carrier_id: str) -> tuple[bool | None, bool, str]:
    """Is a message there, is that Notify's last word, and what does it say? Errors: HTTPError, InvalidResponse."""
    status = str(_client().get_notification_by_id(carrier_id)["status"])
    return _FATES.get(status, (None, False, ""))


def _client() -> Any:
    make: Any = NotificationsAPIClient  # the package has no types
    return make(settings.NOTIFY_API_KEY, base_url=settings.NOTIFY_URL, timeout=_SECONDS)


def _known(client: Any, reference: str) -> str:
    found = client.get_all_notifications(reference=reference)["notifications"]
    return str(found[0]["id"]) if found else ""


def _sms(client: Any, parcel: Parcel) -> Any:
    return client.send_sms_notification(
        parcel.to_address, _template(parcel), {"body": parcel.body}, parcel.reference
    )


def _email(client: Any, parcel: Parcel) -> Any:
    words = {"subject": parcel.subject, "body": parcel.body}
    return client.send_email_notification(parcel.to_address, _template(parcel), words, parcel.reference)


def _letter(client: Any, parcel: Parcel) -> Any:
    lines = [parcel.to_name, *filter(None, map(str.strip, parcel.to_address.splitlines()))]
    # Notify takes seven lines, of which the last is the postcode.
    lines = [*lines[: _MOST_LINES - 1], lines[-1]] if len(lines) > _MOST_LINES else lines
    address = {f"address_line_{number}": line for number, line in enumerate(lines, start=1)}
    words = {"subject": parcel.subject, "body": parcel.body}
    return client.send_letter_notification(_template(parcel), address | words, parcel.reference)


_SENDERS: dict[str, Callable[[Any, Parcel], Any]] = {
    "sms": _sms,
    "email": _email,
    "letter": _letter,
}


def _template(parcel: Parcel) -> str:
    template: str = settings.NOTIFY_TEMPLATES[parcel.channel]
    return template


def _not_taken(error: HTTPError) -> Answer:
    code, said = error.status_code, _words(error.message)
    if code == 400:
        return Answer(Fate.REFUSED, f"GOV.UK Notify refused it: {said}")
    if code in {401, 403}:
        return Answer(Fate.LATER, f"GOV.UK Notify does not accept this server's key: {said}")
    # Without an answer Notify may have it; the next try asks.
    return Answer(Fate.LATER, f"GOV.UK Notify does not take it now: {code} {said}", is_sure=True)


def _words(message: Any) -> str:
    if isinstance(message, list):
        message = "; ".join(str(each.get("message", each)) for each in message if isinstance(each, dict))
    return " ".join(str(message).split())[:_SHOWN]
