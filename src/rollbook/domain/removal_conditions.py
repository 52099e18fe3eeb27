"""What a ground for removal is made of, and the conditions that several grounds share.

Source: regulation 9 of SI 2024/208; domain.md 1.3.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rollbook.domain.law import REGULATIONS_2024, Citation, Confirmation


class AnswerKind(StrEnum):
    """How is a condition answered?"""

    YES_NO = "yes_no"
    DATE = "date"
    TEXT = "text"


class Special(StrEnum):
    """Which facts of the register, the calendar or the school decide a ground besides what people answer?"""

    CONTINUOUS_ABSENCE = "continuous_absence"
    NOT_BACK_FROM_LEAVE = "not_back_from_leave"
    OVER_COMPULSORY_AGE = "over_compulsory_age"
    NURSERY_AGE = "nursery_age"
    DAY_PUPIL = "day_pupil"
    BOARDER = "boarder"


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact to confirm. `wanted` is the answer the ground needs; `is_hard` False: a reason may stand in for it."""

    name: str
    question: str
    refusal: str
    citation: Citation
    kind: AnswerKind = AnswerKind.YES_NO
    wanted: bool = True
    is_hard: bool = True


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground: when it may be used, when it may not, what to show for it and to confirm.

    `legal_types` None: in every kind of school. `is_of_death` lets marks after the last day stand.
    """

    letter: str
    title: str
    explanation: str
    not_when: str
    evidence: str
    conditions: tuple[Condition, ...]
    citation: Citation
    specials: frozenset[Special] = frozenset()
    legal_types: frozenset[str] | None = None
    is_of_death: bool = False


FIRST_DAY = date(2024, 8, 19)
ABSENT_SCHOOL_DAYS = 20
"""Ground I: for so many school days without a break. Units: school days."""
BACK_WITHIN_SCHOOL_DAYS = 10
"""Ground H: not back within so many school days after the leave ended. Units: school days."""
ABSENCE_CODES = frozenset({"G", "N", "O"})
"""Ground I: every session has one of these codes; any other code breaks the run."""


def regulation_9(letter: str, confirmation: Confirmation = Confirmation.SECONDARY) -> Citation:
    """Where a ground stands."""
    return Citation(REGULATIONS_2024, f"regulation 9(1)({letter.lower()})", confirmation)


def must_be_so(name: str, question: str, refusal: str, citation: Citation, **more: bool) -> Condition:
    """A question whose answer must be yes."""
    return Condition(name, question, refusal, citation, AnswerKind.YES_NO, **more)


def must_not_be_so(name: str, question: str, refusal: str, citation: Citation) -> Condition:
    """A question whose answer must be no."""
    return Condition(name, question, refusal, citation, AnswerKind.YES_NO, wanted=False)


def a_day(name: str, question: str, citation: Citation) -> Condition:
    """A day that must be given."""
    return Condition(name, question, "Enter the day.", citation, AnswerKind.DATE)


def a_text(name: str, question: str, refusal: str, citation: Citation) -> Condition:
    """Words that must be given."""
    return Condition(name, question, refusal, citation, AnswerKind.TEXT)


def no_order_names_this_school(citation: Citation) -> Condition:
    """No attendance order names this school."""
    return must_not_be_so(
        "order_names_this_school",
        "Does a school attendance order name this school?",
        "While a school attendance order names this school, the name stays on the roll.",
        citation,
    )


def not_main_school(citation: Citation) -> Condition:
    """This is not the main school of a mobile child."""
    return must_not_be_so(
        "is_main_school",
        "Is this the main school of a mobile child?",
        "A mobile child stays on the roll of the main school.",
        citation,
    )


def not_expected_back(citation: Citation) -> Condition:
    """The pupil is not expected to attend here again."""
    return must_not_be_so(
        "is_expected",
        "Is the pupil expected to attend here again?",
        "A pupil who is expected to come back stays on the roll.",
        citation,
    )


def authority_notice(question: str, citation: Citation) -> Condition:
    """A copy of the local authority's notice is held."""
    return must_be_so(
        "has_notice",
        question,
        "Get a copy of the local authority's notice before the name is removed.",
        citation,
    )


def not_ill(citation: Citation, *, is_hard: bool) -> Condition:
    """There is no reason to think of sickness or another unavoidable cause."""
    return Condition(
        "may_be_ill",
        "Is there reason to think that the pupil is kept away by sickness or another unavoidable cause?",
        "A pupil who may be ill or unavoidably kept away stays on the roll.",
        citation,
        wanted=False,
        is_hard=is_hard,
    )


def enquiries_made(citation: Citation, *, is_hard: bool) -> Condition:
    """School and local authority have enquired together and not found the pupil."""
    return Condition(
        "has_enquired",
        "Have the school and the local authority together made reasonable enquiries without finding the pupil?",
        "Enquire together with the local authority first. While the pupil can be found, the name stays.",
        citation,
        is_hard=is_hard,
    )
