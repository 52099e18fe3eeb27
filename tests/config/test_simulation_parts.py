"""The parts of an invented school that need no database: years, people, marks, how they were recorded."""

import re
from collections import Counter
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from rollbook.clock import LONDON
from rollbook.config.simulation import names
from rollbook.config.simulation.environment import bank_holidays_round
from rollbook.config.simulation.invented import invented_school
from rollbook.config.simulation.people import plain, pupils_and_parents, upn
from rollbook.config.simulation.plan import SchoolPlan
from rollbook.config.simulation.school import even_cohorts, make_school
from rollbook.config.simulation.shares import ABSENCE_CODES, PHASES, shares_of
from rollbook.config.simulation.terms import calendar_of, easter, year_dates
from rollbook.domain.calendar import check_day_times, check_year
from rollbook.domain.codes import CODES, code_for
from rollbook.domain.roll import upn_problem, year_group

SUMMER = date(2026, 7, 22)


@cache
def school(phase: str, pupils: int, seed: int = 1, until: date = SUMMER, years: int = 1) -> SchoolPlan:
    """A school of a whole year; drawn once for all tests."""
    return make_school(
        invented_school(
            number=1,
            phase=phase,
            pupils=pupils,
            years=years,
            until=until,
            seed=seed,
            bank_holidays=bank_holidays_round(until, years),
        )
    )


def final_marks(of: SchoolPlan) -> dict[tuple[int, date, str], str]:
    """The mark that stands for each pupil and session."""
    return {
        (pupil, save.on, save.session): marks.code
        for save in of.saves
        for marks in save.marks
        for pupil in marks.pupils
    }


# --- Years ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2028, (4, 16)), (2038, (4, 25))],
)
def test_easter(year: int, sunday: tuple[int, int]) -> None:
    assert easter(year) == date(year, *sunday)


@pytest.mark.parametrize("year", range(2019, 2041))
def test_a_year_is_sound_and_has_about_190_days(year: int) -> None:
    dates = year_dates(year)
    calendar = calendar_of((dates,), (), bank_holidays_round(date(year + 1, 1, 1)))
    assert check_year(dates.dates, dates.closed, [year_dates(year + 1).dates]) == []
    assert 184 <= len(calendar.school_days(dates.dates.first_day, dates.dates.last_day)) <= 194


# --- People -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", PHASES)
def test_people_are_of_their_year_group_and_reach_nobody(phase: str) -> None:
    made = school(phase, 140)
    assert len({pupil.upn for pupil in made.pupils}) == len(made.pupils)
    assert len({pupil.admission_number for pupil in made.pupils}) == len(made.pupils)
    first = made.groups[0].year_group
    for pupil in made.pupils:
        assert upn_problem(pupil.upn) is None
        assert year_group(pupil.born_on, date(pupil.cohort, 9, 1)) == first
        if phase == "special":
            assert pupil.sen_status == "E"
    for parent in made.parents:
        for number in filter(None, (parent.telephone, parent.other_telephone)):
            assert re.fullmatch(r"07700 900\d{3}|0121 496 0\d{3}", number)
        assert parent.email == "" or parent.email.endswith("@example.org")
        assert parent.postcode.startswith("B0 ")
    assert re.fullmatch(r"0121 496 0\d{3}", made.facts.telephone)
    emails = [member.email for member in made.staff]
    assert len(set(emails)) == len(emails)


def test_contacts_are_in_order_and_siblings_share_them() -> None:
    made = school("secondary", 600)
    by_pupil: dict[int, list[int]] = {}
    for contact in made.contacts:
        by_pupil.setdefault(contact.pupil, []).append(contact.parent)
        assert contact.priority == len(by_pupil[contact.pupil])
    assert set(by_pupil) == set(range(len(made.pupils)))
    assert {len(parents) for parents in by_pupil.values()} == {1, 2, 3}
    homes = Counter(pupil.family for pupil in made.pupils)
    siblings = [pupil for pupil in made.pupils if homes[pupil.family] > 1]
    assert len(siblings) > 40
    for one in siblings:
        others = [n for n, pupil in enumerate(made.pupils) if pupil.family == one.family]
        assert len({tuple(by_pupil[n]) for n in others}) == 1
        assert len({made.pupils[n].cohort for n in others}) == len(others)


