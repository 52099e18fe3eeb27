"""Is a pupil's attendance of concern, why, and whose is most pressing?

The tiers follow from the sessions of the school year: severely absent, persistently absent, and at risk, which begins
at the line the school's policy chooses. Beside them stands what the runs and thresholds of other rules have found, and
whether this half term is better or worse than the last. Nothing here decides; a person does.
Source: the school's policy, sections 8.2 to 8.4; domain.md 4.1.1, 5.3 and the checklist P-8.2-1 to P-8.4-2.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from rollbook.domain.forecasts import sessions_before_persistent
from rollbook.domain.law import POLICY, Citation, Finding
from rollbook.domain.rates import (
    Totals,
    attendance_rate,
    is_persistently_absent,
    is_severely_absent,
    percent,
    round_half_up,
)
from rollbook.domain.runs import Due, Illness
from rollbook.domain.thresholds import Nearness, Standing

FEW_SESSIONS = 20
"""Fewer possible sessions, two school weeks, say little: one day off sick makes a tenth of them."""
CHANGE = Fraction(5, 100)
"""A half term differs from the one before when attendance moved by five points: two and a half days in ten weeks."""
CLOSE_SESSIONS = 3

_PATTERNS = Citation(POLICY, "section 8.2")
_TIERS = Citation(POLICY, "section 8.3")


class Tier(StrEnum):
    """How much of the school year has been missed?"""

    SEVERE = "severe"
    PERSISTENT = "persistent"
    AT_RISK = "at-risk"
    NONE = "none"

    @property
    def words(self) -> str:
        """The tier in words."""
        return _TIER_WORDS[self][0]

    @property
    def action(self) -> str:
        """What the policy asks for at this tier ("" for none); it is advice, and does nothing by itself."""
        return _TIER_WORDS[self][1]


_TIER_WORDS: Mapping[Tier, tuple[str, str]] = MappingProxyType(
    {
        Tier.SEVERE: (
            "Severely absent",
            "Plan support with the family and the local authority, and consider whether the pupil is safe.",
        ),
        Tier.PERSISTENT: ("Persistently absent", "Meet the parents and agree what support is to change."),
        Tier.AT_RISK: ("At risk", "Talk with the pupil and a parent about what gets in the way."),
        Tier.NONE: ("Above the line", ""),
    }
)


class Reason(StrEnum):
    """Why is a pupil listed?"""

    TIER = "tier"
    CLOSE = "close"
    FALLING = "falling"
    RISING = "rising"
    THRESHOLD = "threshold"
    UNAUTHORISED_DAYS = "unauthorised-days"
    ILLNESS = "illness"
    AWAY = "away"

    @property
    def words(self) -> str:
        """The reason in words."""
        return _REASON_WORDS[self]


_REASON_WORDS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.TIER: "Attendance this year",
        Reason.CLOSE: "Close to persistent absence",
        Reason.FALLING: "Worse than last half term",
        Reason.RISING: "Better than last half term",
        Reason.THRESHOLD: "Unauthorised sessions in ten weeks",
        Reason.UNAUTHORISED_DAYS: "Unauthorised days in a row",
        Reason.ILLNESS: "Days of illness",
        Reason.AWAY: "Away two days or more now",
    }
)


class Movement(StrEnum):
    """How does this half term compare with the one before?"""

    RISING = "rising"
    FALLING = "falling"
    LEVEL = "level"
    TOO_FEW = "too few"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one pupil's attendance up to a day.

    `below` is the school's line as a rate. The findings come from `domain.thresholds` and `domain.runs`; None where
    there is nothing to find. Units: sessions in the totals, days in the runs.
    """

    year: Totals
    below: Fraction
    half_term: Totals | None = None
    half_term_before: Totals | None = None
    threshold: Finding[Standing] | None = None
    unauthorised_days: Finding[Due] | None = None
    illness: Finding[Illness] | None = None
    away: Finding[bool] | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why a pupil is listed, with what was found. `weight` says how pressing it is; 0 is good news."""

    reason: Reason
    weight: int
    finding: Finding[object]


@dataclass(frozen=True, slots=True)
class Concern:
    """Why a pupil's attendance is of concern, the most pressing reason first. No cause: it is not."""

    tier: Tier
    causes: tuple[Cause, ...]
    rate: Fraction | None

    @property
    def is_one(self) -> bool:
        """Is there anything to be concerned about? Good news alone is none."""
        return any(cause.weight for cause in self.causes)

    @property
    def rank(self) -> tuple[int, int, Fraction]:
        """What concerns are sorted by, smallest first: the most pressing reason, how many there are, the rate."""
        weights = [cause.weight for cause in self.causes if cause.weight]
        return (-max(weights, default=0), -len(weights), Fraction(1) if self.rate is None else self.rate)

    def has(self, reason: Reason) -> bool:
        """Is this one of the reasons?"""
        return any(cause.reason is reason for cause in self.causes)


