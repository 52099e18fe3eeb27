"""Is a pupil's entry in the admission register complete? What the law asks for and isn't there is an error."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rollbook.domain.law import GUIDANCE, POLICY, REGULATIONS_2024, Citation, Confirmation


class Level(StrEnum):
    """Does the law ask for it, or only good practice?"""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Adult:
    """What is known of one of a pupil's contacts. `number_count`: telephone numbers held for emergencies."""

    name: str
    is_parent: bool
    lives_with: bool
    has_address: bool
    number_count: int


@dataclass(frozen=True, slots=True)
class AdmissionEntry:
    """What the admission register says of one pupil, as far as it can be incomplete.

    `is_on_a_register` is None for a pupil who needs none now: not on roll yet, no longer, or a boarder.
    """

    upn: str
    address: str
    last_school_name: str
    adults: tuple[Adult, ...]
    is_on_a_register: bool | None
    starting_day: date | None


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that isn't in the admission register. `part` is where on the pupil's page it belongs."""

    part: str
    message: str
    level: Level
    citation: Citation


_REGULATION_8 = Citation(REGULATIONS_2024, "regulation 8", Confirmation.SECONDARY)
_REGULATION_10 = Citation(REGULATIONS_2024, "regulation 10(1)")
_EMERGENCY = Citation(GUIDANCE, "page 67")
_MORE_THAN_ONE_ADULT = Citation(GUIDANCE, "page 20")
_MORE_THAN_ONE_NUMBER = Citation(POLICY, "section 3.7")
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
        found.append(_error("enrolment", "There is no starting day."))
    if entry.is_on_a_register is False:
        message = "The pupil is on roll but in no teaching group, and so on no register."
        found.append(Missing("group", message, Level.ERROR, _REGULATION_10))
    if not entry.address:
        found.append(_error("address", "There is no address of the pupil."))
    if not entry.last_school_name:
        found.append(
            _error("school", "The school last attended is not recorded. Where there was none, write None.")
        )
    if not entry.upn:
        found.append(Missing("names", "There is no UPN.", Level.WARNING, _DATA_SET))
    return found


def _of_the_adults(adults: tuple[Adult, ...]) -> list[Missing]:
    parents = [adult for adult in adults if adult.is_parent]
    if not parents:
        return [_error("contacts", "No parent is recorded.")]
    found = [
        _error("contacts", f"There is no address of {parent.name}.")
        for parent in parents
        if not parent.has_address
    ]
    at_home = [parent for parent in parents if parent.lives_with]
    if not at_home:
        found.append(_error("contacts", "It is not recorded which parent the pupil normally lives with."))
    found += [
        Missing(
            "contacts",
            f"There is no emergency number of {parent.name}, with whom the pupil lives.",
            Level.ERROR,
            _EMERGENCY,
        )
        for parent in at_home
        if not parent.number_count
    ]
    return found + _of_the_numbers(adults)


def _of_the_numbers(adults: tuple[Adult, ...]) -> list[Missing]:
    reachable = [adult for adult in adults if adult.number_count]
    if sum(adult.number_count for adult in reachable) == 1:
        message = "There is only one emergency number. The policy asks parents for more than one."
        return [Missing("contacts", message, Level.WARNING, _MORE_THAN_ONE_NUMBER)]
    if len(reachable) == 1:
        message = (
            f"All emergency numbers are {reachable[0].name}'s. Ask for a second adult where there is one."
        )
        return [Missing("contacts", message, Level.WARNING, _MORE_THAN_ONE_ADULT)]
    return []


def _error(part: str, message: str) -> Missing:
    return Missing(part, message, Level.ERROR, _REGULATION_8)
