"""Does a pupil's absence or lateness follow a pattern, or could it easily be chance?

The school acts early on patterns and looks for historic and emerging ones (POL 1, 8.2, 8.4). What a pupil missed is
compared with what would be expected if it fell on any day alike: a hypergeometric tail, exact, in whole numbers. Many
things are looked at, so each chance is multiplied by how many (Bonferroni): "about 1 in 400" is how often a pupil
without any habit would show so much in anything that is looked at.

A long illness says nothing about weekdays, so the days of five or more in a row are left out there. U is lateness here
and not absence: the pupil came. Source: domain.md P-1-4, P-8.2-3.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import comb

from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import POLICY, Citation, Finding
from rollbook.domain.rates import round_half_up
from rollbook.domain.sessions import SchoolSession

LEAST = 5
"""Below so many absences, or weeks for a group, nothing is said."""
LONG_RUN = 5
RARE = Fraction(1, 100)
UNCERTAIN = Fraction(1, 20)
CITATION = Citation(POLICY, "section 8.2")
SET_BY_SCHOOL = ("C2", "E")
"""An agreed part-time timetable and a suspension say nothing about a habit: on those half-days nothing could happen."""
_ORDINARY_WEEKEND = 3
_FRIDAY = 4
_SMALLEST_SAID = 10_000


class Verdict(StrEnum):
    """What may be said of a pattern?"""

    PATTERN = "pattern"
    PERHAPS = "perhaps"
    CHANCE = "chance"
    TOO_FEW = "too-few"


class Kind(StrEnum):
    """What is looked at?"""

    WEEKDAY = "weekday"
    ENDS = "ends"
    SESSION = "session"
    BREAKS = "breaks"
    FORTNIGHT = "fortnight"
    EMERGING = "emerging"
    LATENESS = "lateness"
    SIBLINGS = "siblings"

    @property
    def words(self) -> str:
        """The kind as a choice."""
        return _KIND_WORDS[self]


_KIND_WORDS = {
    Kind.WEEKDAY: "One weekday",
    Kind.ENDS: "Mondays and Fridays",
    Kind.SESSION: "One half of the day",
    Kind.BREAKS: "Before and after holidays",
    Kind.FORTNIGHT: "Every other weekend",
    Kind.EMERGING: "New this half term",
    Kind.LATENESS: "Growing lateness",
    Kind.SIBLINGS: "With a sibling",
}


class Unit(StrEnum):
    """What is counted: days away, days by a weekend, halves of a day missed alone, separate absences, late sessions?"""

    DAY = "days away"
    WEEKEND = "days away on Mondays and Fridays"
    HALF = "half-days missed alone"
    START = "separate absences"
    LATE = "late sessions"


@dataclass(frozen=True, slots=True)
class MetDay:
    """One day on which the school met, and where it lies."""

    on: date
    is_before_break: bool = False
    is_after_break: bool = False
    is_later_half: bool = False
    is_this_half_term: bool = False

    @property
    def weekend(self) -> int:
        """Which weekend a Friday or Monday is next to, counted through the years."""
        days_on = _ORDINARY_WEEKEND if self.on.weekday() == _FRIDAY else 0
        return (self.on.toordinal() + days_on - 1) // 7


@dataclass(frozen=True, slots=True)
class Chance:
    """One day or half-day on which it could have happened, and whether it did."""

    day: MetDay
    session: SchoolSession | None
    happened: bool


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that is looked at for every pupil: which chances it is about."""

    kind: Kind
    unit: Unit
    words: str
    weekday: int | None = None
    session: SchoolSession | None = None
    weekend: int | None = None
    is_after: bool = False

    def covers(self, day: MetDay, session: SchoolSession | None) -> bool:
        """Is this day, or half of a day, one of those the look is about?"""
        if self.kind is Kind.BREAKS:
            return day.is_after_break if self.is_after else day.is_before_break
        if self.kind is Kind.ENDS:
            return day.on.weekday() in (0, _FRIDAY)
        if self.kind is Kind.FORTNIGHT:
            return day.weekend % 2 == self.weekend
        if self.kind is Kind.EMERGING:
            return day.is_this_half_term
        if self.kind is Kind.LATENESS:
            return day.is_later_half
        return self.weekday in (None, day.on.weekday()) and self.session in (None, session)


