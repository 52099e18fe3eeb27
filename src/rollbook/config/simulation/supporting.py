"""What an invented school does for the attendance of some of its pupils, what its reviews find, and what comes of it.

Whom it is for follows from the marks so far, as in a school. Some of it helps: then the invented marks are better from
its first day on. Some changes nothing. What reviews and ends say is counted from the marks as they came out.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from random import Random
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from rollbook.analytics.packed import ATTENDED, LATE, POSSIBLE
from rollbook.config.simulation.absence import NOT_ON_ROLL, Bytes
from rollbook.config.simulation.days import SchoolDays
from rollbook.config.simulation.plan import ReviewPlan, SupportPlan
from rollbook.config.simulation.recording import ATTENDANCE, PASTORAL, SENCO
from rollbook.config.simulation.support_words import (
    ENDED_WORDS,
    LEFT_WORDS,
    NOTHING_TO_SAY,
    REVIEW_WORDS,
    REWARD_ENDED_WORDS,
    REWARD_WORDS,
    WHY_WORDS,
    Course,
)
from rollbook.domain.codes import BY_BYTE, byte_of
from rollbook.domain.concern import tier_of
from rollbook.domain.rates import Totals, attendance_rate, percent, totals_of

LINE = Fraction(95, 100)
"""What a school's settings begin with as the line below which attendance is of concern."""
_FEW = 20  # possible sessions, of which nobody would conclude anything
_RISE = Fraction(2, 100)
_MOST_AT_ONCE = 2
_UNWRITTEN_DAYS = 3  # the reviews of the last days are still to be written
_BEHIND, _BEHIND_DAYS = 0.4, 15  # and some have waited for longer
_FORETOLD_DAYS = 5
_STARTED_AT, _REVIEWED_AT, _ENDED_AT = 15 * 3600 + 20 * 60, 15 * 3600 + 35 * 60, 15 * 3600 + 50 * 60
_SPARED = frozenset(map(byte_of, ("I", "O", "L", "U")))
_PRESENT = (byte_of("/"), byte_of("\\"))


