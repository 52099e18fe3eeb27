"""How many school days has a suspension run, and from when must the pupil be taught elsewhere?

E is for a suspended pupil for whom no provision is made; from the sixth consecutive school day there must be one.
Source: domain.md code E, 5.7, 6.17; section 100 of the Education and Inspections Act 2006; checklist P-A-12.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.refusals import Refusal

PROVISION_FROM_DAY = 6
WARN_FROM_DAY = 4
LONGEST_SCHOOL_DAYS = 45


class Reason(StrEnum):
    """For what kind of conduct? The national list of reasons."""

    ASSAULT_PUPIL = "assault_pupil"
    ASSAULT_ADULT = "assault_adult"
    THREAT_PUPIL = "threat_pupil"
    THREAT_ADULT = "threat_adult"
    WEAPON = "weapon"
    BULLYING = "bullying"
    RACIST = "racist"
    ORIENTATION = "orientation"
    DISABILITY = "disability"
    SEXUAL = "sexual"
    DRUGS = "drugs"
    DAMAGE = "damage"
    THEFT = "theft"
    DISRUPTIVE = "disruptive"
    ONLINE = "online"
    PUBLIC_HEALTH = "public_health"

    @property
    def words(self) -> str:
        """The reason as a form offers it."""
        return _REASON_WORDS[self]


_REASON_WORDS = {
    Reason.ASSAULT_PUPIL: "Physical assault against a pupil",
    Reason.ASSAULT_ADULT: "Physical assault against an adult",
    Reason.THREAT_PUPIL: "Verbal abuse or threatening behaviour against a pupil",
    Reason.THREAT_ADULT: "Verbal abuse or threatening behaviour against an adult",
    Reason.WEAPON: "Use or threat of use of an offensive weapon or prohibited item",
    Reason.BULLYING: "Bullying",
    Reason.RACIST: "Racist abuse",
    Reason.ORIENTATION: "Abuse against sexual orientation and gender identity",
    Reason.DISABILITY: "Abuse relating to disability",
    Reason.SEXUAL: "Sexual misconduct",
    Reason.DRUGS: "Drug and alcohol related",
    Reason.DAMAGE: "Damage",
    Reason.THEFT: "Theft",
    Reason.DISRUPTIVE: "Persistent or general disruptive behaviour",
    Reason.ONLINE: "Inappropriate use of social media or online technology",
    Reason.PUBLIC_HEALTH: "Breach of measures to protect public health",
}


@dataclass(frozen=True, slots=True)
class Suspended:
    """From which day to which is a pupil suspended, and from when is there provision?"""

    first_day: date
    last_day: date
    provision_from: date | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Where does a suspension stand on a day?

    `day` is the day's number among the consecutive school days suspended, 0 before the first; after the last it is
    that of the last. `total` is how many there are together. `provision_due` is the sixth, None where it ends before;
    `is_due` where it is the fourth day or later and provision is not in place for the sixth.
    """

    run_first_day: date
    day: int
    total: int
    own_total: int
    provision_due: date | None
    has_provision: bool
    is_due: bool
    is_overdue: bool


def run_of(own: Suspended, others: Iterable[Suspended], calendar: SchoolCalendar) -> list[Suspended]:
    """Which suspensions follow one another without a school day between, this one among them? Earliest first."""
    run = [own]
    rest = sorted({*others} - {own}, key=lambda each: each.first_day)
    for each in reversed(rest):
        if each.first_day <= run[0].first_day and _joins(each, run[0], calendar):
            run.insert(0, each)
    for each in rest:
        if each not in run and each.first_day >= run[-1].first_day and _joins(run[-1], each, calendar):
            run.append(each)
    return run


