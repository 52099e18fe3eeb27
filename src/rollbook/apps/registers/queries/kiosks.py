"""The screens at the door: which are open, for whom each acts, which names one offers."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from rollbook.apps.accounts.queries import viewer_for
from rollbook.apps.registers.models import Kiosk
from rollbook.apps.roll.queries import OnRoll, everyone_on_roll
from rollbook.domain.access import Actor, Permission, Viewer

MOST_NAMES = 8
FEWEST_LETTERS = 3
_LONGEST_POSITION = 200


@dataclass(frozen=True)
class OpenKiosk:
    """A kiosk that may be used now, and the person it acts for with what they may do today."""

    kiosk: Kiosk
    viewer: Viewer

    @property
    def actor(self) -> Actor:
        """As whom its entries are recorded: the person who opened it, at this screen."""
        ending = f" (kiosk {self.kiosk.name})"
        position = self.viewer.position[: _LONGEST_POSITION - len(ending)]
        return Actor(self.viewer.user_id, self.viewer.name, position + ending)

    def is_locked(self, now: datetime) -> bool:
        """Whether wrong PINs have locked it for now."""
        return self.kiosk.locked_until is not None and now < self.kiosk.locked_until


def token_digest(token: str) -> str:
    """What is kept of a cookie's token: who reads the table can't make the cookie."""
    return sha256(token.encode()).hexdigest()


def open_kiosk(token: str, today: date) -> OpenKiosk | None:
    """The kiosk of a cookie; None for one that was closed, or whose person may open none any more. Two queries."""
    kiosk = (
        Kiosk.objects.select_related("opened_by").filter(token=token_digest(token), closed_at=None).first()
    )
    if kiosk is None or not kiosk.opened_by.is_active:
        return None
    person = kiosk.opened_by
    viewer = viewer_for(person.pk, kiosk.opened_by_name, person.email, today, kiosk.school_id)
    if viewer is None or viewer.school_id != kiosk.school_id or not viewer.may(Permission.KIOSK_MANAGE):
        return None
    return OpenKiosk(kiosk, viewer)


def kiosks_of(viewer: Viewer) -> list[Kiosk]:
    """The kiosks of the viewer's school, those still open first, newest first. One query."""
    kiosks = Kiosk.objects.filter(school_id=viewer.school_id)
    return sorted(kiosks, key=lambda kiosk: kiosk.closed_at is not None)


def kiosk_of(viewer: Viewer, kiosk_id: int) -> Kiosk | None:
    """One kiosk of the viewer's school; None for any other. One query."""
    return Kiosk.objects.filter(school_id=viewer.school_id, pk=kiosk_id).first()


def plain(text: str) -> str:
    """A name as it is compared: small letters without accents, spaces and signs. "O'Brién" is "obrien"."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in parts if sign.isalpha())


def names_beginning(pupils: Iterable[OnRoll], letters: str) -> list[OnRoll] | None:
    """The pupils whose surname begins with these letters; None where they are too few or fit too many.

    Shorter surnames (Li, Ng) are found when they are written in full.
    """
    wanted = plain(letters)
    if not wanted:
        return None
    if len(wanted) < FEWEST_LETTERS:
        found = [pupil for pupil in pupils if plain(pupil.surname) == wanted]
        return found if found and len(found) <= MOST_NAMES else None
    found = [pupil for pupil in pupils if plain(pupil.surname).startswith(wanted)]
    return found if len(found) <= MOST_NAMES else None


def names_at_kiosk(opened: OpenKiosk, letters: str, today: date) -> list[OnRoll] | None:
    """The pupils of the kiosk's school whom these letters find, at most eight; None: more letters are needed."""
    return names_beginning(everyone_on_roll(opened.viewer, today), letters)