def test_names_repeat_no_forename_within_a_group() -> None:
    pupils, _ = pupils_and_parents("x", "special", 7, {2026: (8, 8)})
    for letter in "AB":
        assert len({pupil.forename for pupil in pupils if pupil.letter == letter}) == 8
    assert sum(share for share, *_ in names.COMMUNITIES) == 100


def test_plain_names_and_upns() -> None:
    assert plain("Dąbrowski") == "dabrowski"
    assert plain("Łukasz") == "lukasz"
    assert plain("O'Shea-Ünal") == "osheaunal"
    assert upn_problem(upn(4000, 2026, 7)) is None


@pytest.mark.parametrize(("pupils", "size", "groups"), [(1200, 30, 8), (64, 8, 2), (10, 30, 1)])
def test_cohorts_add_up_in_every_year(pupils: int, size: int, groups: int) -> None:
    cohorts = even_cohorts(pupils, size, 5, (2024, 2025, 2026))
    assert sorted(cohorts) == list(range(2020, 2027))
    for year in (2024, 2025, 2026):
        assert sum(sum(cohorts[year - back]) for back in range(5)) == pupils
    assert len(cohorts[2026]) == groups


# --- Marks ------------------------------------------------------------------------------------------------------


def test_the_same_arguments_give_the_same_school_and_another_seed_another() -> None:
    def drawn(seed: int) -> SchoolPlan:
        school.cache_clear()
        return school("special", 40, seed)

    one, again, other = drawn(1), drawn(1), drawn(2)
    assert one == again
    assert one.saves != other.saves
    assert [pupil.surname for pupil in one.pupils] != [pupil.surname for pupil in other.pupils]


@pytest.mark.parametrize(
    ("phase", "absence_within", "pa_within"),
    [("secondary", 0.8, 4.0), ("primary", 0.6, 4.0), ("special", 1.2, 6.0)],
)
def test_shares_are_near_the_published_ones(phase: str, absence_within: float, pa_within: float) -> None:
    """Tolerances in percentage points of possible sessions; the published persistent absence of 2025/26 beside them."""
    published = {"secondary": 23.77, "primary": 13.77, "special": 36.06}
    made, shares = school(phase, 1200), shares_of(phase, 2025)
    marks = final_marks(made)
    counts = Counter(marks.values())
    possible = sum(n for symbol, n in counts.items() if code_for(symbol, date(2026, 1, 5)).is_possible)
    absent = sum(n for symbol, n in counts.items() if code_for(symbol, date(2026, 1, 5)).is_absence)
    assert 100 * absent / possible == pytest.approx(100 * shares.absence, abs=absence_within)
    # N stands only until somebody has found out; the published O of the generator holds it.
    counts["O"] += counts.pop("N", 0)
    for code in (*ABSENCE_CODES, "L", "V", "B", "P", "W"):
        within = max(0.12, 30 * shares.codes[code])
        assert 100 * counts[code] / possible == pytest.approx(100 * shares.codes[code], abs=within), code
    rates = _absence_of_pupils(marks)
    assert 100 * np.mean(rates >= 0.1) == pytest.approx(published[phase], abs=pa_within)
    assert 0 < np.mean(rates >= 0.5) < 0.12
    assert np.median(rates) < np.mean(rates)


