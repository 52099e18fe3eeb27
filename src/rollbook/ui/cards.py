"""Cards that an app puts on another app's page: what waits for somebody, or what else is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from rollbook.domain.access import Viewer


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line of a card: a name that leads somewhere, what there is to say of it, and what can be done."""

    words: str
    href: str
    more: str
    urgent: str = ""
    act: str = ""
    act_href: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card. `summary` stands over the lines, `href` leads to the page behind it."""

    id: str
    title: str
    lines: Sequence[CardLine]
    summary: str = ""
    href: str = ""
    href_words: str = ""
    is_alarm: bool = False


def cards_for(place: str, viewer: Viewer, now: datetime, *about: int) -> list[Card]:
    """The cards for a place, in the order in which `ROLLBOOK_CARDS` names who makes them; those without one say None.

    Shape: `about` is what the page is about, such as the pupil's id.
    """
    makers: Sequence[str] = getattr(settings, "ROLLBOOK_CARDS", {}).get(place, ())
    made = (import_string(maker)(viewer, now, *about) for maker in makers)
    return [card for card in made if card is not None]
