"""Is a pupil's entry in the admission register complete? What the law asks for and isn't there is an error."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rollbook.domain.law import GUIDANCE, POLICY, REGULATIONS_2024, Citation, Confirmation, words_for_day


class Level(StrEnum):
    """Does the law ask for it, or only good practice?"""

    ERROR = "error"
    WARNING = "warning"


class Lack(StrEnum):
    """Which kind of thing is missing?"""

    STARTING_DAY = "starting-day"
    REGISTER = "register"
    ADDRESS = "address"
    NEW_ADDRESS = "new-address"
    LAST_SCHOOL = "last-school"
    LAST_SCHOOL_ADDRESS = "last-school-address"
    PARENT = "parent"
    PARENT_NAME = "parent-name"
    PARENT_ADDRESS = "parent-address"
    LIVES_WITH = "lives-with"
    EMERGENCY_NUMBER = "emergency-number"
    ONE_NUMBER = "one-number"
    ONE_ADULT = "one-adult"
    KIND_OF_PARENT = "kind-of-parent"
    WORKED_WITH = "worked-with"
    AGREEMENT = "agreement"
    UPN = "upn"

    @property
    def words(self) -> str:
        """The kind as a list names it."""
        return _LACK_WORDS[self]


_LACK_WORDS = {
    Lack.STARTING_DAY: "Starting day",
    Lack.REGISTER: "On no register",
    Lack.ADDRESS: "Pupil's address",
    Lack.NEW_ADDRESS: "New address to enter",
    Lack.LAST_SCHOOL: "School last attended",
    Lack.LAST_SCHOOL_ADDRESS: "Address of the school last attended",
    Lack.PARENT: "No parent",
    Lack.PARENT_NAME: "Parent's first name",
    Lack.PARENT_ADDRESS: "Parent's address",
    Lack.LIVES_WITH: "With whom the pupil lives",
    Lack.EMERGENCY_NUMBER: "Emergency number",
    Lack.ONE_NUMBER: "Only one number",
    Lack.ONE_ADULT: "Only one adult to ring",
    Lack.KIND_OF_PARENT: "Why an adult is a parent",
    Lack.WORKED_WITH: "Parent the school works with",
    Lack.AGREEMENT: "Agreement of the starting day",
    Lack.UPN: "UPN",
}


@dataclass(frozen=True, slots=True)
class Adult:
    """What is known of one of a pupil's contacts. `number_count`: telephone numbers held for emergencies.

    `has_kind`: it is recorded whether this is a natural parent, or has parental responsibility or day-to-day care.
    """

    name: str
    is_parent: bool
    lives_with: bool
    has_address: bool
    number_count: int
    has_forename: bool = True
    has_kind: bool = True
    is_worked_with: bool = True
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class AdmissionEntry:
    """What the admission register says of one pupil, as far as it can be incomplete.

    `is_on_a_register` is None for a pupil who needs none now: not on roll yet, no longer, or a boarder.
    `is_agreed`: it is recorded when and with whom the starting day was agreed; None for a pupil who has started.
    `moved_on`: since when a notified new address is not yet the pupil's address here.
    """

    upn: str
    address: str
    last_school_name: str
    adults: tuple[Adult, ...]
    is_on_a_register: bool | None
    starting_day: date | None
    last_school_address: str = ""
    is_agreed: bool | None = None
    moved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that isn't in the admission register. `part` is where on the pupil's page it belongs.

    `contact_id` is the adult it is about, None where it is about none or about one who is not recorded yet.
    """

    part: str
    message: str
    level: Level
    citation: Citation
    kind: Lack
    contact_id: int | None = None


_REGULATION_8 = Citation(REGULATIONS_2024, "regulation 8", Confirmation.SECONDARY)
_REGULATION_10 = Citation(REGULATIONS_2024, "regulation 10(1)")
_EMERGENCY = Citation(GUIDANCE, "page 67")
_MORE_THAN_ONE_ADULT = Citation(GUIDANCE, "page 20")
_MORE_THAN_ONE_NUMBER = Citation(POLICY, "section 3.7")
_PARENTS = Citation(POLICY, "section 3.7, who is a parent")
_DATA_SET = Citation("Common basic data set (DfE)", "unique pupil number")


def what_is_missing(entry: AdmissionEntry) -> tuple[Missing, ...]:
    """What the admission register lacks for this pupil, errors first.

    A parent the pupil lives with needs an emergency number (none is an error); the policy expects more than one number,
    and the guidance more than one adult, so a single one is a warning.
    Source: SI 2024/208 reg 8; Working together pages 20 and 67; policy 3.7; domain.md 1.2, 6.23 and 6.25.
    """
    found = [*_of_the_pupil(entry), *_of_the_adults(entry.adults)]
    return tuple(sorted(found, key=lambda missing: missing.level is Level.WARNING))