def _absence_of_pupils(
    marks: dict[tuple[int, date, str], str],
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    on = date(2026, 1, 5)
    absence = {code.symbol for code in CODES if code.is_absence}
    possible, absent = Counter[int](), Counter[int]()
    for (pupil, _, _), symbol in marks.items():
        if code_for(symbol, on).is_possible:
            possible[pupil] += 1
            absent[pupil] += symbol in absence
    return np.array([absent[pupil] / possible[pupil] for pupil in possible if possible[pupil] > 100])


def test_absence_comes_in_spells_and_mornings_go_with_afternoons() -> None:
    marks = final_marks(school("secondary", 600))
    ill = {(pupil, on): set[str]() for (pupil, on, _), code in marks.items() if code == "I"}
    for (pupil, on, session), code in marks.items():
        if code == "I":
            ill[pupil, on].add(session)
    whole = sum(len(sessions) == 2 for sessions in ill.values())
    assert whole > 0.75 * len(ill)
    days = sorted({on for _, on, _ in marks})
    after = dict(pairwise(days))
    followed = sum((pupil, after.get(on)) in ill for pupil, on in ill)
    assert followed > 0.3 * len(ill)  # drawn at random, one in thirty


def test_fridays_and_the_end_of_autumn_are_worse() -> None:
    marks = final_marks(school("secondary", 1200))
    absences = {code.symbol for code in CODES if code.is_absence}

    def rate(days: "set[date]") -> float:
        seen = [symbol for (_, on, _), symbol in marks.items() if on in days]
        return sum(symbol in absences for symbol in seen) / len(seen)

    days = {on for _, on, _ in marks}
    wednesdays, fridays = ({on for on in days if on.weekday() == n} for n in (2, 4))
    assert rate(fridays) > rate(wednesdays)
    september = {on for on in days if on < date(2025, 9, 12)}
    december = {on for on in days if date(2025, 11, 20) < on < date(2025, 12, 31)}
    assert rate(december) > rate(september)


@pytest.mark.parametrize("until", [date(2026, 7, 22), date(2024, 7, 20)])
def test_every_code_was_in_force(until: date) -> None:
    made = school("special", 64, 3, until)
    for save in made.saves:
        for marks in save.marks:
            assert code_for(marks.code, save.on).is_entered_by_hand
    for plan in made.planned:
        code_for(plan.code, plan.first_day)


# --- How they were recorded -------------------------------------------------------------------------------------


def test_registers_are_whole_in_order_and_mostly_in_time() -> None:
    made = school("secondary", 600)
    assert check_day_times(list(made.day_times)) == []
    assert [save.at for save in made.saves] == sorted(save.at for save in made.saves)
    registers = [save for save in made.saves if save.kind == "register"]
    days = made.calendar.school_days(date(2025, 9, 1), date(2026, 8, 31))
    assert len(registers) == 2 * len(days) * len(made.groups)
    assert len({(save.group, save.on, save.session) for save in registers}) == len(registers)
    late = 0
    for save in registers:
        assert save.is_complete
        assert save.group is not None
        assert made.groups[save.group].teacher == save.by
        local = save.at.astimezone(LONDON)
        assert local.date() == save.on
        opens = (8 * 60 + 40) if save.session == "AM" else (13 * 60 + 20)
        late += local.hour * 60 + local.minute - opens >= 15
        assert local.hour * 60 + local.minute > opens
    assert 0.02 < late / len(registers) < 0.08


def test_versions_follow_each_other_and_amendments_have_reasons() -> None:
    made = school("special", 64)
    versions: dict[tuple[int, date, str], list[tuple[str, int]]] = {}
    for save in made.saves:
        assert save.kind in {"register", "arrival", "amendment"}
        for marks in save.marks:
            assert (marks.version > 1) == bool(marks.reason)
            assert (save.kind == "register") == (marks.version == 1)
            for pupil in marks.pupils:
                versions.setdefault((pupil, save.on, save.session), []).append((marks.code, marks.version))
    for history in versions.values():
        assert [version for _, version in history] == list(range(1, len(history) + 1))
        if len(history) > 1:
            assert history[0][0] in {"N", "M"}
            assert history[1][0] != "N"


def test_reasons_are_found_within_five_school_days() -> None:
    made = school("special", 64)
    days = made.calendar.school_days(date(2025, 9, 1), date(2026, 8, 31))
    number = {day: n for n, day in enumerate(days)}
    amended = [save for save in made.saves if save.kind == "amendment"]
    assert amended
    assert all(number[save.at.date()] - number[save.on] <= 5 for save in amended)
    standing = [
        key for key, code in final_marks(school("special", 64, 1, date(2026, 3, 2))).items() if code == "N"
    ]
    assert 0 < len(standing) < 60
    assert all(made.calendar.previous_school_days(date(2026, 3, 2), 6)[0] <= on for _, on, _ in standing)


def test_late_pupils_have_minutes_that_fit() -> None:
    made = school("secondary", 600)
    minutes = {"L": range(1, 25), "U": range(25, 230)}
    seen = Counter[tuple[str, bool]]()
    for save in made.saves:
        for marks in save.marks:
            if marks.code in minutes:
                assert marks.minutes_late in minutes[marks.code]
                seen[marks.code, save.kind == "arrival"] += 1
                assert (marks.arrived_at is not None) == (save.kind == "arrival")
            elif marks.code in {"V", "P", "B", "W", "K"}:
                assert marks.note
    assert {key for key, n in seen.items() if n} >= {("L", True), ("L", False), ("U", True)}
