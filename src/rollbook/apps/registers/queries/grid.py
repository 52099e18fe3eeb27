"""A group's or a year group's marks over a week, two weeks or half a term: pupils by half-days."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.facts import KnownOverDays
from rollbook.apps.registers.queries.newest import HalfDay, Standing, standing_marks
from rollbook.apps.roll.queries.spells import RegisterSpell, register_spells
from rollbook.apps.schools.queries import natural, timetable
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar, TermDates
from rollbook.domain.marks import RegisterTimes, SchoolSession
from rollbook.domain.roll import year_group, year_group_words

MOST_CELLS = 6_000
"""More marks than this on one page are neither quick to open nor to look through."""

_WEEK = timedelta(days=7)
_TO_FRIDAY = timedelta(days=4)


class GridSpan(StrEnum):
    """How long a time does the grid show?"""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    HALF_TERM = "half"

    @property
    def words(self) -> str:
        """The span as the page offers it."""
        return {"week": "A week", "fortnight": "Two weeks", "half": "Half a term"}[self.value]

    @property
    def shorter(self) -> "GridSpan":
        """The next shorter one; a week has none."""
        return GridSpan.FORTNIGHT if self is GridSpan.HALF_TERM else GridSpan.WEEK


@dataclass(frozen=True, slots=True)
class GridDay:
    """A weekday of the grid. `closed_because` "" is a school day.

    `opened` are the sessions whose register has opened by now, `over` those whose register has closed as well.
    """

    on: date
    closed_because: str
    closed_words: str
    opened: tuple[SchoolSession, ...]
    over: tuple[SchoolSession, ...]


@dataclass(frozen=True, slots=True)
class GridRow:
    """A pupil with the spells on these registers, the marks that stand and what is planned."""

    pupil_id: int
    surname: str
    forename: str
    spells: tuple[RegisterSpell, ...]
    marks: dict[HalfDay, Standing]
    planned: dict[HalfDay, PlannedMark]

    def is_expected(self, on: date) -> bool:
        """Whether the pupil is on this register on a day."""
        return any(spell.covers(on) for spell in self.spells)


@dataclass(frozen=True, slots=True)
class Pupils:
    """A group or a whole year group that may be chosen. `key` is g12 or y8."""

    key: str
    words: str


@dataclass(frozen=True)
class Grid:
    """Pupils by half-days. `was_shortened` says that the time asked for held too many marks for one page."""

    pupils: Pupils
    choices: list[Pupils]
    span: GridSpan
    first_day: date
    last_day: date
    name: str
    previous: date | None
    next: date | None
    days: list[GridDay]
    rows: list[GridRow]
    was_shortened: bool

    @property
    def school_days(self) -> list[GridDay]:
        """The days on which there are registers."""
        return [day for day in self.days if not day.closed_because]


def grid_of(viewer: Viewer, pupils_key: str, span: GridSpan, on: date, now: datetime) -> Grid | None:
    """The grid around a day; None where these pupils are not in the viewer's school at that time.

    Without a key it is the first group. Three queries, however many pupils and days.
    """
    calendar = timetable(viewer).calendar
    around = _around(calendar, span, on)
    spells = _on_register(around, register_spells(viewer, around.first_day, around.last_day))
    first = next(iter(around.school_days), around.first_day)
    choices = _choices(spells, first)
    pupils = next((each for each in choices if each.key == pupils_key or not pupils_key), None)
    if pupils is None:
        return None
    chosen = [spell for spell in spells if pupils.key in _keys(spell, first)]
    wanted = span
    while _cell_count(around, chosen) > MOST_CELLS and span is not GridSpan.WEEK:
        span = span.shorter
        around = _around(calendar, span, on)
        chosen = _on_register(around, chosen)
    days = list(_days(calendar, around, now))
    return Grid(
        pupils=pupils,
        choices=choices,
        span=span,
        first_day=around.first_day,
        last_day=around.last_day,
        name=around.name,
        previous=around.previous,
        next=around.next,
        days=days,
        rows=_rows(viewer, chosen, [day.on for day in days if not day.closed_because]),
        was_shortened=span is not wanted,
    )


# --- Which days -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Around:
    first_day: date
    last_day: date
    school_days: list[date]
    name: str
    previous: date | None
    next: date | None


def _around(calendar: SchoolCalendar, span: GridSpan, on: date) -> _Around:
    halves = half_terms(calendar) if span is GridSpan.HALF_TERM else []
    if halves:
        place = next((n for n, half in enumerate(halves) if on <= half.last_day), len(halves) - 1)
        half = halves[place]
        return _Around(
            half.first_day,
            half.last_day,
            calendar.school_days(half.first_day, half.last_day),
            half.name,
            halves[place - 1].first_day if place else None,
            halves[place + 1].first_day if place + 1 < len(halves) else None,
        )
    weeks = 2 if span is GridSpan.FORTNIGHT else 1
    monday = on - timedelta(days=on.weekday())
    friday = monday + (weeks - 1) * _WEEK + _TO_FRIDAY
    school_days = calendar.school_days(monday, friday)
    return _Around(monday, friday, school_days, "", monday - weeks * _WEEK, monday + weeks * _WEEK)


def half_terms(calendar: SchoolCalendar) -> list[TermDates]:
    """Every half term of every academic year, in order."""
    years = sorted(calendar.years, key=lambda year: year.first_day)
    return [half for year in years for half in calendar.half_terms(year)]


def _days(calendar: SchoolCalendar, around: _Around, now: datetime) -> Iterator[GridDay]:
    met = set(around.school_days)
    for number in range((around.last_day - around.first_day).days + 1):
        on = around.first_day + timedelta(days=number)
        if on.weekday() > _TO_FRIDAY.days:
            continue
        times = {each: calendar.times(on, each) for each in SchoolSession} if on in met else {}
        if times and all(times.values()):
            opened = tuple(each for each, of in times.items() if has_opened(of, on, now))
            over = tuple(each for each in opened if on < now.date() or now.time() >= _closes_at(times[each]))
            yield GridDay(on, "", "", opened, over)
        else:
            found = calendar.day(on)
            words = str(found.facts.get("name") or "") or found.answer.words
            yield GridDay(on, found.because, words, (), ())


def _closes_at(times: RegisterTimes | None) -> time:
    return times.closes_at if times else time.max


def has_opened(times: RegisterTimes | None, on: date, now: datetime) -> bool:
    """Whether the taking of this register had begun by now."""
    return times is not None and (on < now.date() or (on == now.date() and now.time() >= times.opens_at))


# --- Whose marks ------------------------------------------------------------------------------------------------


def _on_register(around: _Around, spells: Sequence[RegisterSpell]) -> list[RegisterSpell]:
    """The spells with a school day in this time; all of them where it has none, as in a holiday."""
    days = around.school_days
    return [spell for spell in spells if not days or any(map(spell.covers, days))]


def _keys(spell: RegisterSpell, on: date) -> tuple[str, str]:
    return f"g{spell.group_id}", f"y{year_group(spell.born_on, on, spell.year_offset)}"


def _choices(spells: Sequence[RegisterSpell], on: date) -> list[Pupils]:
    groups = {spell.group_id: spell.group_name for spell in spells}
    years = {year_group(spell.born_on, on, spell.year_offset) for spell in spells}
    return [
        *(Pupils(f"g{each}", groups[each]) for each in sorted(groups, key=lambda n: natural(groups[n]))),
        *(Pupils(f"y{each}", f"All of {year_group_words(each)}") for each in sorted(years)),
    ]


def _cell_count(around: _Around, spells: Sequence[RegisterSpell]) -> int:
    return 2 * len(around.school_days) * len({spell.pupil_id for spell in spells})


def _rows(viewer: Viewer, spells: Sequence[RegisterSpell], days: Sequence[date]) -> list[GridRow]:
    rows: dict[int, GridRow] = {}
    for spell in spells:
        row = rows.get(spell.pupil_id)
        if row is None:
            rows[spell.pupil_id] = GridRow(
                spell.pupil_id, spell.surname, spell.forename, (spell,), marks={}, planned={}
            )
        else:
            rows[spell.pupil_id] = replace(row, spells=(*row.spells, spell))
    marks = standing_marks(viewer.school_id, days, rows)
    planned = _planned(viewer, days, rows.values())
    return [
        replace(row, marks=marks.get(row.pupil_id, {}), planned=planned.get(row.pupil_id, {}))
        for row in rows.values()
    ]


def _planned(
    viewer: Viewer, days: Sequence[date], rows: Collection[GridRow]
) -> dict[int, dict[HalfDay, PlannedMark]]:
    """What a register would be filled in with, by pupil and half-day. One query."""
    if not days or not rows:
        return {}
    known = KnownOverDays(viewer, days[0], days[-1], [row.pupil_id for row in rows])
    found: dict[int, dict[HalfDay, PlannedMark]] = {}
    for row in rows:
        if known.plans_of(row.pupil_id):
            born_on = row.spells[0].born_on
            plans = {
                (day, each): known.of(row.pupil_id, born_on, day, each).plan
                for day in days
                for each in SchoolSession
            }
            found[row.pupil_id] = {where: plan for where, plan in plans.items() if plan is not None}
    return found
