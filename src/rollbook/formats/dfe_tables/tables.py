"""From the DfE's daily counts to its weekly and year-to-date tables, exact until the last step, the printing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

from rollbook.domain.dfe_windows import DfeYear, dfe_year_of
from rollbook.domain.law import words_for_day
from rollbook.formats.dfe_tables.columns import (
    AUTHORITY,
    GEOGRAPHY,
    NATIONAL,
    POOLED_FROM,
    REGIONAL,
    TOTAL,
    Columns,
    Period,
    TotalRule,
    columns_of,
)
from rollbook.formats.dfe_tables.raw import Area, Census, Raw, RawDay, hidden_days

HIDDEN = "c"
_DIGITS = 15
_ONE_SCHOOL = 1
_LEVELS = (NATIONAL, REGIONAL, AUTHORITY)
Time = tuple[str, str]
Key = tuple[Time, Area, str]


@dataclass(slots=True)
class _Sum:
    """What the days of one row add up to. `is_hidden`: a day's numbers are not in the file."""

    days: int = 0
    schools: Fraction = Fraction(0)
    enrolments: Fraction = Fraction(0)
    counts: list[int] = field(default_factory=list)
    is_hidden: bool = False

    def add(self, day: RawDay) -> None:
        """Adds a day."""
        self.days += 1
        self.schools += day.schools
        self.enrolments += Fraction(day.enrolments or 0)
        if day.counts is None or day.enrolments is None:
            self.is_hidden = True
        else:
            self.counts = [
                a + b for a, b in zip(self.counts or [0] * len(day.counts), day.counts, strict=True)
            ]

    def hide_a_day(self) -> None:
        """Adds a day on which a single school reported, whose numbers are not known."""
        self.days += 1
        self.schools += _ONE_SCHOOL
        self.is_hidden = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written; `doubts` are sentences on what may be missing from it."""

    headings: list[str]
    rows: list[list[str]]
    doubts: list[str]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table before it is printed: means over the days, sums, and exact rates."""

    schools: Fraction
    enrolments: Fraction
    counts: Mapping[str, int]
    census: tuple[int, int] | None
    rates: Mapping[str, Fraction | None]
    is_hidden: bool


def make_table(raw: Raw, period: Period, census: Census, rule: TotalRule | None = None) -> Table:
    """A published table; the rates of all schools by `rule`, or by that of their year.

    A row that rests on a single school, or on a day whose numbers the daily file leaves out, shows "c". Without a
    census its columns are empty, and so are weighted rates.
    """
    columns = raw.columns
    times = {day.on: _time(day, period) for day in raw.days}
    sums: dict[Key, _Sum] = {}
    for day in raw.days:
        sums.setdefault((times[day.on], day.area, day.phase), _Sum()).add(day)
    doubts = _hide(sums, times, raw)
    rows = {key: _row(columns, summed, census.at(key[1], key[2])) for key, summed in sums.items()}
    rules = {time: rule or rule_of(dfe_year_of(on)) for on, time in times.items()}
    rows |= {key: row for key, row in _totals(columns, rows, rules, census).items() if key not in rows}
    headings = columns_of(columns, period)
    printed = [_printed(headings, columns, key, rows[key]) for key in sorted(rows, key=_order)]
    return Table(headings, printed, doubts)


def _hide(sums: Mapping[Key, _Sum], times: Mapping[date, Time], raw: Raw) -> list[str]:
    """Marks the rows that miss a day; where it may be one of several authorities, says so in a sentence."""
    doubts = []
    for hidden in hidden_days(raw.days):
        found = [sums.get((times[hidden.on], area, hidden.phase)) for area in hidden.areas]
        if hidden.is_certain:
            for summed in found:
                if summed is not None:
                    summed.hide_a_day()
        else:
            names = " or ".join(area.la_name for area in hidden.areas)
            doubts.append(
                f"{words_for_day(hidden.on)}, {hidden.phase}: a single school of {names} reported, and the file "
                "leaves its numbers out. They are missing from one of these rows."
            )
    return doubts


def rule_of(year: DfeYear) -> TotalRule:
    """By which rule did the DfE work out the rates of all schools in that year?"""
    return TotalRule.POOLED if year.begins_in >= POOLED_FROM.begins_in else TotalRule.WEIGHTED


def _time(day: RawDay, period: Period) -> Time:
    if period is Period.WEEK:
        return day.week
    begins = dfe_year_of(day.on).begins_in
    return f"{begins}{(begins + 1) % 100:02}", "Academic year"


