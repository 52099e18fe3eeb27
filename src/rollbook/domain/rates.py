"""What do the marks of a pupil or a group add up to, and what rates follow?

Counts are whole numbers, rates are exact fractions, and one function rounds (half up, away from zero).
Source: domain.md 4.1, checked there against the DfE's published totals.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rollbook.domain.codes import BY_SYMBOL, TAKEN_BACK, Category, UnknownCode
from rollbook.domain.law import Citation, Finding

_DFE_METHOD = Citation(
    "Pupil absence in schools in England: methodology (DfE)", "persistent and severe absence"
)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many sessions were possible, and what became of them?

    Always possible = attended + authorised + unauthorised. `late` is L and U together; `missing` are marks
    nobody made, neither present nor absent. `by_code` counts every code met, the uncounted ones too.
    Units: sessions.
    """

    possible: int
    attended: int
    authorised: int
    unauthorised: int
    late: int
    missing: int
    by_code: Mapping[str, int]

    @property
    def absent(self) -> int:
        """How many sessions were missed, authorised or not?"""
        return self.authorised + self.unauthorised


def totals(symbols: Iterable[str | None]) -> Totals:
    """What do these marks add up to, in whatever order? None is a mark nobody made.

    A symbol has meant the same in every year, so no dates are needed.
    Errors: UnknownCode.
    """
    return totals_of(Counter(symbols))


def totals_of(counts: Mapping[str, int] | Mapping[str | None, int]) -> Totals:
    """What do so many marks of each code add up to? The same as `totals` of them one by one.

    Errors: UnknownCode.
    """
    missing = sum(count for symbol, count in counts.items() if symbol in (None, TAKEN_BACK.symbol))
    counted = {
        symbol: count
        for symbol, count in counts.items()
        if symbol is not None and symbol != TAKEN_BACK.symbol
    }
    by_code: dict[str, int] = {}
    by_category: Counter[Category] = Counter()
    late = 0
    for symbol in sorted(counted):
        code = BY_SYMBOL.get(symbol)
        if code is None:
            raise UnknownCode(f"'{symbol}' is not an attendance code, so these marks can't be added up.")
        by_code[symbol] = counted[symbol]
        by_category[code.category] += counted[symbol]
        late += counted[symbol] if code.is_late else 0
    attended = by_category[Category.PRESENT] + by_category[Category.APPROVED_ACTIVITY]
    authorised = by_category[Category.AUTHORISED]
    unauthorised = by_category[Category.UNAUTHORISED]
    return Totals(
        possible=attended + authorised + unauthorised,
        attended=attended,
        authorised=authorised,
        unauthorised=unauthorised,
        late=late,
        missing=missing,
        by_code=by_code,
    )


def attendance_rate(of: Totals) -> Fraction | None:
    """What part of the possible sessions was attended? None where none was possible."""
    return Fraction(of.attended, of.possible) if of.possible else None


def absence_rate(of: Totals) -> Fraction | None:
    """What part of the possible sessions was missed? None where none was possible."""
    return Fraction(of.absent, of.possible) if of.possible else None


def authorised_rate(of: Totals) -> Fraction | None:
    """What part of the possible sessions was authorised absence? None where none was possible."""
    return Fraction(of.authorised, of.possible) if of.possible else None


def unauthorised_rate(of: Totals) -> Fraction | None:
    """What part of the possible sessions was unauthorised absence? None where none was possible."""
    return Fraction(of.unauthorised, of.possible) if of.possible else None


def late_rate(of: Totals) -> Fraction | None:
    """What part of the possible sessions was late, L and U together? None where none was possible."""
    return Fraction(of.late, of.possible) if of.possible else None


def code_rate(of: Totals, symbol: str) -> Fraction | None:
    """What part of the possible sessions has this code? None where none was possible.

    Errors: UnknownCode; ValueError for a code whose sessions are not possible ones, such as Y4 or #.
    """
    code = BY_SYMBOL.get(symbol)
    if code is None:
        raise UnknownCode(f"'{symbol}' is not an attendance code, so it has no rate.")
    if not code.is_possible:
        raise ValueError(f"Sessions marked {symbol} are not possible sessions, so they are no part of them.")
    return Fraction(of.by_code.get(symbol, 0), of.possible) if of.possible else None


@dataclass(frozen=True, slots=True)
class MinutesLost:
    """How many minutes were lost by coming late? `unknown` late sessions have no minutes recorded."""

    minutes: int
    sessions: int
    unknown: int


def minutes_lost(marks: Iterable[tuple[str | None, int | None]]) -> MinutesLost:
    """How many minutes were lost in the sessions marked L or U? Units: minutes as the register has them."""
    late = [minutes for symbol, minutes in marks if symbol is not None and BY_SYMBOL[symbol].is_late]
    known = [minutes for minutes in late if minutes is not None]
    return MinutesLost(sum(known), len(late), len(late) - len(known))


def agreed_timetable_rate(of: Totals) -> Fraction | None:
    """What part of the sessions was attended that a part-time timetable asked for? Not a DfE measure.

    The DfE counts C2 as absence; this leaves it out, for the school's own talk about such a pupil.
    """
    agreed = of.possible - of.by_code.get("C2", 0)
    return Fraction(of.attended, agreed) if agreed else None


def is_persistently_absent(of: Totals) -> Finding[bool]:
    """Was a tenth or more of the pupil's own possible sessions missed? Nothing is rounded first."""
    return _missed_at_least(of, Fraction(1, 10), "rates.persistent_absence", "persistent absence")


def is_severely_absent(of: Totals) -> Finding[bool]:
    """Was half or more of the pupil's own possible sessions missed? Nothing is rounded first."""
    return _missed_at_least(of, Fraction(1, 2), "rates.severe_absence", "severe absence")


def _missed_at_least(of: Totals, line: Fraction, rule: str, name: str) -> Finding[bool]:
    because = (
        f"Missed {of.absent} of {of.possible} possible sessions; {name} begins at {percent(line, 0)}."
        if of.possible
        else f"No session was possible, so there is no {name} to speak of."
    )
    facts = {"absent": of.absent, "possible": of.possible, "line": line}
    # In whole numbers: exactly a tenth, or a half, is missed "at least" so much, and none of none is not.
    reached = of.possible > 0 and of.absent * line.denominator >= of.possible * line.numerator
    return Finding(reached, rule, because, facts, _DFE_METHOD)


def percent(rate: Fraction | None, places: int = 1) -> str:
    """How is a rate shown? "92.3%", rounded half up; a dash where there is no rate."""
    if rate is None:
        return "\N{EN DASH}"
    return f"{round_half_up(rate * 100, places)}%"


PER_CENT = "%"


def amount(value: Fraction | None, unit: str, places: int = 1) -> str:
    """How is a figure of any unit shown? "92.3%" of a rate, "6.3 min" of what is none; a dash of nothing."""
    if unit == PER_CENT or value is None:
        return percent(value, places)
    return f"{round_half_up(value, places):,} {unit}"


def round_half_up(value: Fraction, places: int) -> Decimal:
    """What is the value to so many decimal places, a half going away from zero? All rounding is here."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if value < 0 else whole).scaleb(-places)
