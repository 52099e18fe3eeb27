"""The scale of a picture of rates: as close as the figures allow, in steps that people count in."""

from collections.abc import Sequence
from fractions import Fraction

_STEPS = (
    *(Fraction(1, 2), Fraction(1), Fraction(2), Fraction(5), Fraction(10), Fraction(20), Fraction(25)),
    *(Fraction(times * 10**power) for power in (1, 2, 3, 4, 5) for times in (5, 10, 20)),
)
_MOST_TICKS = 6


def scale(known: Sequence[Fraction], *, whole: bool) -> tuple[Fraction, Fraction, Fraction]:
    """The lowest and highest figure of the scale and the step between its lines; at most 100 where `whole`.

    Units: per cent of rates. An amount that is no rate is given as its hundredth.
    """
    low, high = (100 * min(known), 100 * max(known)) if known else (Fraction(90), Fraction(100))
    for step in _STEPS:
        bottom = low // step * step
        top = -(-high // step) * step
        if top - bottom < 2 * step:
            top = bottom + 2 * step
        if whole and top > 100:
            bottom, top = bottom - (top - 100), Fraction(100)
        if (top - bottom) / step < _MOST_TICKS:
            break
    return max(Fraction(0), bottom), top, step
