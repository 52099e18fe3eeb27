"""A whole invented school: staff, groups, pupils, and years of registers up to a day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import numpy as np
from numpy.typing import NDArray

from rollbook.config.simulation.absence import NOT_ON_ROLL, YearOfPupils, marks_of_year
from rollbook.config.simulation.days import SchoolDays, school_days
from rollbook.config.simulation.people import Cohorts, pupils_and_parents
from rollbook.config.simulation.plan import (
    GroupPlan,
    MembershipPlan,
    PupilPlan,
    SchoolFacts,
    SchoolPlan,
    StaffMember,
)
from rollbook.config.simulation.recording import ADMINISTRATOR, Setting, record_year
from rollbook.config.simulation.saving import saves_of_year, submission_seconds
from rollbook.config.simulation.shares import shares_of
from rollbook.config.simulation.supporting import support_pupils
from rollbook.config.simulation.terms import YearDates, calendar_of, year_dates
from rollbook.domain.calendar import DayTimes

Closed = Callable[[YearDates], dict[int, tuple[str, str, int]]]
"""Which sessions of a year the school was unexpectedly closed in: why, who decided, second of the day."""

_PLACE_MOVES = 0.08  # how far a pupil's place among the others moves from year to year


@dataclass(frozen=True)
class Outline:
    """What is decided about a school before anything is drawn."""

    facts: SchoolFacts
    first_group: int
    year_groups: int
    cohorts: Cohorts
    staff: tuple[StaffMember, ...]
    day_times: tuple[DayTimes, ...]
    years: tuple[int, ...]
    until: date
    seed: str
    bank_holidays: Mapping[date, str]
    closed: Closed | None = None
    joiners: Mapping[int, date] | None = None
    leavers: Mapping[int, date] | None = None


def make_school(outline: Outline, on_year: Callable[[], object] = bool) -> SchoolPlan:
    """The school of an outline with every register before the day `until`. The same outline gives the same school."""
    years = tuple(year_dates(year) for year in outline.years)
    calendar = calendar_of(years, outline.day_times, outline.bank_holidays)
    school = SchoolPlan(outline.facts, years, outline.day_times, calendar, staff=list(outline.staff))
    pupils, families = pupils_and_parents(
        outline.seed, outline.facts.phase, outline.first_group, outline.cohorts
    )
    school.pupils, school.parents, school.contacts = pupils, families.parents, families.contacts
    _end_enrolments(outline, pupils)
    for year in years:
        _add_year(outline, school, year)
        on_year()
    return school


def even_cohorts(
    pupils: int, group_size: int, year_groups: int, years: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """Cohorts for a school that has about so many pupils in every year, in groups as even as can be."""
    cohorts = {}
    for place, cohort in enumerate(range(years[0] - year_groups + 1, years[-1] + 1)):
        place %= year_groups
        size = pupils * (place + 1) // year_groups - pupils * place // year_groups
        groups = max(1, round(size / group_size))
        cohorts[cohort] = tuple(size * (n + 1) // groups - size * n // groups for n in range(groups))
    return cohorts


def _end_enrolments(outline: Outline, pupils: list[PupilPlan]) -> None:
    """Takes off the roll those who are too old by the last day, and those who leave; lets the late ones start late."""
    for number, pupil in enumerate(pupils):
        last_year = year_dates(pupil.cohort + outline.year_groups - 1)
        end = last_year.dates.terms[-1].last_day
        joins, leaves = (outline.joiners or {}).get(number), (outline.leavers or {}).get(number)
        if joins is not None and pupil.first_day < joins < end:
            pupil.first_day = joins
        if leaves is not None and pupil.first_day < leaves < end:
            end = leaves
        if end < outline.until:
            pupil.last_day = end


def _add_year(outline: Outline, school: SchoolPlan, year: YearDates) -> None:
    here = [
        number
        for number, pupil in enumerate(school.pupils)
        if 0 <= year.starts_in - pupil.cohort < outline.year_groups
        and pupil.first_day <= year.dates.last_day
        and (pupil.last_day is None or pupil.last_day >= year.dates.first_day)
    ]
    group_of = _add_groups(outline, school, year, here)
    days = school_days(school.calendar, year)
    until = 2 * days.first_on_or_after(outline.until)
    if not here or not until:
        return
    _add_registers(outline, school, year, days, here, group_of, until)


def _add_groups(outline: Outline, school: SchoolPlan, year: YearDates, here: Sequence[int]) -> dict[int, int]:
    """Adds the year's groups and who is in them. Shape: pupil to group, both places in the school's lists."""
    is_last = year.starts_in == outline.years[-1]
    names: dict[tuple[int, str], int] = {}
    for number in here:
        pupil = school.pupils[number]
        names.setdefault((outline.first_group + year.starts_in - pupil.cohort, pupil.letter), 0)
    first_teacher = ADMINISTRATOR + 1
    teachers = max(1, len(school.staff) - first_teacher)
    for place, (group, letter) in enumerate(sorted(names)):
        names[group, letter] = len(school.groups)
        school.groups.append(
            GroupPlan(
                name=f"{group or 'R'}{letter}",
                room=f"{'ABCDEFGH'[place % 8]}{10 + place // 8}",
                teacher=first_teacher + place % teachers,
                year_group=group,
                first_day=year.dates.first_day,
                last_day=None if is_last else year.dates.last_day,
            )
        )
    group_of = {}
    for number in here:
        pupil = school.pupils[number]
        group_of[number] = names[outline.first_group + year.starts_in - pupil.cohort, pupil.letter]
        school.memberships.append(_membership(number, pupil, group_of[number], year, is_last=is_last))
    return group_of


def _membership(pupil: int, who: PupilPlan, group: int, year: YearDates, *, is_last: bool) -> MembershipPlan:
    first = max(year.dates.first_day, who.first_day)
    ends = [day for day in (None if is_last else year.dates.last_day, who.last_day) if day is not None]
    return MembershipPlan(pupil, group, first, min(ends) if ends else None)


def _add_registers(
    outline: Outline,
    school: SchoolPlan,
    year: YearDates,
    days: SchoolDays,
    here: Sequence[int],
    group_of: dict[int, int],
    until: int,
) -> None:
    """Draws the year's marks and adds how they were recorded."""
    seed = f"{outline.seed}:{year.starts_in}"
    groups = sorted(set(group_of.values()))
    place_of = {group: place for place, group in enumerate(groups)}
    pupils = [school.pupils[number] for number in here]
    marks = np.full((len(school.pupils), days.sessions), NOT_ON_ROLL, dtype=np.uint8)
    marks[here] = marks_of_year(
        shares_of(outline.facts.phase, year.starts_in),
        YearOfPupils(
            weekdays=days.weekdays,
            term_of=days.term_of,
            week_of_term=days.week_of_term,
            year_groups=np.array([outline.first_group + year.starts_in - pupil.cohort for pupil in pupils]),
            places=_places(outline.seed, year.starts_in, here),
            groups=np.array([place_of[group_of[number]] for number in here]),
            on_roll=_on_roll(pupils, days),
        ),
        seed,
    )
    closed = outline.closed(year) if outline.closed else {}
    school.supports += support_pupils(marks, days, until // 2, closed, seed)
    draw = Random(f"{seed}:record")  # noqa: S311  # invented marks, no secrets
    submitted = submission_seconds(days, len(groups), draw)
    places = {number: place_of[group] for number, group in group_of.items()}
    record = record_year(marks, Setting(days, places, submitted.tolist(), until, draw))
    rosters = [
        (group, school.groups[group].teacher, [number for number in here if group_of[number] == group])
        for group in groups
    ]
    school.saves += saves_of_year(record, days, rosters, submitted.tolist(), until, closed)
    school.planned += record.planned


def _places(seed: str, year: int, here: Sequence[int]) -> NDArray[np.float64]:
    """Each pupil's place in the school from the least to the most absent, much the same from year to year."""
    places = []
    for number in here:
        own = Random(f"{seed}:place:{number}")  # noqa: S311  # invented marks, no secrets
        moved = Random(f"{seed}:place:{number}:{year}").gauss(0, _PLACE_MOVES)  # noqa: S311
        places.append(own.random() + moved)
    ranks = np.argsort(np.argsort(np.array(places)))
    spread: NDArray[np.float64] = (ranks + 0.5) / len(places)
    return spread


def _on_roll(pupils: Sequence[PupilPlan], days: SchoolDays) -> NDArray[np.bool_]:
    """Shape: (pupils, sessions)."""
    table = np.ones((len(pupils), days.sessions), dtype=np.bool_)
    for row, pupil in enumerate(pupils):
        table[row, : 2 * days.first_on_or_after(pupil.first_day)] = False
        if pupil.last_day is not None:
            table[row, 2 * days.first_on_or_after(pupil.last_day + timedelta(days=1)) :] = False
    return table
