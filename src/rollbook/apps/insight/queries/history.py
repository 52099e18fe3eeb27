"""Persistent and severe absence over the half terms and years: of the school, and of each group."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.apps.insight.queries.ground import Ground, ground
from rollbook.apps.insight.queries.measures import Counted, Measure, counted
from rollbook.apps.insight.queries.narrowing import choices_of, narrowed
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.calendar import AcademicYearDates
from rollbook.domain.disclosure import hidden_groups
from rollbook.domain.periods import Period, PeriodKind, half_terms_until

HISTORY_MEASURES = ("persistent", "severe")
MOST_YEARS = 6


@dataclass(frozen=True, slots=True)
class HistoryAsked:
    """Persistent or severe absence, told apart by what, with the half terms of which year, narrowed to which group."""

    measure: Measure
    dimension: Dimension
    year: AcademicYearDates
    only: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One half term or year: all together, and each group by its label; None where a group is hidden."""

    period: Period
    together: Counted
    groups: dict[str, Counted | None]


@dataclass(frozen=True, slots=True)
class LinePlace:
    """One half term of the line: the shares of all together, None where nobody had a possible session."""

    year: str
    period: Period
    persistent: Fraction | None
    severe: Fraction | None


@dataclass(frozen=True)
class History:
    """The half terms of the year asked for with the year itself last, the years, and the line of all half terms.

    `labels` are the groups of any of them, in their order.
    """

    half_terms: list[Stretch]
    years: list[Stretch]
    line: list[LinePlace]
    labels: list[str]
    filters: list[tuple[str, list[tuple[str, str]]]]
    unexplained_count: int
    missing_count: int


def history(viewer: Viewer, asked: HistoryAsked, now: datetime) -> History:
    """Each share is of the sessions of its own half term or year. The queries of the ground, for each of six years.

    Half terms and years in which nobody had a possible session, and those not yet begun, are left out.
    """
    calendar = timetable(viewer).calendar
    names = viewer.may(Permission.MEASURES_VIEW)
    begun = sorted(
        (year for year in calendar.years if year.first_day <= now.date()), key=lambda year: year.first_day
    )
    half_terms: list[Stretch] = []
    years: list[Stretch] = []
    line: list[LinePlace] = []
    everybody = found_now = None
    for year in begun[-MOST_YEARS:]:
        whole = ground(viewer, year.first_day, year.last_day, now)
        found = narrowed(whole, asked.only, is_comparable=False)
        of_year = Period(PeriodKind.YEAR, year.name, year.first_day, found.last_day, year.last_day)
        own = _stretch(found, of_year, asked, names=names)
        if own.together.whole:
            years.append(own)
        pieces = [
            (half, found.between(half.first_day, half.last_day))
            for half in half_terms_until(calendar, year, now.date())
        ]
        line += [_place(year.name, half, piece) for half, piece in pieces]
        if year == asked.year:
            everybody, found_now = whole, found
            half_terms = [_stretch(piece, half, asked, names=names) for half, piece in pieces]
            half_terms = [each for each in (*half_terms, own) if each.together.whole]
    labels = {label for each in (*half_terms, *years) for label in each.groups}
    return History(
        half_terms=half_terms,
        years=years,
        line=[each for each in line if each.persistent is not None],
        labels=sorted(labels, key=asked.dimension.order),
        filters=choices_of(everybody) if names and everybody is not None else [],
        unexplained_count=0 if found_now is None else found_now.unexplained_count,
        missing_count=0 if found_now is None else found_now.missing_count,
    )


def _stretch(found: Ground, period: Period, asked: HistoryAsked, *, names: bool) -> Stretch:
    parts, wholes = asked.measure.part_of(found), asked.measure.whole_of(found)
    groups = {label: counted(parts, wholes, rows) for label, rows in found.labelled(asked.dimension).items()}
    hidden: frozenset[str] = frozenset()
    if not names:
        hidden = hidden_groups({label: of.pupils for label, of in groups.items()})
    shown = {label: None if label in hidden else of for label, of in groups.items() if of.pupils}
    return Stretch(period, counted(parts, wholes), shown)


def _place(year: str, period: Period, found: Ground) -> LinePlace:
    of = found.measures()
    if not of.pupils:
        return LinePlace(year, period, None, None)
    return LinePlace(year, period, Fraction(of.persistent, of.pupils), Fraction(of.severe, of.pupils))
