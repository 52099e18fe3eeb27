"""Opening and closing a kiosk, and its PIN: five wrong ones lock it for a quarter of an hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_urlsafe

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F

from rollbook.apps.audit.actions import record
from rollbook.apps.registers.models import Kiosk
from rollbook.apps.registers.queries.kiosks import OpenKiosk, kiosk_of, token_digest
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused

MOST_WRONG_PINS = 5
LOCKED_FOR = timedelta(minutes=15)
_SEEN_EVERY = timedelta(minutes=1)
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Opened:
    """A new kiosk and the token for the device's cookie, which is kept nowhere else."""

    kiosk: Kiosk
    token: str


class PinAnswer(StrEnum):
    """What became of a PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


def begin_kiosk(
    *,
    viewer: Viewer,
    name: str,
    pin: str,
    reasons: Sequence[str],
    pupils_may_leave: bool,
    by: Actor,
    at: datetime,
) -> Opened:
    """Sets a kiosk up. It will act for `by`, with what they may do on each day. Errors: Refused."""
    _refuse_others(viewer)
    if refusals := _problems(name, pin, reasons):
        raise Refused(refusals)
    token = token_urlsafe(32)
    with transaction.atomic():
        kiosk = Kiosk.objects.create(
            school_id=viewer.school_id,
            name=" ".join(name.split()),
            pin=make_password(pin),
            token=token_digest(token),
            reasons=list(reasons),
            pupils_may_leave=pupils_may_leave,
            opened_at=at,
            opened_by_id=by.person_id,
            opened_by_name=by.name,
        )
        _record("kiosk.opened", kiosk, by, at, {"pupils_may_leave": pupils_may_leave})
    return Opened(kiosk, token)


def close_kiosk(*, viewer: Viewer, kiosk_id: int, by: Actor, at: datetime) -> None:
    """Closes a kiosk of the viewer's school: its cookie opens nothing any more. Errors: Refused."""
    _refuse_others(viewer)
    kiosk = kiosk_of(viewer, kiosk_id)
    if kiosk is None:
        raise Refused.one("", "There is no such kiosk in your school.")
    _close(kiosk, by, at)


def leave_kiosk(*, opened: OpenKiosk, by: Actor, at: datetime) -> None:
    """Ends kiosk mode on the device itself, after its PIN was given."""
    _close(opened.kiosk, by, at)


def _close(kiosk: Kiosk, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        if Kiosk.objects.filter(pk=kiosk.pk, closed_at=None).update(closed_at=at, closed_by_name=by.name):
            _record("kiosk.closed", kiosk, by, at, {})


def note_use(*, opened: OpenKiosk, at: datetime) -> None:
    """Keeps when the kiosk was last used, to the minute: a commit at every touch would be too many."""
    last = opened.kiosk.last_used_at
    if last is None or at - last >= _SEEN_EVERY:
        Kiosk.objects.filter(pk=opened.kiosk.pk).update(last_used_at=at)


def try_pin(*, opened: OpenKiosk, pin: str, by: Actor, at: datetime) -> PinAnswer:
    """Whether this is the kiosk's PIN. The fifth wrong one running locks the kiosk for fifteen minutes.

    Each try is counted before it is looked at, so that many at the same moment get no more tries than one by one.
    """
    kiosks = Kiosk.objects.filter(pk=opened.kiosk.pk)
    with transaction.atomic():
        kiosks.filter(locked_until__lte=at).update(wrong_pins=0, locked_until=None)
        if not kiosks.filter(wrong_pins__lt=MOST_WRONG_PINS).update(wrong_pins=F("wrong_pins") + 1):
            return PinAnswer.LOCKED
    if check_password(pin, opened.kiosk.pin):
        kiosks.filter(locked_until=None).update(wrong_pins=0)
        return PinAnswer.RIGHT
    with transaction.atomic():
        is_locked = kiosks.filter(wrong_pins=MOST_WRONG_PINS, locked_until=None).update(
            locked_until=at + LOCKED_FOR
        )
        _record("kiosk.pin.wrong", opened.kiosk, by, at, {"locked": bool(is_locked)})
    return PinAnswer.LOCKED if is_locked else PinAnswer.WRONG


def _problems(name: str, pin: str, reasons: Sequence[str]) -> list[Refusal]:
    found = []
    if not name.strip() or "\x00" in name:
        found.append(Refusal("name", "Give the kiosk a name, for example: Front door."))
    elif len(name.strip()) > _LONGEST_NAME:
        found.append(Refusal("name", f"Write at most {_LONGEST_NAME} characters."))
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        found.append(Refusal("pin", "Choose a PIN of 4 to 8 digits."))
    elif len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
        found.append(Refusal("pin", "This PIN is guessed first. Choose one that is no row of digits."))
    if not reasons:
        found.append(Refusal("reasons", "Choose at least one reason that pupils can press."))
    return found


def _refuse_others(viewer: Viewer) -> None:
    if not viewer.may(Permission.KIOSK_MANAGE):
        raise Refused.one("", "You may not set up the sign-in screen. The school office can.")


def _record(type: str, kiosk: Kiosk, by: Actor, at: datetime, facts: dict[str, object]) -> None:
    record(
        type=type,
        by=by,
        at=at,
        school_id=kiosk.school_id,
        subject=f"kiosk:{kiosk.pk}",
        facts={"name": kiosk.name, **facts},
    )
