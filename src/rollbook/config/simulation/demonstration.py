"""The demonstration school: a small special school, the same for everybody on the same day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from rollbook.apps.registers.actions.past import PastPlan
from rollbook.clock import LONDON
from rollbook.config.simulation.chosen import choose, suspend, suspended_since
from rollbook.config.simulation.plan import SchoolFacts, SchoolPlan, StaffMember
from rollbook.config.simulation.recording import OFFICE
from rollbook.config.simulation.school import Outline, make_school
from rollbook.config.simulation.terms import (
    YearDates,
    calendar_of,
    starts_in,
    week_times,
    year_dates,
)
from rollbook.domain.access import Role

PASSWORD: Final = "two-registers-a-day"  # noqa: S105  # printed for everybody who looks at the demonstration
EMAIL_DOMAIN: Final = "example.org"
STARTS_AT: Final = time(9, 2)
SCHOOL_NAME: Final = "Hawthorn House School"
TRIP_LEADER: Final = "i.sadiq"

_FACTS = SchoolFacts(
    name=SCHOOL_NAME,
    urn="999001",
    dfe_number="999/6001",
    phase="special",
    legal_type="independent",
    address="Hawthorn House\n2 Larkmere Lane\nKilnbrook\nBirmingham\nB0 4HH",
    telephone="0121 496 0100",
    email="office@example.org",
)
# Name, e-mail before the @, position, roles. The order is the one that `recording` counts on.
_STAFF: Final[tuple[tuple[str, str, str, tuple[Role, ...]], ...]] = (
    ("Maureen Ashdown", "head", "Head Teacher", (Role.HEAD_TEACHER, Role.SENIOR_ATTENDANCE_CHAMPION)),
    ("Yusuf Rahmani", "attendance", "Attendance Officer", (Role.ATTENDANCE_OFFICER,)),
    ("Carol-Ann Peake", "pastoral", "Pastoral Lead", (Role.PASTORAL_LEAD,)),
    ("Tobias Lindley", "senco", "SENCO", (Role.SENCO,)),
    ("Denise Whitmore", "office", "School Receptionist", (Role.OFFICE,)),
    ("Harpreet Bansal", "office2", "Office Assistant", (Role.OFFICE,)),
    ("Gordon Ellery", "governor", "Chair of Governors", (Role.GOVERNOR,)),
    ("Sunita Varma", "admin", "Data and Systems Manager", (Role.ADMINISTRATOR,)),
    ("Rachel Osborne-Tait", "teacher", "Class Teacher, 7A", (Role.CLASS_TEACHER,)),
    ("Imran Sadiq", "i.sadiq", "Class Teacher, 8A", (Role.CLASS_TEACHER,)),
    ("Bronwen Hallett", "b.hallett", "Class Teacher, 8B", (Role.CLASS_TEACHER,)),
    ("Kwabena Asare", "k.asare", "Class Teacher, 9A", (Role.CLASS_TEACHER,)),
    ("Louise Farrant", "l.farrant", "Class Teacher, 9B", (Role.CLASS_TEACHER,)),
    ("Dariusz Wilk", "d.wilk", "Class Teacher, 10A", (Role.CLASS_TEACHER,)),
    ("Priscilla Mwangi", "p.mwangi", "Class Teacher, 10B", (Role.CLASS_TEACHER,)),
    ("Stuart Kettley", "s.kettley", "Class Teacher, 11A", (Role.CLASS_TEACHER,)),
    ("Ingrid Solberg", "inspector", "Inspector", (Role.INSPECTOR,)),
    ("Noor Haddad", "trust", "Director of Attendance", (Role.TRUST_LEAD,)),
)
_INSPECTION_DAYS = 5
_CLOSURE = (
    "Boiler failure: no heating anywhere on the site",
    "Maureen Ashdown, Head Teacher",
    7 * 3600 + 50 * 60,
)
_CLOSURE_AFTER_DAYS = 25
_CLOSED_LAST_YEAR = 70  # a day in January
_Y4_SINCE = 2024  # the code came with the academic year 2024/25


@dataclass(frozen=True)
class SignIn:
    """One way into the demonstration."""

    role: str
    name: str
    email: str


def sign_ins() -> list[SignIn]:
    """One person for each role, in the order of the roles."""
    found = []
    for role in Role:
        name, email, _, _ = next(each for each in _STAFF if role in each[3])
        found.append(SignIn(role.words, name, f"{email}@{EMAIL_DOMAIN}"))
    return found


def last_school_day(on: date, bank_holidays: Mapping[date, str]) -> date:
    """The last day up to and including this one on which the demonstration school meets."""
    year = starts_in(on)
    years = (year_dates(year - 1), year_dates(year))
    found = calendar_of(years, (), bank_holidays).last_school_day(on)
    if found is None:
        raise ValueError(f"the demonstration has no school day up to {on}")
    return found


def _member(each: tuple[str, str, str, tuple[Role, ...]], since: date, today: date) -> StaffMember:
    """Somebody who has been here since a day; the inspector only from today, for a few days."""
    if Role.INSPECTOR in each[3]:
        return StaffMember(*each, first_day=today, last_day=today + timedelta(days=_INSPECTION_DAYS))
    return StaffMember(*each, first_day=since)


def demonstration_school(today: date, seed: int, bank_holidays: Mapping[date, str]) -> SchoolPlan:
    """The school on the morning of `today`, a school day: this year and the last up to the evening before."""
    year = starts_in(today)
    years = (year - 1, year)
    cohorts = {
        year - 5: (8,),
        year - 4: (8,),
        year - 3: (8, 8),
        year - 2: (8, 9),
        year - 1: (8, 8),
        year: (8,),
    }
    # Those of Year 9: the last of 9B joins in October, and one of them has left by then.
    starter = 8 + 8 + 16 + 16
    calendar = calendar_of((year_dates(year),), (), bank_holidays)
    elapsed = len(calendar.school_days(date(year, 9, 1), today - timedelta(days=1)))
    outline = Outline(
        facts=_FACTS,
        first_group=7,
        year_groups=5,
        cohorts=cohorts,
        staff=tuple(_member(each, date(year - 1, 9, 1), today) for each in _STAFF),
        day_times=week_times(
            date(year - 1, 9, 1),
            ("09:00", "09:30", "12:15"),
            ("12:45", "13:00", "15:05"),
            friday_ends="14:00",
        ),
        years=years,
        until=today,
        seed=f"demo:{seed}:{year}",
        bank_holidays=bank_holidays,
        closed=lambda of: _closed(of, year, elapsed),
        joiners={starter: _weekday_from(date(year, 10, 8), 0)},
        leavers={starter - 3: _weekday_from(date(year, 10, 1), 4)},
    )
    school = make_school(outline)
    _plan_today(school, today)
    since = suspended_since(school, today)
    if since is not None:
        suspend(school, choose(school, today).suspended, since)
    return school


def _closed(year: YearDates, this_year: int, elapsed: int) -> dict[int, tuple[str, str, int]]:
    """Both sessions of one day of this year, or of the last where this one is too young."""
    is_old_enough = elapsed >= _CLOSURE_AFTER_DAYS
    if year.starts_in != (this_year if is_old_enough else this_year - 1) or year.starts_in < _Y4_SINCE:
        return {}
    day = elapsed * 5 // 8 if is_old_enough else _CLOSED_LAST_YEAR
    return {2 * day: _CLOSURE, 2 * day + 1: _CLOSURE}


def _plan_today(school: SchoolPlan, today: date) -> None:
    """What is known this morning: a dentist, an illness, part of a group on a trip."""
    expected = {plan.pupil for plan in school.planned if plan.first_day <= today <= plan.last_day}
    by_group: dict[str, list[int]] = {}
    for membership in school.memberships:
        is_current = membership.first_day <= today and (membership.last_day or today) >= today
        if is_current and membership.pupil not in expected:
            by_group.setdefault(school.groups[membership.group].name, []).append(membership.pupil)
    seven, nine, ten = by_group["7A"], by_group["9A"], by_group["10A"]

    def plan(pupil: int, code: str, sessions: str, note: str, origin: str, at: datetime, by: int) -> None:
        supervisor = "Mr Asare" if code == "V" else ""
        school.planned.append(
            PastPlan(pupil, today, today, sessions, code, note, origin, at, by, supervisor=supervisor)
        )

    yesterday = _moment(school.calendar.previous_school_days(today, 1)[0], time(14, 20))
    plan(seven[1], "M", "AM", "Dentist, back 10:30", "telephone", yesterday, OFFICE)
    plan(
        seven[-1], "I", "both", "Illness, parent rang 08:20", "telephone", _moment(today, time(8, 22)), OFFICE
    )
    plan(ten[2], "I", "both", "Illness, parent rang 08:35", "telephone", _moment(today, time(8, 36)), OFFICE)
    for pupil in nine[:4]:
        plan(pupil, "V", "both", "Science museum with Mr Asare", "activity", yesterday, OFFICE)


def _moment(on: date, at: time) -> datetime:
    return datetime.combine(on, at, LONDON)


def _weekday_from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
