"""One pupil's year beside others: by weekday, week by week, how far from persistent absence, and the years before."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

import numpy as np

from rollbook.analytics import tallies
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.ground import Ground, HalfDay, Measures, ground, ground_of_pupil
from rollbook.apps.insight.queries.weeks import WeekFigures, by_week
from rollbook.apps.registers.queries.pupil import PupilYear
from rollbook.apps.roll.queries.cohort import Member
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.disclosure import SMALLEST_GROUP
from rollbook.domain.forecasts import Outlook, outlook, sessions_before_persistent
from rollbook.domain.law import Finding
from rollbook.domain.periods import PeriodKind, period_on
from rollbook.domain.rates import Totals, attendance_rate
from rollbook.domain.roll import is_compulsory_school_age
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.spans import Span
from rollbook.domain.thresholds import WEEKS, Missed, Standing, counts, school_weeks, standing_on

_WEEKDAYS = 5


@dataclass(frozen=True, slots=True)
class WeekdaySlot:
    """One half-day of the week over the year: Monday mornings. Units: sessions."""

    weekday: int
    session: SchoolSession
    attended: int
    possible: int


@dataclass(frozen=True, slots=True)
class SoFar:
    """The year up to the end of a week: the pupil's rate and the year group's; None before the first session."""

    monday: date
    own: Fraction | None
    others: Fraction | None


@dataclass(frozen=True, slots=True)
class Spell:
    """A year, term or half term of a pupil: what it came to, and of which year it is."""

    name: str
    kind: PeriodKind
    year: str
    last_day: date
    totals: Totals
    is_persistent: bool
    is_severe: bool
    is_over: bool

    @property
    def rate(self) -> Fraction | None:
        """The attendance rate."""
        return attendance_rate(self.totals)


@dataclass(frozen=True)
class Ahead:
    """How far the pupil is from persistent absence, by the end of the term and of the year."""

    left: Finding[int]
    by_year: Finding[Outlook]
    term: str
    term_last_day: date | None
    by_term: Finding[Outlook] | None


@dataclass(frozen=True)
class Ruler:
    """The ten school weeks up to a day with the sessions in them that count to the threshold."""

    on: date
    weeks: list[date]
    standing: Finding[Standing]


@dataclass(frozen=True)
class PupilInsight:
    """What the figures say of one pupil in one academic year.

    `group` and `school` are beside it; `group` is None where the year group is too small for this viewer to be told.
    `ahead` and `ruler` are of now, so None for a year that is over; `ruler` is for those who may see all figures.
    """

    year: PupilYear
    group_words: str
    group: Measures | None
    school: Measures
    slots: list[WeekdaySlot]
    weeks: list[SoFar]
    ahead: Ahead | None
    ruler: Ruler | None
    history: list[Spell]


def pupil_insight(viewer: Viewer, year: PupilYear, now: datetime) -> PupilInsight | None:
    """A pupil's year beside others; None where the pupil was not on the roll on a school day of it.

    Three queries, and one for each further academic year the pupil was here.
    """
    found = ground(viewer, year.first_day, year.last_day, now)
    row = found.row_of.get(year.pupil.pk)
    if row is None or not found.half_days:
        return None
    own = found.only([row])
    dimension = DIMENSIONS["year-group"]
    group_words = dimension.label_of(found.members[row], found.last_day)
    rows = found.labelled(dimension)[group_words]
    is_told = viewer.may(Permission.MEASURES_VIEW) or len(rows) >= SMALLEST_GROUP
    group = found.only(rows) if is_told else None
    is_now = year.first_day <= now.date() <= year.last_day
    member = replace(
        found.members[row], spans=tuple(Span(each.first_day, each.last_day) for each in year.enrolments)
    )
    return PupilInsight(
        year=year,
        group_words=group_words,
        group=None if group is None else group.measures(),
        school=found.measures(),
        slots=_slots(own),
        weeks=_weeks(own, group),
        ahead=_ahead(year, now) if is_now else None,
        ruler=_ruler(viewer, year, member, now) if is_now and viewer.may(Permission.MEASURES_VIEW) else None,
        history=_history(viewer, year, member, now),
    )


def _slots(own: Ground) -> list[WeekdaySlot]:
    """Attendance by weekday and session, Monday morning first."""
    tally = own.by_half_day
    places: dict[tuple[int, SchoolSession], list[int]] = {
        (weekday, each): [] for weekday in range(_WEEKDAYS) for each in SchoolSession
    }
    for place, (day, school_session) in enumerate(own.half_days):
        if day.weekday() < _WEEKDAYS:
            places[day.weekday(), school_session].append(place)
    pooled = {key: tally.total(np.asarray(each, dtype=np.intp)) for key, each in places.items()}
    return [
        WeekdaySlot(weekday, school_session, of.attended, of.possible)
        for (weekday, school_session), of in pooled.items()
    ]


def _weeks(own: Ground, group: Ground | None) -> list[SoFar]:
    """The year so far at the end of each of its weeks."""
    mine = _running(by_week(own))
    theirs = _running(by_week(group)) if group is not None else [None] * len(mine)
    mondays = [week.monday for week in by_week(own)]
    return [SoFar(*each) for each in zip(mondays, mine, theirs, strict=True)]


def _running(weeks: list[WeekFigures]) -> list[Fraction | None]:
    attended = possible = 0
    found: list[Fraction | None] = []
    for week in weeks:
        attended += week.totals.attended
        possible += week.totals.possible
        found.append(Fraction(attended, possible) if possible else None)
    return found


def _ahead(year: PupilYear, now: datetime) -> Ahead:
    days = [day for day, _ in year.ahead]
    term = period_on(year.calendar, PeriodKind.TERM, now.date())
    is_in_term = term is not None and now.date() <= term.whole_last_day < year.last_day
    return Ahead(
        left=sessions_before_persistent(year.totals),
        by_year=outlook(year.totals, days),
        term=term.name if term is not None and is_in_term else "",
        term_last_day=term.whole_last_day if term is not None and is_in_term else None,
        by_term=outlook(year.totals, [day for day in days if day <= term.whole_last_day])
        if term is not None and is_in_term
        else None,
    )


def _ruler(viewer: Viewer, year: PupilYear, member: Member, now: datetime) -> Ruler:
    today = now.date()
    weeks = list(school_weeks(year.calendar.previous_school_days(today, _ENOUGH_DAYS)))
    if year.calendar.is_school_day(today):
        weeks = sorted({*weeks, *school_weeks([today])})
    weeks = weeks[-WEEKS:]
    own = ground_of_pupil(viewer, member, weeks[0] if weeks else today, today, now)
    missed = [
        Missed(day, school_session, symbol)
        for (day, school_session), symbol in _marks(own)
        if counts(symbol) and is_compulsory_school_age(member.born_on, day).answer
    ]
    return Ruler(today, weeks, standing_on(missed, weeks, today))


# More school days than ten school weeks can have.
_ENOUGH_DAYS = 5 * WEEKS + 5


def _marks(own: Ground) -> list[tuple[HalfDay, str]]:
    """A pupil's half-days that have a mark."""
    return [
        (half_day, BY_BYTE[int(byte)].symbol)
        for half_day, byte in zip(own.half_days, own.marks[0], strict=True)
        if byte
    ]