class Whom(Enum):
    """For whom is it meant?"""

    OFTEN_AWAY = "often away"
    LATE = "often away, and late"
    NEARLY_ALWAYS_HERE = "nearly always here"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing the school does each year.

    Units: `starts` and `length` in school days, from the first day of the year; `target` a rate of attendance; `helps`
    how much of the absence that would have been is not.
    """

    kind: str
    title: str
    aim: str
    whom: Whom
    share: float
    least: int
    starts: tuple[int, ...]
    length: int
    review_every: int
    target: Fraction
    helps: float
    owner: int


OFFERS = (
    Offer(
        "support", "Breakfast club", "At school for 9 sessions of 10 over twelve weeks", Whom.LATE,
        0.015, 7, (20,), 60, 20, Fraction(9, 10), 0.75, PASTORAL,
    ),
    Offer(
        "support", "Key adult each morning", "Attendance of 93% or more over eight weeks", Whom.OFTEN_AWAY,
        0.01, 6, (26, 118), 40, 13, Fraction(93, 100), 0.3, SENCO,
    ),
    Offer(
        "intervention", "Meeting with parents", "Attendance of 90% or more in the six weeks after the meeting",
        Whom.OFTEN_AWAY, 0.03, 7, (16, 31, 46, 54, 85, 112, 140), 30, 15, Fraction(9, 10), 0.1, ATTENDANCE,
    ),
    Offer(
        "reward", "Full-week voucher", "No more than one day missed in six weeks", Whom.NEARLY_ALWAYS_HERE,
        0.015, 7, (14, 98), 30, 15, Fraction(96, 100), 0.0, PASTORAL,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Begun:
    """One of them for one pupil, over early where the pupil `has_left`. Units: `start` and `end` count school days."""

    offer: Offer
    pupil: int
    start: int
    end: int
    has_left: bool


def support_pupils(
    marks: Bytes, days: SchoolDays, until: int, closed: Mapping[int, object], seed: str
) -> list[SupportPlan]:
    """What is done in a year for whom, by day; the marks of those whom it helps get better.

    Shape: `marks` as in `absence`, written; `until` the first day without registers; `closed` by session.
    """
    draw = Random(f"{seed}:support")  # noqa: S311  # invented people, no secrets
    open_now = np.ones(days.sessions, dtype=np.bool_)
    open_now[[session for session in closed if session < days.sessions]] = False
    begun: list[_Begun] = []
    starts = sorted({(start, number) for number, offer in enumerate(OFFERS) for start in offer.starts})
    for start, number in starts:
        if start < min(until + _FORETOLD_DAYS, len(days.dates) - _FORETOLD_DAYS):
            begun += _begin(OFFERS[number], start, min(start, until), marks, open_now, begun, draw)
    return [_written(each, marks, open_now, days, until, draw) for each in begun]


def _begin(
    offer: Offer,
    start: int,
    known: int,
    marks: Bytes,
    open_now: NDArray[np.bool_],
    before: list[_Begun],
    draw: Random,
) -> list[_Begun]:
    """Chooses the pupils by the marks of the days that are known, and makes better what would have come."""
    so_far = marks[:, : 2 * known][:, open_now[: 2 * known]]
    possible = POSSIBLE[so_far].sum(axis=1)
    attended = ATTENDED[so_far].sum(axis=1)
    late = LATE[so_far].sum(axis=1)
    here = (marks[:, 2 * start] != NOT_ON_ROLL) & (possible >= _FEW)
    rate = attended / np.maximum(possible, 1)
    fits = {
        Whom.OFTEN_AWAY: (rate < 0.92) & (rate > 0.5),
        Whom.LATE: (rate < 0.93) & (rate > 0.6) & (late > 0),
        Whom.NEARLY_ALWAYS_HERE: rate >= 0.96,
    }[offer.whom]
    has = Counter(each.pupil for each in before if each.end >= start)
    same = {each.pupil for each in before if each.offer is offer}
    able = [
        pupil
        for pupil in np.flatnonzero(here & fits).tolist()
        if has[pupil] < _MOST_AT_ONCE and pupil not in same
    ]
    wanted = max(offer.least, round(offer.share * int(here.sum()))) / len(offer.starts)
    chosen = draw.sample(able, min(len(able), round(wanted)))
    return [_begun(offer, start, pupil, marks, draw) for pupil in sorted(chosen)]


def _begun(offer: Offer, start: int, pupil: int, marks: Bytes, draw: Random) -> _Begun:
    row = marks[pupil]
    last = int(np.flatnonzero(row != NOT_ON_ROLL)[-1]) // 2
    end = min(start + offer.length, last)
    for day in range(start, end + 1):
        if draw.random() < offer.helps:
            for session in (2 * day, 2 * day + 1):
                if int(row[session]) in _SPARED:
                    row[session] = _PRESENT[session % 2]
    return _Begun(offer, pupil, start, end, end == last < len(row) // 2 - 1)


def _written(
    begun: _Begun, marks: Bytes, open_now: NDArray[np.bool_], days: SchoolDays, until: int, draw: Random
) -> SupportPlan:
    """The texts, the reviews so far and the end, from the marks as they came out."""
    offer, start, row = begun.offer, begun.start, marks[begun.pupil]
    so_far = _totals(row, open_now, 0, min(start, until))
    reviews, at = [], start + offer.review_every
    # A year that is over has nothing left to write.
    behind = _BEHIND_DAYS if draw.random() < _BEHIND else _UNWRITTEN_DAYS
    written = until - behind if until < len(days.dates) else until
    has_ended = begun.end < written
    while at < begun.end and at < written:
        following = min(at + offer.review_every, begun.end)
        reviews.append(_review(begun, at, following, row, open_now, days, draw))
        at = following
    ends = _course(begun, row, open_now, begun.end + 1) if has_ended else None
    first_review = min(start + offer.review_every, begun.end)
    return SupportPlan(
        pupil=begun.pupil,
        kind=offer.kind,
        title=offer.title,
        why=_why(offer, so_far, draw),
        aim=offer.aim,
        first_day=days.dates[start],
        first_review_on=days.dates[first_review],
        owner=offer.owner,
        key=UUID(int=draw.getrandbits(128), version=4),
        started_at=days.at(min(start, until) - 1, _STARTED_AT),
        reviews=tuple(reviews),
        last_day=days.dates[begun.end] if has_ended else None,
        ended_at=days.at(begun.end, _ENDED_AT) if has_ended else None,
        outcome=ends.outcome if ends else "",
        ended_because=""
        if ends is None
        else LEFT_WORDS
        if begun.has_left
        else _ended_words(begun, ends, draw),
    )


def _why(offer: Offer, so_far: Totals, draw: Random) -> str:
    """What the figures say, as the form fills it in, and a sentence of somebody who knows the pupil."""
    found = [tier_of(so_far, LINE).because]
    if offer.whom is Whom.LATE and so_far.late:
        found.append(f"Late {so_far.late} times this year." if so_far.late > 1 else "Late once this year.")
    if offer.whom is Whom.OFTEN_AWAY and so_far.unauthorised:
        found.append(f"Not authorised: {so_far.unauthorised} of the {so_far.absent} sessions missed.")
    return "\n".join([*found, draw.choice(WHY_WORDS[offer.title])])


def _review(
    begun: _Begun,
    at: int,
    following: int,
    row: NDArray[np.uint8],
    open_now: NDArray[np.bool_],
    days: SchoolDays,
    draw: Random,
) -> ReviewPlan:
    since = _totals(row, open_now, begun.start, at)
    rate = attendance_rate(since)
    counted = "No session was possible since it began."
    if rate is not None:
        counted = f"{since.attended} of {since.possible} sessions since it began, {percent(rate)}."
    course = _course(begun, row, open_now, at)
    return ReviewPlan(
        on=days.dates[at],
        note=f"{counted} {draw.choice((REWARD_WORDS if begun.offer.kind == 'reward' else REVIEW_WORDS)[course])}",
        next_review_on=days.dates[following],
        at=days.at(at, _REVIEWED_AT),
        key=UUID(int=draw.getrandbits(128), version=4),
    )


def _ended_words(begun: _Begun, ends: Course, draw: Random) -> str:
    if begun.has_left:
        return LEFT_WORDS
    return draw.choice((REWARD_ENDED_WORDS if begun.offer.kind == "reward" else ENDED_WORDS)[ends])


def _course(begun: _Begun, row: NDArray[np.uint8], open_now: NDArray[np.bool_], at: int) -> Course:
    """How it went up to a day, against the aim and as many days before."""
    now = _totals(row, open_now, begun.start, at)
    before = _totals(row, open_now, max(0, 2 * begun.start - at), begun.start)
    rate, rate_before = attendance_rate(now), attendance_rate(before)
    if (begun.has_left and at > begun.end) or rate is None or rate_before is None:
        return NOTHING_TO_SAY
    if min(now.possible, before.possible) < _FEW:
        return NOTHING_TO_SAY
    if rate >= begun.offer.target:
        return Course.REACHED
    return Course.PARTLY if rate >= rate_before + _RISE else Course.NOT_REACHED


def _totals(row: NDArray[np.uint8], open_now: NDArray[np.bool_], first: int, end: int) -> Totals:
    """What the marks add up to from a day up to, not with, another; without what the school was closed for."""
    span = slice(2 * first, 2 * end)
    marks = row[span][open_now[span]]
    counts = Counter(marks[marks != NOT_ON_ROLL].tolist())
    return totals_of({BY_BYTE[byte].symbol: count for byte, count in counts.items()})