def _row(columns: Columns, summed: _Sum, census: tuple[int, int] | None) -> _Row:
    counts = dict(zip(columns.counts, summed.counts or [0] * len(columns.counts), strict=True))
    schools = summed.schools / summed.days
    is_hidden = summed.is_hidden or (schools == _ONE_SCHOOL)
    return _Row(schools, summed.enrolments / summed.days, counts, census, _rates(columns, counts), is_hidden)


def _rates(columns: Columns, counts: Mapping[str, int]) -> dict[str, Fraction | None]:
    possible = counts["possible_sessions"]
    return {
        name: Fraction(100 * counts[of], possible) if possible else None for name, of in columns.rates.items()
    }


def _totals(
    columns: Columns, rows: Mapping[Key, _Row], rules: Mapping[Time, TotalRule], census: Census
) -> dict[Key, _Row]:
    """The rows of all schools: sums and means of the phases added up, rates by the rule of the year.

    Authorities have such rows only where the rates are pooled.
    """
    phases: dict[tuple[Time, Area], list[_Row]] = {}
    for (time, area, phase), row in rows.items():
        if phase != TOTAL and (area.geographic_level != AUTHORITY or rules[time] is TotalRule.POOLED):
            phases.setdefault((time, area), []).append(row)
    found = {}
    for (time, area), parts in phases.items():
        counts = {name: sum(part.counts[name] for part in parts) for name in columns.counts}
        known = [part.census for part in parts if part.census]
        in_all = census.at(area, TOTAL)
        if in_all is None and len(known) == len(parts):
            in_all = (sum(schools for schools, _ in known), sum(enrolments for _, enrolments in known))
        schools = sum((part.schools for part in parts), Fraction(0))
        is_hidden = any(part.is_hidden for part in parts) or schools == _ONE_SCHOOL
        rates = _rates(columns, counts) if rules[time] is TotalRule.POOLED else _weighted(columns, parts)
        enrolments = sum((part.enrolments for part in parts), Fraction(0))
        found[time, area, TOTAL] = _Row(schools, enrolments, counts, in_all, rates, is_hidden)
    return found


def _weighted(columns: Columns, parts: Sequence[_Row]) -> dict[str, Fraction | None]:
    """Each phase's rate by its enrolments in the census; none where the census lacks a phase."""
    weights = [part.census[1] if part.census else None for part in parts]
    found: dict[str, Fraction | None] = {}
    for name in columns.rates:
        pairs = [(part.rates[name], weight) for part, weight in zip(parts, weights, strict=True)]
        known = [(rate, weight) for rate, weight in pairs if rate is not None and weight]
        in_all = sum(weight for _, weight in known)
        is_whole = len(known) == len(parts) and in_all > 0
        found[name] = (
            sum((rate * weight for rate, weight in known), Fraction(0)) / in_all if is_whole else None
        )
    return found


def _printed(headings: Sequence[str], columns: Columns, key: Key, row: _Row) -> list[str]:
    (period, identifier), area, phase = key
    schools_in_all, enrolments_in_all = row.census or (None, None)
    cells: dict[str, str] = {
        "time_period": period,
        "time_identifier": identifier,
        **dict(zip(GEOGRAPHY, area, strict=True)),
        columns.phase: phase,
        "num_schools": number(row.schools),
    }
    figures: dict[str, Fraction | int | None] = {
        "enrolments": row.enrolments,
        **row.counts,
        "total_num_schools": schools_in_all,
        "total_enrolments": enrolments_in_all,
        **row.rates,
    }
    for name, figure in figures.items():
        cells[name] = HIDDEN if row.is_hidden else "" if figure is None else number(figure)
    return [cells[heading] for heading in headings]


def number(value: Fraction | int) -> str:
    """A number as statistical programs write it: whole, or with up to 15 significant digits, 8.17e-05 when very small.

    It is rounded once, from the exact value.
    """
    if isinstance(value, int) or value.denominator == 1:
        return str(int(value))
    with localcontext() as exact:
        exact.prec = _DIGITS
        exact.rounding = ROUND_HALF_EVEN
        rounded = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{float(rounded):.{_DIGITS}g}"


def _order(key: Key) -> tuple[object, ...]:
    (period, identifier), area, phase = key
    digits = "".join(sign for sign in identifier if sign.isdecimal())
    level = _LEVELS.index(area.geographic_level) if area.geographic_level in _LEVELS else len(_LEVELS)
    return period, int(digits or 0), identifier, level, area.region_name, area.la_name, phase == TOTAL, phase
