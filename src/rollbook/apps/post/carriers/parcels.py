"""What a carrier is handed and what it answers."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way: `reference` is the same in every try, `is_repeat` says that there was one before."""

    channel: str
    reference: str
    from_name: str
    reply_to: str
    to_name: str
    to_address: str
    subject: str
    body: str
    is_repeat: bool = False


class Fate(StrEnum):
    """What became of one try?"""

    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a carrier said, in words for the office.

    `is_sure` False: it was cut off where the message may have gone all the same. `carrier_id` is what the carrier calls
    it, where it can be asked later.
    """

    fate: Fate
    words: str
    is_sure: bool = True
    carrier_id: str = ""