_TIER_WEIGHTS = {Tier.SEVERE: 60, Tier.PERSISTENT: 40, Tier.AT_RISK: 20}
_THRESHOLD_WEIGHTS = {Nearness.MET: 50, Nearness.NEAR: 30, Nearness.EARLY: 10}
_DUE_WEIGHTS = {Due.RETURN: 50, Due.CHASE: 30, Due.PREPARE: 10}
_RETURN_WEIGHT, _REVIEW_WEIGHT, _AWAY_WEIGHT, _FALLING_WEIGHT, _CLOSE_WEIGHT = 50, 30, 30, 20, 15


def tier_of(year: Totals, below: Fraction) -> Finding[Tier]:
    """Which tier do the sessions of the year put a pupil in? Errors: ValueError for a line at or under 90%."""
    if below <= Fraction(9, 10):
        raise ValueError(
            "From 90% down a pupil is persistently absent, so the school's own line lies above it."
        )
    rate = attendance_rate(year)
    facts = {"attended": year.attended, "possible": year.possible, "below": below}
    if rate is None:
        return Finding(Tier.NONE, "concern.tier", "No session was possible this year.", facts, _TIERS)
    so_far = f"Attended {year.attended} of {year.possible} possible sessions this year, {percent(rate)}"
    if year.possible < FEW_SESSIONS:
        so_far += "; that is few sessions, and a day changes much"
    severe, persistent = is_severely_absent(year), is_persistently_absent(year)
    if severe.answer:
        return Finding(Tier.SEVERE, "concern.tier", f"{so_far}. Half or more missed.", facts, severe.citation)
    if persistent.answer:
        because = f"{so_far}. A tenth or more missed."
        return Finding(Tier.PERSISTENT, "concern.tier", because, facts, persistent.citation)
    line = percent(below, 0)
    if rate < below:
        return Finding(Tier.AT_RISK, "concern.tier", f"{so_far}, below the line of {line}.", facts, _TIERS)
    return Finding(Tier.NONE, "concern.tier", f"{so_far}; the line is {line}.", facts, _TIERS)


def movement(now: Totals, before: Totals) -> Finding[Movement]:
    """Is attendance rising or falling, this half term against the one before? Units: sessions.

    Both need two school weeks of possible sessions; with fewer nothing is said.
    """
    facts = {"now": (now.attended, now.possible), "before": (before.attended, before.possible)}
    counts = (
        f"{now.attended} of {now.possible} sessions this half term, {before.attended} of {before.possible} in the "
        "one before"
    )
    if min(now.possible, before.possible) < FEW_SESSIONS:
        because = f"{counts}: too few sessions to say."
        return Finding(Movement.TOO_FEW, "concern.movement", because, facts, _PATTERNS)
    change = Fraction(now.attended, now.possible) - Fraction(before.attended, before.possible)
    points = round_half_up(abs(change) * 100, 1)
    answer = Movement.LEVEL
    if abs(change) >= CHANGE:
        answer = Movement.RISING if change > 0 else Movement.FALLING
    way = "lower" if change < 0 else "higher"
    because = f"{counts}: {points} points {way}." if points else f"{counts}: the same."
    return Finding(answer, "concern.movement", because, facts, _PATTERNS)


def concern(of: Known) -> Concern:
    """Why is this pupil's attendance of concern? The causes stand with the most pressing first."""
    tier = tier_of(of.year, of.below)
    causes = [*_of_the_year(of, tier), *_of_half_terms(of), *_of_runs(of)]
    causes.sort(key=lambda cause: -cause.weight)
    return Concern(tier.answer, tuple(causes), attendance_rate(of.year))


def _of_the_year(of: Known, tier: Finding[Tier]) -> Iterator[Cause]:
    if tier.answer is not Tier.NONE:
        yield Cause(Reason.TIER, _TIER_WEIGHTS[tier.answer], tier)
    if tier.answer in (Tier.AT_RISK, Tier.NONE) and of.year.possible >= FEW_SESSIONS:
        left = sessions_before_persistent(of.year)
        if left.answer <= CLOSE_SESSIONS:
            yield Cause(Reason.CLOSE, _CLOSE_WEIGHT, left)


def _of_half_terms(of: Known) -> Iterator[Cause]:
    if of.half_term is None or of.half_term_before is None:
        return
    found = movement(of.half_term, of.half_term_before)
    if found.answer is Movement.FALLING:
        yield Cause(Reason.FALLING, _FALLING_WEIGHT, found)
    elif found.answer is Movement.RISING:
        yield Cause(Reason.RISING, 0, found)


def _of_runs(of: Known) -> Iterator[Cause]:
    if of.threshold is not None and (weight := _THRESHOLD_WEIGHTS.get(of.threshold.answer.nearness)):
        yield Cause(Reason.THRESHOLD, weight, of.threshold)
    if of.unauthorised_days is not None and (weight := _DUE_WEIGHTS.get(of.unauthorised_days.answer)):
        yield Cause(Reason.UNAUTHORISED_DAYS, weight, of.unauthorised_days)
    if of.illness is not None and of.illness.answer.is_review_due:
        weight = _RETURN_WEIGHT if of.illness.answer.is_return_due else _REVIEW_WEIGHT
        yield Cause(Reason.ILLNESS, weight, of.illness)
    if of.away is not None and of.away.answer:
        yield Cause(Reason.AWAY, _AWAY_WEIGHT, of.away)
