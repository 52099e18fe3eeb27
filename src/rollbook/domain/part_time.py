"""May a pupil of compulsory school age attend part-time for a while (C2), and what must be watched?

Source: regulation 11(6) of SI 2024/208; "Working together", paragraphs 43 and 44; domain.md 5.6 and 6.19.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

from rollbook.domain.law import words_for_day
from rollbook.domain.refusals import Refusal
from rollbook.domain.roll import is_compulsory_school_age
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import WHOLE_WEEK, WeekGrid

LONG_AFTER_DAYS = 6 * 7
REVIEW_WITHIN_DAYS = 14
LONGEST_DAYS = 366


class TimetableState(StrEnum):
    """How far has a part-time timetable come? Only an agreed one plans marks."""

    DRAFT = "draft"
    AGREED = "agreed"
    ENDED_EARLY = "ended_early"
    WITHDRAWN = "withdrawn"


class TimetableEvent(StrEnum):
    """What can happen to it?"""

    CHANGE = "change"
    AGREE = "agree"
    END_EARLY = "end_early"
    WITHDRAW = "withdraw"
    REVIEW = "review"


_S, _E = TimetableState, TimetableEvent
MOVES: Mapping[tuple[TimetableState, TimetableEvent], TimetableState] = MappingProxyType(
    {
        (_S.DRAFT, _E.CHANGE): _S.DRAFT,
        (_S.DRAFT, _E.AGREE): _S.AGREED,
        (_S.DRAFT, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.AGREED, _E.REVIEW): _S.AGREED,
        (_S.AGREED, _E.END_EARLY): _S.ENDED_EARLY,
        (_S.ENDED_EARLY, _E.REVIEW): _S.ENDED_EARLY,
    }
)
"""Which state follows from which event; what is not here can't happen. Longer needs a new agreement."""


def state_after(state: TimetableState, event: TimetableEvent) -> TimetableState | None:
    """Which state does the event lead to? None where it can't happen in this one."""
    return MOVES.get((state, event))


@dataclass(frozen=True, slots=True)
class TimetableFacts:
    """What a part-time timetable says.

    `attended` are the half-days at school. The parent is one in the legal sense the pupil normally lives with where
    `parent_lives_with`. `is_ehc_plan` and `has_social_worker` come from the admission register.
    """

    born_on: date
    first_day: date
    last_day: date
    attended: WeekGrid
    why: str
    is_not_for_behaviour: bool
    review_days: tuple[date, ...]
    long_reason: str = ""
    parent_name: str = ""
    parent_lives_with: bool = False
    agreed_on: date | None = None
    agreed_how: str = ""
    is_ehc_plan: bool = False
    la_told_on: date | None = None
    has_social_worker: bool = False
    social_worker_told_on: date | None = None

    @property
    def is_long(self) -> bool:
        """Does it last longer than six weeks?"""
        return (self.last_day - self.first_day).days >= LONG_AFTER_DAYS


def check_timetable(facts: TimetableFacts) -> list[Refusal]:
    """Why can't this be prepared as it is? An empty list means that it can."""
    return [*_check_days(facts), *_check_grounds(facts), *_check_reviews(facts)]


def check_agreement(facts: TimetableFacts, today: date) -> list[Refusal]:
    """What is missing before the head may agree it, besides what `check_timetable` asks?

    The law wants the agreement of a parent the pupil normally lives with: who, when and how.
    """
    return [*check_timetable(facts), *_check_parent(facts, today)]


def _check_days(facts: TimetableFacts) -> Iterator[Refusal]:
    if facts.last_day < facts.first_day:
        yield Refusal("last_day", "The last day can't be before the first day.")
        return
    if (facts.last_day - facts.first_day).days > LONGEST_DAYS:
        yield Refusal("last_day", "A part-time timetable is for a short time: at most a year can be planned.")
        return
    for day in (facts.first_day, facts.last_day):
        age = is_compulsory_school_age(facts.born_on, day)
        if not age.answer:
            field = "first_day" if day == facts.first_day else "last_day"
            yield Refusal(
                field,
                f"C2 is only for pupils of compulsory school age throughout. {age.because} Use X outside it.",
            )
            break
    if facts.is_long and not facts.long_reason:
        yield Refusal(
            "long_reason",
            f"This is longer than six weeks, which end on "
            f"{words_for_day(facts.first_day + timedelta(days=LONG_AFTER_DAYS - 1))}. "
            "End it by then, or say why the pupil needs longer.",
        )


def _check_grounds(facts: TimetableFacts) -> Iterator[Refusal]:
    if not facts.why:
        yield Refusal("why", "Say why this is in the pupil's best interests.")
    if not facts.is_not_for_behaviour:
        yield Refusal(
            "is_not_for_behaviour",
            "A part-time timetable may not be used to manage a pupil's behaviour. Confirm that this one is not.",
        )
    if not facts.attended.bits:
        yield Refusal("attended", "Choose at least one half-day at school.")
    elif facts.attended == WHOLE_WEEK:
        yield Refusal("attended", "Every half-day at school is full-time. Clear those not attended.")


def _check_reviews(facts: TimetableFacts) -> Iterator[Refusal]:
    if not facts.review_days:
        yield Refusal("review_days", "Give at least one review date.")
    elif not all(facts.first_day <= day <= facts.last_day for day in facts.review_days):
        yield Refusal("review_days", "A review date lies outside the first and last day. Change it.")


def _check_parent(facts: TimetableFacts, today: date) -> Iterator[Refusal]:
    if not facts.parent_name:
        yield Refusal("parent", "Record which parent agreed.")
    elif not facts.parent_lives_with:
        yield Refusal(
            "parent",
            f"The pupil is not recorded as normally living with {facts.parent_name}. "
            "The law asks for a parent the pupil lives with: choose one, or put the contact right.",
        )
    if facts.agreed_on is None:
        yield Refusal("agreed_on", "Record the day the parent agreed.")
    elif facts.agreed_on > today:
        yield Refusal("agreed_on", "The day the parent agreed can't be in the future.")
    if not facts.agreed_how:
        yield Refusal("agreed_how", "Record how the parent agreed.")


def warnings(facts: TimetableFacts) -> list[str]:
    """What should a person look at although it may stand?"""
    found = []
    if facts.is_long:
        weeks = Fraction((facts.last_day - facts.first_day).days + 1, 7)
        found.append(
            f"This lasts {weeks.__ceil__()} weeks, longer than six. It should be for the shortest time."
        )
    stops = sorted({facts.first_day, *facts.review_days, facts.last_day})
    longest = max(((later - earlier).days for earlier, later in pairwise(stops)), default=0)
    if facts.review_days and longest > REVIEW_WITHIN_DAYS:
        found.append(f"There are {longest} days between two reviews. Review at least every two weeks.")
    if facts.is_ehc_plan and facts.la_told_on is None:
        found.append("The pupil has an EHC plan: tell the local authority, and record when.")
    if facts.has_social_worker and facts.social_worker_told_on is None:
        found.append("The pupil has a social worker: tell them, and record when.")
    return found


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the sessions are leave of this kind? C2 is authorised absence (domain.md note 2.4)."""

    absent_count: int
    session_count: int

    @property
    def rate(self) -> Fraction | None:
        """The share that DfE counts as absence; None where the school never meets."""
        return Fraction(self.absent_count, self.session_count) if self.session_count else None


def share_absent(attended: WeekGrid, school_days: list[date]) -> Share:
    """Of the sessions of these school days, how many are not attended by agreement?"""
    sessions = [attended.holds(day, each) for day in school_days for each in SchoolSession]
    return Share(sessions.count(False), len(sessions))