def _looks() -> Iterable[Look]:
    for weekday in range(5):
        yield Look(Kind.WEEKDAY, Unit.DAY, f"{WEEKDAYS[weekday]}s", weekday)
    yield Look(Kind.ENDS, Unit.DAY, "Mondays and Fridays")
    yield Look(Kind.BREAKS, Unit.DAY, "The last day before a holiday or long weekend")
    yield Look(Kind.BREAKS, Unit.DAY, "The first day after a holiday or long weekend", is_after=True)
    for parity in (0, 1):
        yield Look(Kind.FORTNIGHT, Unit.WEEKEND, "Every other weekend", weekend=parity)
    for session in SchoolSession:
        yield Look(Kind.SESSION, Unit.HALF, f"{session.words.capitalize()}s", session=session)
        for weekday in range(5):
            words = f"{WEEKDAYS[weekday]} {session.words}s"
            yield Look(Kind.SESSION, Unit.HALF, words, weekday, session)
    yield Look(Kind.EMERGING, Unit.START, "This half term")
    yield Look(Kind.LATENESS, Unit.LATE, "The later half of the period")


LOOKS = tuple(_looks())
"""All that is looked at for every pupil; each sibling is one look more."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many chances there were and on how many it happened, altogether and among those looked at."""

    chances: int
    happened: int
    inside: int
    happened_inside: int

    @property
    def expected(self) -> Fraction:
        """How many would lie inside if they fell on any alike."""
        return Fraction(self.happened * self.inside, self.chances) if self.chances else Fraction(0)


@dataclass(frozen=True, slots=True)
class Judged:
    """What may be said, and how often chance alone would do as much; None where there is too little to say."""

    verdict: Verdict
    chance: Fraction | None


def met_days(
    days: Sequence[date], *, before: date | None, after: date | None, half_term_from: date
) -> list[MetDay]:
    """Where does each of these school days lie? A break is three days or more without school between two that had it.

    Shape: `before` and `after` are the school days on either side of these, in order; None where there is none.
    """
    ends = [before, *days, after]
    is_break = [
        early is None or late is None or (late - early).days > _ORDINARY_WEEKEND
        for early, late in pairwise(ends)
    ]
    # A calendar that ends is no holiday that is known of.
    if before is None and is_break:
        is_break[0] = False
    if after is None and is_break:
        is_break[-1] = False
    half = len(days) / 2
    return [
        MetDay(day, is_break[place + 1], is_break[place], place >= half, day >= half_term_from)
        for place, day in enumerate(days)
    ]


Marks = tuple[str | None, str | None]
"""The two marks of a day."""


def chances(unit: Unit, days: Sequence[MetDay], marks: Sequence[Marks]) -> list[Chance]:
    """On which days or half-days could it have happened to this pupil, and did it? Shape: `marks` for each day."""
    if unit is Unit.LATE:
        return [
            Chance(day, session, _is(mark, "is_late"))
            for day, both in zip(days, marks, strict=True)
            for session, mark in zip(SchoolSession, both, strict=True)
            if _could(mark)
        ]
    away = [any(map(is_away, both)) for both in marks]
    could = [any(_could(mark) for mark in both) for both in marks]
    if unit is Unit.START:
        began = [not earlier for earlier in [False, *away[:-1]]]
        return [
            Chance(day, None, gone)
            for day, gone, can, fresh in zip(days, away, could, began, strict=True)
            if can and fresh
        ]
    kept = [can and not long for can, long in zip(could, long_runs(away), strict=True)]
    if unit is Unit.HALF:
        return [
            Chance(day, session, is_away(mark))
            for day, both, keep in zip(days, marks, kept, strict=True)
            if keep and not all(map(is_away, both))
            for session, mark in zip(SchoolSession, both, strict=True)
            if _could(mark)
        ]
    return [
        Chance(day, None, gone)
        for day, gone, keep in zip(days, away, kept, strict=True)
        if keep and (unit is Unit.DAY or day.on.weekday() in (0, _FRIDAY))
    ]


def long_runs(away: Sequence[bool]) -> list[bool]:
    """Which days lie in five or more in a row away?"""
    found = [False] * len(away)
    length = 0
    for place, gone in enumerate([*away, False]):
        if gone:
            length += 1
            continue
        if length >= LONG_RUN:
            found[place - length : place] = [True] * length
        length = 0
    return found


