"""Patterns: what the page says of pupils and groups, against the rule, and that it opens the marks behind."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.ground import ground
from rollbook.apps.insight.queries.patterns import PatternsAsked, patterns, pupil_patterns
from rollbook.apps.registers.queries.year import forget_years
from rollbook.apps.roll.models import Contact, Parent, Pupil
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.patterns import Kind, Verdict
from rollbook.domain.periods import days_between
from rollbook.domain.sessions import SchoolSession
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ninth_friday")]

PAGE = "/figures/patterns/"
HALF_TERM = {date(2026, 10, 26) + timedelta(days=n) for n in range(5)}
DAYS = [
    day
    for day in (MONDAY + timedelta(days=7 * week + n) for week in range(10) for n in range(5))
    if day not in HALF_TERM
]
FRIDAYS = [day for day in DAYS if day.weekday() == 4]
NOW = at(16, on=DAYS[-1])


@pytest.fixture
def ninth_friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """Nine weeks. Ben is away on eight of nine Fridays, Cat on the same days as Dan, Amy on four Fridays only."""
    scene = Scene()
    habits(scene)
    return scene


def habits(scene: Scene) -> None:
    """The marks of nine weeks, and that Cat and Dan live with the same parent."""
    scattered = [DAYS[place] for place in (1, 7, 13, 18, 22, 31, 36, 41)]
    away = {scene.amy: FRIDAYS[:4], scene.ben: FRIDAYS[:8], scene.cat: scattered, scene.dan: scattered}
    make_marks(
        scene.viewer(scene.head),
        {
            (pupil, day, session): "I" if day in days else ("/" if session is AM else "\\")
            for pupil, days in away.items()
            for day in DAYS
            for session in SchoolSession
        },
        NOW,
    )
    parent = Parent.objects.create(school=scene.school, forename="Pat", surname="Carr")
    for pupil in (scene.cat, scene.dan):
        Contact.objects.create(pupil=pupil, parent=parent, relationship="Mother", lives_with=True)


def text(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.policy("P-1-4", "P-8.2-3")
def test_it_says_who_has_which_pattern_how_much_and_how_unlikely(scene: Scene, client: Client) -> None:
    page = text(sign_in(client, scene.head))

    assert "3 pupils have a pattern that chance would hardly make" in page
    assert "<b>Fridays</b>: 8 of 8 days away, 1.6 expected" in page
    assert "less than 1 in 10,000 by chance" in page
    assert "<b>Together with Dan Dale</b>: 8 of 8 days away, 1.4 expected" in page
    # Four Fridays of four are too few to say.
    assert "Abbott, Amy" not in page
    assert "1 of them with fewer than 5 days away, too few to say" in page
    assert "Nothing that chance would not do. Least likely:" in page


def test_of_a_group_weeks_halves_and_holidays_are_compared_not_pupils(client: Client) -> None:
    """Two pupils away on the afternoons of the first six Fridays, and one of them all day before the half term."""
    scene = Scene()
    before_half_term = date(2026, 10, 23)
    make_marks(
        scene.viewer(scene.head),
        {
            (pupil, day, session): "O"
            if (day in FRIDAYS[:6] and session is PM) or (pupil == scene.amy and day == before_half_term)
            else "/"
            for pupil in (scene.amy, scene.ben)
            for day in DAYS
            for session in SchoolSession
        },
        NOW,
    )

    page = text(sign_in(client, scene.head))

    # Six of six weeks with one worst day: 1/5 to the power of six, times ten, is about 1 in 1,562.
    assert (
        "Friday had the most absence of its week 6 of 6 times; 1.2 expected. About 1 in 1,000 by chance."
        in page
    )
    assert "The last day before a holiday had more" not in page


def test_evidence_leads_to_each_mark(scene: Scene, client: Client) -> None:
    page = text(sign_in(client, scene.head))
    evidence = re.search(rf'href="({PAGE}{scene.ben.pk}/[^"]*)"', page)
    assert evidence

    own = text(client, evidence[1].replace("&amp;", "&"))

    assert "Fridays: 8 of 8 days away, where 1.6 would be expected" in own
    for day in FRIDAYS[:8]:
        assert f"/pupils/{scene.ben.pk}/marks/{day}/am/" in own
    assert "could easily be chance" in own
    assert "The school has no marks of Ben from earlier years." in own


@pytest.mark.policy("P-8.2-4")
def test_support_starts_from_the_evidence(scene: Scene, client: Client) -> None:
    own = text(sign_in(client, scene.head), f"{PAGE}{scene.ben.pk}/")

    assert f'href="/figures/support/new/?pupil={scene.ben.pk}"' in own
    assert client.get(f"/figures/support/new/?pupil={scene.ben.pk}").status_code == 200


def test_it_narrows_to_a_group_and_to_a_kind(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)

    assert "Brown, Ben" not in text(client, f"{PAGE}?only=group:7B")
    # The sibling is of the other group and still found.
    assert "Together with Cat Carr" in text(client, f"{PAGE}?only=group:7B")
    only = text(client, f"{PAGE}?kind=siblings&by=group")
    assert "Together with" in only
    assert "<b>Fridays</b>" not in only
    assert "No pupil has a pattern" in text(client, f"{PAGE}?kind=lateness")


@pytest.mark.policy("P-8.4-2")
def test_what_stood_out_in_an_earlier_year_is_told(scene: Scene, client: Client) -> None:
    from rollbook.apps.schools.models import AcademicYear, Term

    first_day = date(2025, 9, 1)
    year = AcademicYear.objects.create(
        school=scene.school, name="2025/26", first_day=first_day, last_day=date(2026, 8, 31)
    )
    Term.objects.create(academic_year=year, name="Autumn", first_day=first_day, last_day=date(2025, 12, 19))
    scene.ben.enrolments.update(first_day=first_day)
    type(scene.school).objects.update(calendar_version=7)
    mondays = [first_day + timedelta(days=7 * week) for week in range(12)]
    marks = {
        (scene.ben, monday + timedelta(days=n), AM): "O" if n == 0 else "/"
        for monday in mondays
        for n in range(5)
    }
    make_marks(scene.viewer(scene.head), marks, NOW)

    own = text(sign_in(client, scene.head), f"{PAGE}{scene.ben.pk}/")

    assert "2025/26" in own
    assert "Mondays: 12 of 12 days away, where 2.4 would be expected; n = 60." in own


def test_a_governor_sees_groups_and_no_name_and_no_small_group(scene: Scene, client: Client) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)

    page = text(sign_in(client, governor))

    assert "Not shown: too few pupils" in page
    assert "Brown" not in page
    assert "/figures/pupils/" not in page
    assert client.get(f"{PAGE}{scene.ben.pk}/").status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_it(scene: Scene, client: Client, role: Role) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school: tests/apps/accounts/test_trusts.py")
    person = make_person(scene.school, role, last_day=DAYS[-1] if role is Role.INSPECTOR else None)
    sign_in(client, person)
    may = ROLE_PERMISSIONS[role]

    assert client.get(PAGE).status_code == (
        200 if may & {Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS} else 403
    )
    own = client.get(f"{PAGE}{scene.ben.pk}/").status_code
    assert own == (200 if Permission.MEASURES_VIEW in may else 403)


def test_another_schools_pupil_is_nowhere(scene: Scene, client: Client) -> None:
    other = make_school("Elm Road School")
    stranger = make_pupil(other, make_group(other, "7A"), "Stranger", "Sam")
    head = make_person(other, Role.HEAD_TEACHER)
    make_marks(viewer_of(head, DAYS[-1]), {(stranger, day, AM): "I" for day in FRIDAYS[:8]}, NOW)

    assert "Stranger" not in text(sign_in(client, scene.head))
    assert client.get(f"{PAGE}{stranger.pk}/").status_code == 404
    assert "Brown" not in text(sign_in(client, head))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("period_name=days", "Give a day, or choose a period by its name."),
        ("by=shoe-size", "Choose one of these"),
        ("kind=moon", "moon"),
        ("only=year-group", "Choose one of the groups, or all of them."),
    ],
)
def test_what_can_not_be_is_refused_in_words(scene: Scene, client: Client, asked: str, says: str) -> None:
    answer = sign_in(client, scene.head).get(f"{PAGE}?{asked}")

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert client.get(f"{PAGE}{scene.ben.pk}/?period_name=days").status_code == 422


def test_more_pupils_cost_no_more_queries(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)
    client.get(PAGE)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    few = count()
    for n in range(6):
        pupil = make_pupil(scene.school, scene.group, f"Further{n}", "Pat")
        make_marks(scene.viewer(scene.head), {(pupil, day, AM): "I" for day in FRIDAYS[:6]}, NOW)
    count()  # the roll and the marks that are new are read once

    assert count() == few <= 12


@given(st.data())
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_school_finds_what_the_rule_finds_pupil_by_pupil(data: st.DataObject) -> None:
    forget_years()
    school = make_school()
    viewer = viewer_of(make_person(school, Role.HEAD_TEACHER))
    group = make_group(school, "7A")
    pupils = [make_pupil(school, group, f"Surname{n}", "Kit") for n in range(3)]
    parent = Parent.objects.create(school=school, forename="Pat", surname="Parent")
    for pupil in pupils[:2]:
        Contact.objects.create(pupil=pupil, parent=parent, relationship="Mother", lives_with=True)
    make_marks(viewer, _habitual(data, pupils), NOW)
    period = days_between(DAYS[0], DAYS[-1])

    found = patterns(viewer, PatternsAsked(period, DIMENSIONS["group"]), NOW)

    told = {
        (row.member.id, each.look, each.sibling and each.sibling.id, each.finding.because)
        for row in found.rows
        for each in row.found
    }
    expected = set()
    for pupil in pupils:
        own = pupil_patterns(viewer, pupil.pk, period, NOW)
        assert own is not None
        expected |= {
            (pupil.pk, each.look, each.sibling and each.sibling.id, each.finding.because)
            for each in own.found
            if each.finding.answer.verdict is Verdict.PATTERN
        }
    assert told == expected
    assert len(ground(viewer, DAYS[0], DAYS[-1], NOW).members) == 3


def _habitual(data: st.DataObject, pupils: list[Pupil]) -> dict[tuple[Pupil, date, SchoolSession], str]:
    """Marks with a habit drawn for each pupil, so that there is something to find, and noise over it."""
    fortnight = {day for day in DAYS if day.weekday() in (0, 4) and (day.toordinal() + 2) // 7 % 2 == 0}
    lately = {day for day in DAYS[32:] if day.weekday() in (1, 3)}
    habits: list[tuple[set[date], tuple[SchoolSession, ...]]] = [
        (set(), (AM, PM)),
        (set(FRIDAYS), (AM, PM)),
        (set(FRIDAYS), (PM,)),
        (fortnight, (AM, PM)),
        (set(DAYS[10:18]), (AM, PM)),
        (lately, (AM,)),
    ]
    marks = {}
    for pupil in pupils:
        days, sessions = data.draw(st.sampled_from(habits))
        noise = data.draw(st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from([AM, PM])), max_size=8))
        symbol = data.draw(st.sampled_from(["I", "O", "L", "U", "C2"]))
        for day in DAYS:
            for session in SchoolSession:
                is_away = (day in days and session in sessions) or (day, session) in noise
                marks[pupil, day, session] = symbol if is_away else "/" if session is AM else "\\"
    return marks


def test_every_kind_has_words() -> None:
    assert len({kind.words for kind in Kind}) == len(Kind)