def _of_the_pupil(entry: AdmissionEntry) -> list[Missing]:
    found = []
    if entry.starting_day is None:
        found.append(_error("enrolment", "There is no starting day.", Lack.STARTING_DAY))
    if entry.is_on_a_register is False:
        message = "The pupil is on roll but in no teaching group, and so on no register."
        found.append(Missing("group", message, Level.ERROR, _REGULATION_10, Lack.REGISTER))
    if not entry.address:
        found.append(_error("address", "There is no address of the pupil.", Lack.ADDRESS))
    found += _of_the_last_school(entry)
    if entry.moved_on is not None:
        message = (
            f"A new address was notified from {words_for_day(entry.moved_on)}. Enter it as the pupil's address, "
            "and as the parent's where it is theirs."
        )
        found.append(Missing("address", message, Level.WARNING, _REGULATION_8, Lack.NEW_ADDRESS))
    if entry.is_agreed is False:
        message = "It is not recorded when and with whom the starting day was agreed."
        found.append(Missing("enrolment", message, Level.WARNING, _REGULATION_8, Lack.AGREEMENT))
    if not entry.upn:
        found.append(Missing("names", "There is no UPN.", Level.WARNING, _DATA_SET, Lack.UPN))
    return found


def _of_the_last_school(entry: AdmissionEntry) -> list[Missing]:
    if not entry.last_school_name:
        message = "The school last attended is not recorded. Where there was none, write None."
        return [_error("school", message, Lack.LAST_SCHOOL)]
    if entry.last_school_name.strip().casefold() != "none" and not entry.last_school_address:
        message = f"There is no address of the school last attended, {entry.last_school_name}."
        return [_error("school", message, Lack.LAST_SCHOOL_ADDRESS)]
    return []


def _of_the_adults(adults: tuple[Adult, ...]) -> list[Missing]:
    parents = [adult for adult in adults if adult.is_parent]
    if not parents:
        return [_error("contacts", "No parent is recorded.", Lack.PARENT)]
    found = [each for parent in parents for each in _of_a_parent(parent)]
    if not any(parent.lives_with for parent in parents):
        message = "It is not recorded which parent the pupil normally lives with."
        only = parents[0].contact_id if len(parents) == 1 else None
        found.append(_error("contacts", message, Lack.LIVES_WITH, only))
    if len(parents) > 1 and not any(parent.is_worked_with for parent in parents):
        message = "It is not recorded which parent the school works with about attendance."
        found.append(
            Missing("contacts", message, Level.WARNING, _PARENTS, Lack.WORKED_WITH, parents[0].contact_id)
        )
    return found + _of_the_numbers(adults)


def _of_a_parent(parent: Adult) -> list[Missing]:
    found = []
    if not parent.has_forename:
        message = f"There is no first name of {parent.name}."
        found.append(_error("contacts", message, Lack.PARENT_NAME, parent.contact_id))
    if not parent.has_address:
        message = f"There is no address of {parent.name}."
        found.append(_error("contacts", message, Lack.PARENT_ADDRESS, parent.contact_id))
    if parent.lives_with and not parent.number_count:
        message = f"There is no emergency number of {parent.name}, with whom the pupil lives."
        found.append(
            Missing("contacts", message, Level.ERROR, _EMERGENCY, Lack.EMERGENCY_NUMBER, parent.contact_id)
        )
    if not parent.has_kind:
        message = (
            f"It is not recorded whether {parent.name} is a natural parent, or has parental responsibility or "
            "day-to-day care."
        )
        found.append(
            Missing("contacts", message, Level.WARNING, _PARENTS, Lack.KIND_OF_PARENT, parent.contact_id)
        )
    return found


def _of_the_numbers(adults: tuple[Adult, ...]) -> list[Missing]:
    reachable = [adult for adult in adults if adult.number_count]
    if sum(adult.number_count for adult in reachable) == 1:
        message = "There is only one emergency number. The policy asks parents for more than one."
        contact_id = reachable[0].contact_id
        return [
            Missing("contacts", message, Level.WARNING, _MORE_THAN_ONE_NUMBER, Lack.ONE_NUMBER, contact_id)
        ]
    if len(reachable) == 1:
        message = (
            f"All emergency numbers are {reachable[0].name}'s. Ask for a second adult where there is one."
        )
        return [Missing("contacts", message, Level.WARNING, _MORE_THAN_ONE_ADULT, Lack.ONE_ADULT)]
    return []


def _error(part: str, message: str, kind: Lack, contact_id: int | None = None) -> Missing:
    return Missing(part, message, Level.ERROR, _REGULATION_8, kind, contact_id)
