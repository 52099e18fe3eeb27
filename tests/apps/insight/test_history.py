"""Persistent and severe absence over half terms and years: against the rule, and what outsiders are not told."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollbook.apps.insight.presenters.history import line_title
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.history import HistoryAsked, LinePlace, history
from rollbook.apps.insight.queries.measures import MEASURES
from rollbook.apps.registers.queries.year import forget_years
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.periods import Period, PeriodKind
from rollbook.domain.rates import is_persistently_absent, is_severely_absent, totals
from rollbook.domain.sessions import SchoolSession
from tests.apps.insight.test_patterns_page import DAYS, NOW, habits
from tests.apps.registers.scene import AM, Scene
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tenth_friday")]

PAGE = "/figures/persistent/"
BEFORE_BREAK = [day for day in DAYS if day < date(2026, 10, 26)]
AFTER_BREAK = [day for day in DAYS if day > date(2026, 10, 30)]


@pytest.fixture
def tenth_friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """Of 44 days Ben is away on eight Fridays; Cat and Dan on eight days, Amy on the first four Fridays."""
    scene = Scene()
    habits(scene)
    return scene


def text(client: Client, asked: str = "") -> str:
    answer = client.get(f"{PAGE}?{asked}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@given(st.lists(st.sampled_from(["/", "I", "O", "L", "X", "I", "C", ""]), min_size=30, max_size=30))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@pytest.mark.policy("P-8.4-2")
def test_every_share_is_that_of_the_marks_of_its_own_days(symbols: list[str]) -> None:
    forget_years()
    school = make_school()
    viewer = viewer_of(make_person(school, Role.HEAD_TEACHER), NOW.date())
    groups = [make_group(school, name) for name in ("7A", "7B")]
    pupils = [make_pupil(school, groups[n % 2], f"Surname{n}", "Kit") for n in range(3)]
    days = [*BEFORE_BREAK[-3:], *AFTER_BREAK[:2]]
    cells = [(pupil, day, half) for pupil in pupils for day in days for half in SchoolSession]
    marks = {cell: symbol for cell, symbol in zip(cells, symbols, strict=True) if symbol}
    make_marks(viewer, marks, NOW)
    year = timetable(viewer).calendar.years[0]

    def expected(measure: str, of_days: list[date], label: str = "") -> tuple[int, int]:
        rule = is_persistently_absent if measure == "persistent" else is_severely_absent
        each = [
            totals(marks.get((pupil, day, half)) for day in of_days for half in SchoolSession)
            for n, pupil in enumerate(pupils)
            if label in ("", groups[n % 2].name)
        ]
        there = [of for of in each if of.possible]
        return sum(rule(of).answer for of in there), len(there)

    for measure in ("persistent", "severe"):
        found = history(viewer, HistoryAsked(MEASURES[measure], DIMENSIONS["group"], year), NOW)
        told = {each.period.name: each for each in (*found.half_terms, *found.years)}
        for name, of_days in (
            ("Autumn term, first half", days[:3]),
            ("Autumn term, second half", days[3:]),
            ("2026/27", days),
        ):
            part, whole = expected(measure, of_days)
            if not whole:
                assert name not in told
                continue
            assert (told[name].together.part, told[name].together.whole) == (part, whole)
            for label in ("7A", "7B"):
                own = told[name].groups.get(label)
                assert (0, 0) if own is None else (own.part, own.whole) == expected(measure, of_days, label)


@pytest.mark.policy("P-8.4-2", "P-8.1-1")
def test_it_says_the_half_terms_and_the_years_and_leads_to_the_pupils(scene: Scene, client: Client) -> None:
    page = text(sign_in(client, scene.head), "by=group")

    # All four missed a tenth of the first half term or more; of the second Amy missed nothing.
    assert '100.0%</a></b> <span class="quiet small nowrap">4 of 4' in page
    assert '66.7%</a></b> <span class="quiet small nowrap">2 of 3' in page
    behind = re.search(
        r'href="(/figures/pupils/[^"]*first_day=2026-11-02[^"]*which=persistent[^"]*group=7A[^"]*)"', page
    )
    assert behind
    pupils = client.get(behind[1].replace("&amp;", "&")).content.decode()
    assert "Brown, Ben" in pupils
    assert "Abbott, Amy" not in pupils
    assert f"/pupils/{scene.ben.pk}/?on=" in pupils


def test_a_governor_sees_the_school_and_no_small_group_and_no_pupil(scene: Scene, client: Client) -> None:
    page = text(sign_in(client, make_person(scene.school, Role.GOVERNOR)), "by=group")

    assert "4 of 4" in page
    assert "2 of 3" not in page
    assert "too few" in page
    assert "/figures/pupils/" not in page
    answer = client.get(f"{PAGE}?by=looked-after")
    assert answer.status_code == 422


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_it(scene: Scene, client: Client, role: Role) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school: tests/apps/accounts/test_trusts.py")
    person = make_person(scene.school, role, last_day=DAYS[-1] if role is Role.INSPECTOR else None)
    may = ROLE_PERMISSIONS[role] & {Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS}

    assert sign_in(client, person).get(PAGE).status_code == (200 if may else 403)


@pytest.mark.parametrize(
    "asked", ["measure=late", "by=shoe-size", "year=1999", "year=%00", "only=shoe-size:9"]
)
def test_what_can_not_be_is_refused(scene: Scene, client: Client, asked: str) -> None:
    assert sign_in(client, scene.head).get(f"{PAGE}?{asked}").status_code == 422


def test_another_schools_absence_is_nowhere_and_more_pupils_cost_no_more_queries(
    scene: Scene, client: Client
) -> None:
    other = make_school("Elm Road School")
    stranger = make_pupil(other, make_group(other, "9Z"), "Stranger", "Sam")
    make_marks(viewer_of(make_person(other, Role.HEAD_TEACHER), DAYS[0]), {(stranger, DAYS[0], AM): "O"}, NOW)
    sign_in(client, scene.head)
    assert "9Z" not in text(client, "by=group")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(client, "by=group")
        return len(queries)

    few = count()
    for n in range(6):
        pupil = make_pupil(scene.school, scene.group, f"Further{n}", "Pat")
        make_marks(scene.viewer(scene.head), {(pupil, DAYS[0], AM): "L"}, NOW)
    count()
    assert count() == few <= 12


def place(name: str, year: str, persistent: int, *, is_over: bool = True) -> LinePlace:
    last = date(2026, 10, 23)
    period = Period(
        PeriodKind.HALF_TERM, name, date(2026, 9, 1), last, last if is_over else last + timedelta(days=9)
    )
    return LinePlace(year, period, Fraction(persistent, 100), Fraction(3, 100))


def test_the_message_of_the_line_compares_like_with_like() -> None:
    autumn, spring = place("Autumn term, first half", "2025/26", 20), place("Spring term", "2025/26", 25)
    now = place("Autumn term, first half", "2026/27", 22, is_over=False)

    assert line_title([]) == "No possible session in any half term"
    assert line_title([autumn]) == "Autumn term, first half: 20.0% persistently absent, 3.0% severely"
    assert line_title([autumn, spring]).endswith("5.0 points above the half term before")
    assert line_title([autumn, spring, now]) == (
        "Autumn term, first half so far: 22.0% persistently absent, 3.0% severely; persistent absence is 2.0 points "
        "above the whole of it a year before"
    )