def count_days(own: Suspended, others: Iterable[Suspended], calendar: SchoolCalendar, today: date) -> Count:
    """Counts consecutive school days, the first one as day 1 whether the pupil was sent home at noon or before.

    Suspensions in a row are counted together. Units: school days.
    """
    run = run_of(own, others, calendar)
    first_day, last_day = run[0].first_day, max(each.last_day for each in run)
    days = calendar.school_days(first_day, last_day)
    due = days[PROVISION_FROM_DAY - 1] if len(days) >= PROVISION_FROM_DAY else None
    day = sum(1 for each in days if each <= today)
    provided = [each.provision_from for each in run if each.provision_from is not None]
    has_provision = due is not None and any(each <= due for each in provided)
    is_open = due is not None and not has_provision and today <= last_day
    return Count(
        run_first_day=first_day,
        day=day,
        total=len(days),
        own_total=len(calendar.school_days(own.first_day, own.last_day)),
        provision_due=due,
        has_provision=has_provision,
        is_due=is_open and day >= WARN_FROM_DAY,
        is_overdue=is_open and due is not None and today >= due,
    )


def last_day_of(first_day: date, school_day_count: int, calendar: SchoolCalendar) -> date | None:
    """On which day does a suspension of so many school days end? None where the calendar ends before."""
    if school_day_count <= 1:
        return first_day
    return calendar.school_day_after(first_day, school_day_count - 1)


@dataclass(frozen=True, slots=True)
class SuspensionFacts:
    """What is said of a suspension."""

    first_day: date
    last_day: date
    told_on: date | None
    told_how: str
    provision_code: str
    provider: str
    provision_from: date | None


def check_suspension(
    facts: SuspensionFacts, others: Iterable[Suspended], calendar: SchoolCalendar, today: date
) -> list[Refusal]:
    """Why can't this be recorded as it is? An empty list means that it can. `others` are the pupil's other ones."""
    return [
        *_check_days(facts, others, calendar),
        *_check_telling(facts, today),
        *_check_provision(facts),
    ]


def _check_days(
    facts: SuspensionFacts, others: Iterable[Suspended], calendar: SchoolCalendar
) -> Iterator[Refusal]:
    if facts.last_day < facts.first_day:
        yield Refusal("last_day", "The last day can't be before the first day.")
        return
    if not calendar.is_school_day(facts.first_day):
        yield Refusal("first_day", f"{calendar.day(facts.first_day).because} Choose a school day.")
    if (facts.last_day - facts.first_day).days > LONGEST_SCHOOL_DAYS * 4 or (
        len(calendar.school_days(facts.first_day, facts.last_day)) > LONGEST_SCHOOL_DAYS
    ):
        yield Refusal("last_day", f"A suspension is at most {LONGEST_SCHOOL_DAYS} school days long.")
    if any(each.first_day <= facts.last_day and facts.first_day <= each.last_day for each in others):
        yield Refusal("first_day", "The pupil is already suspended on some of these days.")


def _check_telling(facts: SuspensionFacts, today: date) -> Iterator[Refusal]:
    if facts.told_on is not None and facts.told_on > today:
        yield Refusal("told_on", "The day the parents were told can't be in the future.")
    if facts.told_on is not None and not facts.told_how:
        yield Refusal("told_how", "Say how the parents were told.")
    if facts.told_on is None and facts.told_how:
        yield Refusal("told_on", "Say on which day the parents were told.")


def _check_provision(facts: SuspensionFacts) -> Iterator[Refusal]:
    given = [bool(facts.provision_code), bool(facts.provider), facts.provision_from is not None]
    if not any(given):
        return
    if not facts.provision_code:
        yield Refusal("provision_code", "Choose the code for the provision: K, B or D.")
    if not facts.provider:
        yield Refusal("provider", "Say who teaches the pupil meanwhile.")
    if facts.provision_from is None:
        yield Refusal("provision_from", "Say from which day the pupil is taught there.")
    elif not facts.first_day <= facts.provision_from <= facts.last_day:
        yield Refusal("provision_from", "The provision begins on a day of the suspension.")


def _joins(earlier: Suspended, later: Suspended, calendar: SchoolCalendar) -> bool:
    """Does the later one begin before a school day has passed since the earlier one?"""
    return not any(earlier.last_day < day < later.first_day for day in _between(earlier, later, calendar))


def _between(earlier: Suspended, later: Suspended, calendar: SchoolCalendar) -> list[date]:
    return calendar.school_days(earlier.last_day, later.first_day)
