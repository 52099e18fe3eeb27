"""Outlines of schools of any phase and size, for trials and measurements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from rollbook.config.simulation import names
from rollbook.config.simulation.people import LOCAL_AUTHORITY_NUMBER, address, landline, plain, postcode
from rollbook.config.simulation.plan import SchoolFacts, StaffMember
from rollbook.config.simulation.recording import ADMINISTRATOR
from rollbook.config.simulation.school import Outline, even_cohorts
from rollbook.config.simulation.terms import calendar_of, starts_in, week_times, year_dates
from rollbook.domain.access import Role

_MOVES_SHARE = 0.015  # of the pupils of a mainstream school join, and as many leave, within a year


@dataclass(frozen=True)
class _Kind:
    """What schools of a phase have in common: year groups, size of a group, times of the registers."""

    title: str
    legal_type: str
    first_group: int
    year_groups: int
    group_size: int
    morning: tuple[str, str, str]
    afternoon: tuple[str, str, str]


_KINDS: Mapping[str, _Kind] = {
    "primary": _Kind(
        "Primary School", "maintained", 0, 7, 30, ("08:50", "09:15", "12:00"), ("13:00", "13:25", "15:20")
    ),
    "secondary": _Kind(
        "Academy", "academy", 7, 5, 30, ("08:40", "09:05", "12:30"), ("13:20", "13:45", "15:10")
    ),
    "special": _Kind(
        "School", "non-maintained-special", 7, 5, 8, ("09:00", "09:30", "12:15"), ("12:45", "13:00", "15:05")
    ),
}
_ROLES: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("head", "Head Teacher", (Role.HEAD_TEACHER, Role.SENIOR_ATTENDANCE_CHAMPION)),
    ("attendance", "Attendance Officer", (Role.ATTENDANCE_OFFICER,)),
    ("pastoral", "Pastoral Lead", (Role.PASTORAL_LEAD,)),
    ("senco", "SENCO", (Role.SENCO,)),
    ("office", "School Receptionist", (Role.OFFICE,)),
    ("office2", "Office Assistant", (Role.OFFICE,)),
    ("governor", "Chair of Governors", (Role.GOVERNOR,)),
    ("admin", "Data Manager", (Role.ADMINISTRATOR,)),
)


def invented_school(
    *,
    number: int,
    phase: str,
    pupils: int,
    years: int,
    until: date,
    seed: int,
    bank_holidays: Mapping[date, str],
) -> Outline:
    """The outline of the school of this number: the same arguments give the same school.

    `until` is the first day without registers; `years` counts back from its academic year. Errors: KeyError for a phase
    that is none of primary, secondary, special.
    """
    kind = _KINDS[phase]
    this_year = starts_in(until - timedelta(days=1))
    spans = tuple(range(this_year - years + 1, this_year + 1))
    own_seed = f"{seed}:{phase}:{number}"
    draw = Random(own_seed)  # noqa: S311  # invented people, no secrets
    cohorts = even_cohorts(pupils, kind.group_size, kind.year_groups, spans)
    teachers = max(
        sum(len(cohorts.get(year - place, ())) for place in range(kind.year_groups)) for year in spans
    )
    count = sum(sum(sizes) for sizes in cohorts.values())
    joiners, leavers = _moves(draw, count, spans, bank_holidays)
    return Outline(
        facts=_facts(draw, number, phase, kind),
        first_group=kind.first_group,
        year_groups=kind.year_groups,
        cohorts=cohorts,
        staff=_staff(draw, teachers, date(spans[0], 9, 1)),
        day_times=week_times(date(spans[0], 9, 1), kind.morning, kind.afternoon),
        years=spans,
        until=until,
        seed=own_seed,
        bank_holidays=bank_holidays,
        joiners=joiners,
        leavers=leavers,
    )


def _facts(draw: Random, number: int, phase: str, kind: _Kind) -> SchoolFacts:
    tree = names.SCHOOL_TREES[draw.randrange(len(names.SCHOOL_TREES))]
    return SchoolFacts(
        name=f"{tree} {kind.title} {number}",
        urn=f"{998_000 + number:06}",
        dfe_number=f"{LOCAL_AUTHORITY_NUMBER}/{4000 + number}",
        phase=phase,
        legal_type=kind.legal_type,
        address=f"{address(draw)}\n{postcode(draw)}",
        telephone=landline(draw),
        email="office@example.org",
    )


def _staff(draw: Random, teachers: int, first_day: date) -> tuple[StaffMember, ...]:
    staff = [StaffMember(_name(draw), email, position, roles, first_day) for email, position, roles in _ROLES]
    if len(staff) != ADMINISTRATOR + 1:
        raise ValueError("the roles and the places in `recording` do not go together")
    for number in range(1, teachers + 1):
        name = _name(draw)
        email = f"{plain(name.split()[0])[:1]}.{plain(name.split()[-1])}.{number}"
        staff.append(StaffMember(name, email, "Class Teacher", (Role.CLASS_TEACHER,), first_day))
    return tuple(staff)


def _name(draw: Random) -> str:
    community = draw.choices(names.COMMUNITIES, [each[0] for each in names.COMMUNITIES])[0]
    return f"{draw.choice(draw.choice(names.PARENT_FORENAMES))} {draw.choice(community[4])}"


def _moves(
    draw: Random, count: int, spans: tuple[int, ...], bank_holidays: Mapping[date, str]
) -> tuple[dict[int, date], dict[int, date]]:
    """Who joins and who leaves within a year, each on a school day."""
    joiners: dict[int, date] = {}
    leavers: dict[int, date] = {}
    for year in spans:
        dates = year_dates(year)
        days = calendar_of((dates,), (), bank_holidays).school_days(
            dates.dates.first_day, dates.dates.last_day
        )
        for pupil in draw.sample(range(count), round(count * _MOVES_SHARE)):
            if pupil not in joiners and pupil not in leavers:
                moves = leavers if draw.random() < 0.5 else joiners
                moves[pupil] = draw.choice(days[10:])
    return joiners, leavers