def counted(look: Look, of: Iterable[Chance]) -> Counted:
    """How often did it happen, and how often among what is looked at?"""
    listed = [(chance.happened, look.covers(chance.day, chance.session)) for chance in of]
    return Counted(
        len(listed),
        sum(happened for happened, _ in listed),
        sum(inside for _, inside in listed),
        sum(happened and inside for happened, inside in listed),
    )


def hypergeometric_tail(of: Counted) -> Fraction:
    """How likely is it that as many or more lie inside, if what happened fell on any of the chances alike?"""
    ways = sum(
        comb(of.inside, inside) * comb(of.chances - of.inside, of.happened - inside)
        for inside in range(of.happened_inside, min(of.inside, of.happened) + 1)
    )
    return Fraction(ways, comb(of.chances, of.happened))


def binomial_tail(tries: int, chance: Fraction, seen: int) -> Fraction:
    """How likely are as many or more of so many tries, each with this chance?"""
    yes, no = chance.numerator, chance.denominator - chance.numerator
    ways = sum(comb(tries, count) * yes**count * no ** (tries - count) for count in range(seen, tries + 1))
    return Fraction(ways, chance.denominator**tries)


def judge(of: Counted, looked_at: int, what: str, inside: str) -> Finding[Judged]:
    """Is so much of what happened inside that chance alone would hardly do it? `looked_at`: how many things were."""
    expected = round_half_up(of.expected, 1)
    because = (
        f"{inside}: {of.happened_inside} of {of.happened} {what}, where {expected} would be expected; "
        f"n = {of.chances}."
    )
    facts = {"counted": of, "looked_at": looked_at}
    if of.happened < LEAST:
        return Finding(
            Judged(Verdict.TOO_FEW, None), "patterns.pupil", f"{because} Too few to say.", facts, CITATION
        )
    answer = _judged(hypergeometric_tail(of), looked_at)
    because = f"{because} {sentence(answer)}"
    return Finding(answer, "patterns.pupil", because, facts, CITATION)


def judge_weeks(tries: int, seen: int, chance: Fraction, looked_at: int, what: str) -> Finding[Judged]:
    """Was it so in more weeks, days or holidays than chance alone would make it, each time with this chance?"""
    because = f"{what} {seen} of {tries} times; {round_half_up(tries * chance, 1)} expected."
    facts = {"tries": tries, "seen": seen, "looked_at": looked_at}
    if tries < LEAST:
        return Finding(
            Judged(Verdict.TOO_FEW, None), "patterns.group", f"{because} Too few to say.", facts, CITATION
        )
    answer = _judged(binomial_tail(tries, chance, seen), looked_at)
    because = f"{because} {sentence(answer)}"
    return Finding(answer, "patterns.group", because, facts, CITATION)


def chance_words(chance: Fraction | None) -> str:
    """ "about 1 in 400 by chance"; rounded so that it never says less chance than there is."""
    if chance is None:
        return "too few to say"
    if chance > UNCERTAIN:
        return "could easily be chance"
    one_in = int(1 / chance)
    if one_in >= _SMALLEST_SAID:
        return f"less than 1 in {_SMALLEST_SAID:,} by chance"
    step = int(10 ** (len(str(one_in)) - 1))
    return f"about 1 in {one_in // step * step:,} by chance"


def sentence(answer: Judged) -> str:
    """The chance as a sentence."""
    words = chance_words(answer.chance)
    return f"{words[0].upper()}{words[1:]}."


def _judged(tail: Fraction, looked_at: int) -> Judged:
    chance = min(Fraction(1), tail * looked_at)
    if chance <= RARE:
        return Judged(Verdict.PATTERN, chance)
    return Judged(Verdict.PERHAPS if chance <= UNCERTAIN else Verdict.CHANCE, chance)


def _is(mark: str | None, attribute: str) -> bool:
    return mark is not None and bool(getattr(BY_SYMBOL[mark], attribute))


def is_away(mark: str | None) -> bool:
    """Was the pupil away for this half-day? Not with U: then the pupil came, late."""
    return _could(mark) and _is(mark, "is_absence") and not _is(mark, "is_late")


def _could(mark: str | None) -> bool:
    return mark not in SET_BY_SCHOOL and _is(mark, "is_possible")