def _history(viewer: Viewer, year: PupilYear, member: Member, now: datetime) -> list[Spell]:
    """Each year, term and half term in which the pupil had a possible session, the newest year first."""
    found: list[Spell] = []
    for each in sorted(year.years, key=lambda each: each.first_day, reverse=True):
        whole = Span(each.first_day, each.last_day)
        if each.first_day > now.date() or not any(span.overlaps(whole) for span in member.spans):
            continue
        own = ground_of_pupil(viewer, member, each.first_day, each.last_day, now)
        stretches = [
            (each.name, PeriodKind.YEAR, each.first_day, each.last_day),
            *((term.name, PeriodKind.TERM, term.first_day, term.last_day) for term in each.terms),
            *(
                (half.name, PeriodKind.HALF_TERM, half.first_day, half.last_day)
                for half in year.calendar.half_terms(each)
            ),
        ]
        found += [
            spell
            for name, kind, first_day, last_day in stretches
            if (spell := _spell(own, (kind, name, each.name), (first_day, last_day), now.date())) is not None
        ]
    return found


def _spell(
    own: Ground, called: tuple[PeriodKind, str, str], days: tuple[date, date], today: date
) -> Spell | None:
    kind, name, year = called
    first_day, last_day = days
    columns = [place for place, (day, _) in enumerate(own.half_days) if first_day <= day <= last_day]
    tally = tallies.by_pupil(own.marks[:, columns])
    totals = tally.at(0)
    if not totals.possible:
        return None
    return Spell(
        name=name,
        kind=kind,
        year=year,
        last_day=min(last_day, today),
        totals=totals,
        is_persistent=bool(tallies.persistently_absent(tally)[0]),
        is_severe=bool(tallies.severely_absent(tally)[0]),
        is_over=last_day < today,
    )
