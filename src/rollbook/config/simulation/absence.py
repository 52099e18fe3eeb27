"""Which mark each pupil ends up with for each session of a year.

Nobody is absent at random: each pupil has a share of absence and their own mix of reasons; illness, holidays and
suspensions come in spells of days; Fridays, late autumn and the first weeks are as the statistics have them.
"""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

import numpy as np
from numpy.typing import NDArray

from rollbook.config.simulation.balance import mixes_of_reasons
from rollbook.config.simulation.shares import Shares
from rollbook.domain.codes import byte_of

Bytes = NDArray[np.uint8]

NOT_ON_ROLL = 255
_PRESENT = (byte_of("/"), byte_of("\\"))
_LATE = byte_of("L")
# Lengths of a spell in sessions, each with how often it occurs.
_SPELLS: dict[str, tuple[tuple[int, int], ...]] = {
    "I": ((1, 8), (2, 42), (3, 4), (4, 22), (6, 12), (8, 6), (10, 4), (14, 2)),
    "O": ((1, 25), (2, 45), (4, 15), (6, 10), (10, 5)),
    "C": ((2, 60), (4, 25), (10, 15)),
    "M": ((1, 70), (2, 30)),
    "R": ((2, 90), (4, 10)),
    "C1": ((2, 1),),
    "J1": ((1, 60), (2, 40)),
    "G": ((4, 15), (6, 15), (10, 50), (14, 10), (20, 10)),
    "E": ((2, 40), (4, 25), (6, 20), (10, 15)),
    "S": ((20, 1),),
    "T": ((10, 50), (20, 50)),
}
_WHOLE_BLOCKS = frozenset({"G", "E", "S", "T", "C1"})
_PLACED_IN_THIS_ORDER = ("C2", "T", "S", "G", "E", "C", "I", "O", "R", "M", "C1", "J1", "U")
_SUMMER_OUTING_FROM = 0.82  # of the year: work experience comes after the examinations
_MORNING_SHARE_OF_LATE = 0.82


@dataclass(frozen=True)
class YearOfPupils:
    """One school year as absence needs it. Shape: arrays by pupil; `on_roll` is (pupils, sessions)."""

    weekdays: Sequence[int]
    term_of: Sequence[int]
    week_of_term: Sequence[int]
    year_groups: NDArray[np.int64]
    places: NDArray[np.float64]
    groups: NDArray[np.int64]
    on_roll: NDArray[np.bool_]


def marks_of_year(shares: Shares, year: YearOfPupils, seed: str) -> Bytes:
    """The final mark of every pupil for every session of the year. Shape: (pupils, sessions), codes as bytes."""
    draw = Random(seed)  # noqa: S311  # invented marks, no secrets
    numbers = np.random.default_rng([*seed.encode()])
    rates = _rates(shares, year)
    mixes = mixes_of_reasons(shares, rates, year.year_groups, numbers)
    marks = np.where(year.on_roll, 0, NOT_ON_ROLL).astype(np.uint8)
    weights = list(accumulate(_day_weights(shares, year)))
    rows = [bytearray(row.tobytes()) for row in marks]
    for number, row in enumerate(rows):
        mix = {code: amounts[number] for code, amounts in mixes.items()}
        _place_reasons(row, mix, float(rates[number]), weights, draw)
    marks = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(marks.shape).copy()
    _place_activities(marks, shares, year, draw)
    _place_late(marks, shares.codes["L"], numbers)
    marks[:, 0::2][marks[:, 0::2] == 0] = _PRESENT[0]
    marks[:, 1::2][marks[:, 1::2] == 0] = _PRESENT[1]
    return marks


def _rates(shares: Shares, year: YearOfPupils) -> NDArray[np.float64]:
    """Each pupil's absence in the year, moved so that the mean is the published one."""
    rates = np.zeros(len(year.places))
    for group in np.unique(year.year_groups):
        here = year.year_groups == group
        rates[here] = shares.absence_of(int(group), year.places[here])
    scaled: NDArray[np.float64] = np.clip(rates * (shares.absence / rates.mean()), 0.0, 0.93)
    return scaled


def _day_weights(shares: Shares, year: YearOfPupils) -> list[float]:
    """How much likelier than the mean a spell begins on each day."""
    weights = []
    for weekday, term, week in zip(year.weekdays, year.term_of, year.week_of_term, strict=True):
        factor = shares.terms[term]
        if term == 0:
            # December is the worst of autumn; the published weeks end in early November.
            factor *= shares.autumn_weeks[week] if week < len(shares.autumn_weeks) else 1.12
        weights.append(factor * shares.weekdays[weekday])
    return weights


def _place_reasons(
    row: bytearray, mix: dict[str, float], rate: float, weights: list[float], draw: Random
) -> None:
    sessions = len(row)
    for code in _PLACED_IN_THIS_ORDER:
        amount = mix[code] * sessions
        if amount <= 0:
            continue
        if code == "C2":
            _place_part_time(row, amount, draw)
        elif code == "U":
            _place_mornings(row, _rounded(amount, draw), draw)
        elif code in _WHOLE_BLOCKS:
            spells = _SPELLS[code]
            mean = sum(length * often for length, often in spells) / sum(often for _, often in spells)
            for _ in range(_rounded(amount / mean, draw)):
                _fill(
                    row,
                    byte_of(code),
                    2 * bisect(weights, draw.random() * weights[-1]),
                    _length(spells, draw),
                )
        else:
            _place_spells(row, code, _rounded(amount, draw), rate, weights, draw)


