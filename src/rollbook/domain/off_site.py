"""May this count as an approved educational activity away from school, and under which code (K, V, P, W, B)?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rollbook.domain.refusals import Refusal

LONGEST_DAYS = 366
_AT_HOME = frozenset({"home", "at home", "their home", "pupil's home", "online", "remote", "remotely"})


class ActivityKind(StrEnum):
    """What kind of approved activity is it?"""

    TRIP = "trip"
    SPORT = "sport"
    WORK = "work"
    OTHER = "other"
    AUTHORITY = "authority"

    @property
    def code(self) -> str:
        """The attendance code of its sessions."""
        return {"trip": "V", "sport": "P", "work": "W", "other": "B", "authority": "K"}[self.value]

    @property
    def words(self) -> str:
        """The kind as a form offers it."""
        return {
            "trip": "Trip or visit, led by our own staff",
            "sport": "Sporting activity",
            "work": "Work experience",
            "other": "Other approved activity, such as a college course",
            "authority": "Education arranged by the local authority",
        }[self.value]


class ConfirmedHow(StrEnum):
    """How does the school learn who was there?"""

    STAFF = "staff"
    TELEPHONE = "telephone"
    REGISTER = "register"
    EMAIL = "email"

    @property
    def words(self) -> str:
        """As a form offers it."""
        return {
            "staff": "Our staff on the trip tell us",
            "telephone": "The provider telephones",
            "register": "We see the provider's register",
            "email": "The provider e-mails",
        }[self.value]


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    """What is said of an activity. `has_own_staff`: a member of the school's own staff is in charge."""

    kind: ActivityKind
    title: str
    nature: str
    place: str
    provider: str
    supervisor: str
    has_own_staff: bool
    la_contact: str
    first_day: date
    last_day: date
    session_count: int


def check_activity(facts: ActivityFacts) -> list[Refusal]:
    """Why can't this be recorded as it is? An empty list means that it can.

    V only where the school's own staff are in charge, else B; never learning at home; the nature always.
    Source: SI 2024/208 reg 10(3) Table 2 and 10(11); domain.md 1.4.10, 1.4.11, checklist P-4.1-11, P-A-10.
    """
    return [*_check_words(facts), *_check_people(facts), *_check_days(facts)]


def _check_words(facts: ActivityFacts) -> Iterator[Refusal]:
    if not facts.title:
        yield Refusal("title", "Give it a name: it is shown on the register.")
    if not facts.nature:
        yield Refusal(
            "nature", f"{facts.kind.code} needs the nature of the activity: say what the pupils do there."
        )
    if not facts.place:
        yield Refusal("place", "Say where it is: an approved activity is at a place away from the school.")
    elif facts.place.casefold().strip(" .") in _AT_HOME:
        yield Refusal(
            "place",
            "Learning at home is not an approved activity: mark why the pupil is absent. "
            "Give a place away from home and school.",
        )
    if not facts.provider and facts.kind in (ActivityKind.AUTHORITY, ActivityKind.WORK):
        who = "employer" if facts.kind is ActivityKind.WORK else "provider that the local authority uses"
        yield Refusal("provider", f"{facts.kind.code} needs the {who}.")


def _check_people(facts: ActivityFacts) -> Iterator[Refusal]:
    if facts.kind is ActivityKind.TRIP:
        if not facts.has_own_staff:
            yield Refusal(
                "staff",
                "V is only for a trip with the school's own staff in charge. Choose who is, "
                "or choose “Other approved activity” (B) for one led by others.",
            )
    elif facts.kind is ActivityKind.AUTHORITY:
        if not facts.la_contact:
            yield Refusal("la_contact", "K needs the local authority's contact for this provision.")
    elif not facts.supervisor:
        yield Refusal("supervisor", f"{facts.kind.code} needs the person in charge of the pupils there.")


def _check_days(facts: ActivityFacts) -> Iterator[Refusal]:
    if facts.last_day < facts.first_day:
        yield Refusal("last_day", "The last day can't be before the first day.")
    elif (facts.last_day - facts.first_day).days > LONGEST_DAYS:
        yield Refusal("last_day", "Plan at most a year ahead.")
    elif not facts.session_count:
        yield Refusal("first_day", "The school does not meet in any of these sessions. Change the days.")


def register_words(title: str, nature: str, supervisor: str) -> str:
    """What does the register say is the reason? The nature stays with the mark (domain.md 1.4.11)."""
    with_whom = f", with {supervisor}" if supervisor else ""
    return f"{title}: {nature}{with_whom}"


@dataclass(frozen=True, slots=True)
class DualFacts:
    """What is said of a pupil's registration at another school. `session_count`: half-days there in all."""

    other_school: str
    telephone: str
    told_how: str
    first_day: date
    last_day: date
    half_day_count: int
    session_count: int


def check_dual(facts: DualFacts) -> list[Refusal]:
    """Why can't this registration at two schools be recorded? An empty list means that it can.

    D is for the sessions a pupil is due at the other school, which tells this one of absence there.
    Source: domain.md 1.8 and code D; SI 2024/208 reg 10(3) Table 2.
    """
    found = []
    if not facts.other_school:
        found.append(Refusal("other_school", "D needs the name of the other school."))
    if not facts.telephone:
        found.append(Refusal("telephone", "Give the other school's telephone number."))
    if not facts.told_how:
        found.append(Refusal("told_how", "Say how the other school tells us when the pupil is absent there."))
    if facts.last_day < facts.first_day:
        found.append(Refusal("last_day", "The last day can't be before the first day."))
    elif (facts.last_day - facts.first_day).days > LONGEST_DAYS:
        found.append(Refusal("last_day", "Plan at most a year ahead."))
    elif not facts.half_day_count:
        found.append(Refusal("half_days", "Choose the half-days at the other school."))
    elif not facts.session_count:
        found.append(Refusal("first_day", "Our school does not meet on any of these half-days."))
    return found
