"""What does a parent say when they tell the school of an absence: who, by which way, and the reason in their words?

Source: sections 3.6, 3.7, 4.2 and 4.3 of the school's policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

__all__ = ["TOLD", "Caller", "Channel", "Illness", "Lateness", "Reason", "Told"]


class Channel(StrEnum):
    """By which way was the school told?"""

    TELEPHONE = "telephone"
    VOICEMAIL = "voicemail"
    EMAIL = "email"
    WEB_FORM = "web-form"
    LETTER = "letter"
    IN_PERSON = "in-person"

    @property
    def words(self) -> str:
        """As the form names it."""
        return _CHANNEL_WORDS[self]

    @property
    def did(self) -> str:
        """What whoever told did: "telephoned"."""
        return _CHANNEL_DID[self]


_CHANNEL_WORDS: Mapping[Channel, str] = MappingProxyType(
    {
        Channel.TELEPHONE: "Telephone",
        Channel.VOICEMAIL: "Voicemail",
        Channel.EMAIL: "E-mail",
        Channel.WEB_FORM: "Web form",
        Channel.LETTER: "Letter or note",
        Channel.IN_PERSON: "In person",
    }
)
_CHANNEL_DID: Mapping[Channel, str] = MappingProxyType(
    {
        Channel.TELEPHONE: "telephoned",
        Channel.VOICEMAIL: "left a message",
        Channel.EMAIL: "e-mailed",
        Channel.WEB_FORM: "filled in the web form",
        Channel.LETTER: "wrote",
        Channel.IN_PERSON: "came in",
    }
)


class Caller(StrEnum):
    """What is the caller to the pupil, as the admission register has it?"""

    PARENT = "parent"
    CONTACT = "contact"
    PUPIL = "pupil"
    SOMEBODY = "somebody"


class Illness(StrEnum):
    """Is the body ill or the mind? Both are illness (I); which it is, is for few eyes."""

    PHYSICAL = "physical"
    MENTAL = "mental"


class Lateness(StrEnum):
    """When was the school told, by the policy's times? Only LATE and AFTERWARDS are flagged as late calls."""

    IN_TIME = "in_time"
    ACCEPTED = "accepted"
    LATE = "late"
    AFTERWARDS = "afterwards"

    @property
    def is_late(self) -> bool:
        """Is it a late call?"""
        return self in (Lateness.LATE, Lateness.AFTERWARDS)


class Told(StrEnum):
    """Which reason did the caller give?"""

    ILL = "ill"
    MEDICAL = "medical"
    DENTAL = "dental"
    REFUSES = "refuses"
    BEREAVEMENT = "bereavement"
    FAMILY = "family"
    RELIGIOUS = "religious"
    HOLIDAY = "holiday"
    TRANSPORT = "transport"
    NOT_ARRANGED = "not-arranged"
    WEATHER = "weather"
    TRAVELLING = "travelling"
    INTERVIEW = "interview"
    STUDY = "study"
    PERFORMANCE = "performance"
    SUSPENDED = "suspended"
    OTHER_SCHOOL = "other-school"
    OTHER = "other"
    NO_REASON = "none"

    @property
    def said(self) -> "Reason":
        """The row of the table."""
        return TOLD[self]

    @property
    def is_appointment(self) -> bool:
        """Is it an appointment, with times of leaving and coming back?"""
        return self in (Told.MEDICAL, Told.DENTAL)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its name, what a parent says, and what a register may show of it.

    `test` is the question that the law's code turns on, "" where there is none; `needs_name` where a day or an
    occasion must be named before the code can stand.
    """

    words: str
    heard: str
    shown: str
    test: str = ""
    needs_name: bool = False


TOLD: Mapping[Told, Reason] = MappingProxyType(
    {
        Told.ILL: Reason("Ill", "“not well”, “was sick in the night”", "Ill"),
        Told.MEDICAL: Reason(
            "Medical appointment", "“has to see the doctor”, “is at the hospital”", "Medical appointment"
        ),
        Told.DENTAL: Reason("Dental appointment", "“is at the dentist”", "Dental appointment"),
        Told.REFUSES: Reason(
            "Will not come", "“is too anxious”, “I can't get him out of bed”", "A parent has told the school"
        ),
        Told.BEREAVEMENT: Reason("Funeral or a death", "“Grandad has died”", "A parent has told the school"),
        Told.FAMILY: Reason(
            "Something in the family",
            "“we are moving”, “my sister's wedding”",
            "A parent has told the school",
        ),
        Told.RELIGIOUS: Reason(
            "Religious festival",
            "“it is Eid”, “it is Yom Kippur”",
            "Religious observance",
            "The religious body the parents belong to has set this day apart.",
            needs_name=True,
        ),
        Told.HOLIDAY: Reason("Holiday", "“we are away this week”", "Away on holiday"),
        Told.TRANSPORT: Reason(
            "School transport did not come",
            "“the taxi hasn't come”, “the minibus broke down”",
            "School transport did not run",
            "Transport is normally provided for this pupil, it did not run today, and school is too far to walk.",
        ),
        Told.NOT_ARRANGED: Reason(
            "No transport arranged",
            "“the council hasn't sorted a taxi”",
            "No transport arranged",
            "The local authority has a duty to arrange this pupil's travel and has not done so.",
        ),
        Told.WEATHER: Reason(
            "Weather, roads or trains",
            "“we are snowed in”, “there are no trains”",
            "Travel disrupted",
            "An emergency has disrupted travel widely: not one road, one car or one family.",
        ),
        Told.TRAVELLING: Reason(
            "Travelling for work",
            "“we are off to the next fair”",
            "Family travelling for work",
            "The pupil travels with a parent whose trade requires it, and the school has agreed to it.",
        ),
        Told.INTERVIEW: Reason(
            "Interview", "“has an interview at college”", "Interview: leave not granted yet"
        ),
        Told.STUDY: Reason("Study leave", "“is revising at home”", "Study leave not granted yet"),
        Told.PERFORMANCE: Reason(
            "Performance or filming", "“is in a show this week”", "Performance: leave not granted yet"
        ),
        Told.SUSPENDED: Reason(
            "Suspended or sent home", "“you sent her home”", "A parent has told the school"
        ),
        Told.OTHER_SCHOOL: Reason("At their other school", "“it is his day there”", "Said to be elsewhere"),
        Told.OTHER: Reason(
            "Something else", "anything that none of these fits", "A parent has told the school"
        ),
        Told.NO_REASON: Reason("Gave no reason", "“won't be in today”", "Told, no reason given"),
    }
)
"""Every reason, in the order in which the form shows them: what is heard most often first."""