def _place_spells(
    row: bytearray, code: str, wanted: int, rate: float, weights: list[float], draw: Random
) -> None:
    """Puts spells of one code where the pupil is still free, until so many sessions are reached."""
    byte = byte_of(code)
    spells = _SPELLS[code]
    # Who is away half the year is away for weeks, not every other day.
    longer = 1 + int(rate * 8) if rate > 0.25 and code in "IOC" else 1
    for _ in range(40 + 2 * wanted):
        if wanted <= 0:
            return
        length = min(_length(spells, draw) * longer, wanted)
        start = 2 * bisect(weights, draw.random() * weights[-1])
        if length == 1:
            start += draw.random() < 0.4
        elif code == "I" and draw.random() < 0.1:
            start += 1  # sent home at noon
        wanted -= _fill(row, byte, start, length)
    for session, mark in enumerate(row):
        if wanted > 0 and mark == 0:
            row[session] = byte
            wanted -= 1


def _place_part_time(row: bytearray, amount: float, draw: Random) -> None:
    """A part-time timetable: afternoons away from some day on; mornings too only where that is not enough."""
    wanted = _rounded(amount, draw)
    days = len(row) // 2
    start = draw.randrange(max(1, days - wanted))
    byte = byte_of("C2")
    for parity in (1, 0):
        for day in range(start, days):
            if wanted > 0 and row[2 * day + parity] == 0:
                row[2 * day + parity] = byte
                wanted -= 1


def _place_mornings(row: bytearray, wanted: int, draw: Random) -> None:
    byte = byte_of("U")
    days = len(row) // 2
    for _ in range(wanted * 3):
        session = 2 * draw.randrange(days) + (draw.random() < 0.1)
        if wanted > 0 and row[session] == 0:
            row[session] = byte
            wanted -= 1


def _place_activities(marks: Bytes, shares: Shares, year: YearOfPupils, draw: Random) -> None:
    """Trips of whole groups, weekly placements, work experience, sport, teaching arranged by the authority."""
    pupils, sessions = marks.shape
    days = sessions // 2
    possible = int((marks != NOT_ON_ROLL).sum())

    def wanted(code: str) -> int:
        return _rounded(shares.codes[code] * possible, draw)

    groups = sorted(set(year.groups.tolist()))
    left = wanted("V")
    while left > 0:
        here = np.flatnonzero(year.groups == draw.choice(groups))
        left -= _fill_many(marks, here, 2 * draw.randrange(8, days), 2, byte_of("V"))
    left = wanted("B")
    while left > 0:
        pupil, weekday = draw.randrange(pupils), draw.randrange(5)
        for day in range(draw.randrange(10, days // 2), days):
            if year.weekdays[day] == weekday and left > 0:
                left -= _fill_many(marks, np.array([pupil]), 2 * day, 2, byte_of("B"))
        left -= 1
    left = wanted("P")
    while left > 0:
        pupil, afternoon = draw.randrange(pupils), 2 * draw.randrange(days) + 1
        left -= max(1, _fill_many(marks, np.array([pupil]), afternoon, 1, byte_of("P")))
    older = np.flatnonzero(np.isin(year.year_groups, (10, 11)))
    left = wanted("W") if len(older) else 0
    while left > 0:
        start = draw.randrange(int(days * _SUMMER_OUTING_FROM), days - 5)
        pupil = int(older[draw.randrange(len(older))])
        left -= max(1, _fill_many(marks, np.array([pupil]), 2 * start, min(10, left), byte_of("W")))
    left = wanted("K")
    while left > 0:
        pupil, start = draw.randrange(pupils), draw.randrange(days)
        left -= max(1, _fill_many(marks, np.array([pupil]), 2 * start, min(40, left), byte_of("K")))


def _place_late(marks: Bytes, share: float, numbers: np.random.Generator) -> None:
    """L by habit: a few pupils are late often, most hardly ever, and mostly in the morning."""
    pupils, sessions = marks.shape
    habits = numbers.gamma(0.5, 2.0, size=(pupils,))
    free = marks == 0
    likely = np.tile(np.array([_MORNING_SHARE_OF_LATE, 1 - _MORNING_SHARE_OF_LATE]) * 2, sessions // 2)
    chance: NDArray[np.float64] = habits[:, None] * likely[None, :] * free
    total = float(chance.sum())
    if total > 0:
        chance = chance * (share * int((marks != NOT_ON_ROLL).sum()) / total)
        marks[(numbers.random(marks.shape) < np.minimum(chance, 0.6)) & free] = _LATE


def _fill(row: bytearray, byte: int, start: int, length: int) -> int:
    """Fills free sessions from `start` on until one is taken. Shape: how many were filled."""
    filled = 0
    for session in range(start, min(start + length, len(row))):
        if row[session]:
            break
        row[session] = byte
        filled += 1
    return filled


def _fill_many(marks: Bytes, pupils: NDArray[np.int64], start: int, length: int, byte: int) -> int:
    part = marks[pupils, start : start + length]
    free = part == 0
    part[free] = byte
    marks[pupils, start : start + length] = part
    return int(free.sum())


def _length(spells: tuple[tuple[int, int], ...], draw: Random) -> int:
    at = draw.random() * sum(often for _, often in spells)
    for length, often in spells:
        at -= often
        if at < 0:
            return length
    return spells[-1][0]


def _rounded(amount: float, draw: Random) -> int:
    """A whole number whose mean over many draws is `amount`."""
    return int(amount) + (draw.random() < amount % 1)
