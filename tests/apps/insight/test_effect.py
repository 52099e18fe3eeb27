"""What changed with what was done: counted by hand, beside comparable pupils, for those who may see support only."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.insight.queries.effect import Count, Effect, effect
from rollbook.apps.roll.models import Pupil
from rollbook.apps.support.actions.supporting import SupportDraft, end_support, start_support
from rollbook.apps.support.models import Support
from rollbook.apps.support.queries.supports import dealt_alike
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.effect import Verdict
from tests.apps.registers.scene import AM, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_pupil
from tests.factories.registers import make_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]

MONDAYS = [date(2026, 9, 14) + timedelta(weeks=n) for n in range(6)]
BEGINS = MONDAYS[3]
FRIDAY = MONDAYS[5] + timedelta(days=4)
NOW = at(16, on=FRIDAY)


@pytest.fixture
def friday() -> Iterator[None]:
    """The Friday of the sixth week."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    return Scene()


def act(scene: Scene) -> dict[str, Any]:
    viewer = scene.viewer(scene.officer, FRIDAY)
    return {"viewer": viewer, "by": viewer.actor, "at": NOW}


def attend(scene: Scene, pupil: Pupil, absent_days: str) -> None:
    """So many days absent in each of the six weeks, from Monday on; the others present."""
    marks = {}
    for monday, absent in zip(MONDAYS, absent_days, strict=True):
        for n in range(5):
            for session in (AM, PM):
                marks[pupil, monday + timedelta(days=n), session] = "O" if n < int(absent) else "/"
    make_marks(scene.viewer(scene.head), marks, NOW)


def support(scene: Scene, pupil: Pupil, title: str = "Breakfast club", first_day: date = BEGINS) -> Support:
    draft = SupportDraft(
        kind="support",
        title=title,
        why="Absent on Mondays",
        aim="Every Monday",
        first_day=first_day,
        review_on=FRIDAY + timedelta(days=30),
        owner_id=scene.officer.pk,
    )
    return start_support(pupil_id=pupil.pk, draft=draft, key=uuid4(), **act(scene))


def pupils(scene: Scene, count: int, absent_days: str, born_on: date = date(2014, 5, 17)) -> list[Pupil]:
    made = [make_pupil(scene.school, scene.group, f"Pupil{n}", "Pat", born_on=born_on) for n in range(count)]
    for pupil in made:
        attend(scene, pupil, absent_days)
    return made


def found(scene: Scene, title: str = "Breakfast club") -> Effect:
    viewer = scene.viewer(scene.officer, FRIDAY)
    alike = dealt_alike(viewer, "support", title)
    return effect(viewer, alike, alike, NOW)


@pytest.mark.policy("P-3.2-4", "P-8.3-5")
def test_six_pupils_beside_comparable_ones(scene: Scene) -> None:
    """Before, all miss a day a week, 6 of 30 sessions. Then the six miss none, and the comparable four still do."""
    for pupil in pupils(scene, 6, "111000"):
        support(scene, pupil)
    pupils(scene, 4, "111111")
    pupils(scene, 2, "000000")  # another band
    pupils(scene, 3, "111111", born_on=date(2015, 5, 17))  # another year group

    answer = found(scene)

    assert [len(row.comparable) for row in answer.rows] == [4] * 6
    assert (answer.own.before, answer.own.during) == (Count(144, 180), Count(180, 180))
    assert answer.rows[0].others.during == Count(96, 120)
    assert {row.net for row in answer.rows} == {Fraction(20, 100)}
    assert answer.finding.answer is Verdict.HIGHER
    assert [number for number, _, _ in answer.weeks] == [-3, -2, -1, 1, 2, 3]
    assert answer.weeks[2][1:] == (Count(48, 60), Count(192, 240))


def test_what_would_have_happened_anyway_is_no_effect(scene: Scene) -> None:
    for pupil in pupils(scene, 6, "111000"):
        support(scene, pupil)
    pupils(scene, 4, "111000")

    answer = found(scene)

    assert {row.net for row in answer.rows} == {Fraction(0)}
    assert answer.finding.answer is Verdict.NOT_CLEAR


def test_those_who_had_it_are_not_compared_with_one_another(scene: Scene) -> None:
    for pupil in pupils(scene, 3, "111000"):
        support(scene, pupil)

    answer = found(scene)

    assert [row.comparable for row in answer.rows] == [()] * 3
    assert answer.finding.answer is Verdict.TOO_FEW
    assert "Of 3 pupils 3 rose and 0 fell: too few pupils to say" in answer.finding.because


def test_an_ended_support_has_weeks_after(scene: Scene) -> None:
    pupil = pupils(scene, 1, "112001")[0]
    made = support(scene, pupil, first_day=MONDAYS[3])
    last_day = MONDAYS[4] + timedelta(days=4)
    end_support(
        support_id=made.pk, last_day=last_day, outcome="reached", because="Done", seen_version=1, **act(scene)
    )

    own = found(scene).rows[0].own

    # Two weeks: those of 21 and 28 September before, 5 and 12 October during, 19 October after.
    assert (own.before, own.during, own.after) == (Count(14, 20), Count(20, 20), Count(8, 10))


def test_a_week_with_few_of_the_pupils_is_not_in_the_picture(scene: Scene) -> None:
    early, *late = pupils(scene, 4, "111000")
    support(scene, early, first_day=MONDAYS[1])
    for pupil in late:
        support(scene, pupil, first_day=MONDAYS[4])

    answer = found(scene)

    # The early one alone has a third, fourth and fifth week during and a third before.
    assert [len(row.weeks) for row in answer.rows] == [8, 4, 4, 4]
    assert [number for number, _, _ in answer.weeks] == [-2, -1, 1, 2]


def test_who_had_it_twice_is_one_pupil(scene: Scene) -> None:
    pupil = pupils(scene, 1, "111000")[0]
    made = support(scene, pupil, first_day=MONDAYS[1])
    last_day = MONDAYS[2] + timedelta(days=4)
    end_support(
        support_id=made.pk, last_day=last_day, outcome="partly", because="Done", seen_version=1, **act(scene)
    )
    support(scene, pupil, first_day=MONDAYS[4])

    answer = found(scene)

    assert (len(answer.rows), answer.pupils) == (2, 1)


def test_too_few_sessions_say_nothing(scene: Scene) -> None:
    support(scene, pupils(scene, 1, "111000")[0], first_day=MONDAYS[5])

    answer = found(scene)

    assert answer.rows[0].net is None
    assert answer.finding.answer is Verdict.TOO_FEW
    assert answer.finding.because.endswith("too few sessions to say.")


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_it(scene: Scene, client: Client, role: Role) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school: tests/apps/accounts/test_trusts.py")
    person = make_person(scene.school, role, last_day=FRIDAY if role is Role.INSPECTOR else None)

    answer = sign_in(client, person).get("/figures/effect/")

    assert answer.status_code == (200 if Permission.SUPPORT_RECORD in ROLE_PERMISSIONS[role] else 403)


def test_the_page_says_it_with_the_counts(scene: Scene, client: Client) -> None:
    made = [support(scene, pupil) for pupil in pupils(scene, 6, "111000")]
    pupils(scene, 4, "111111")
    sign_in(client, scene.officer)

    everybody = client.get("/figures/effect/").content.decode()
    one = client.get(f"/figures/effect/?what=support:Breakfast+club&only={made[0].pk}").content.decode()

    assert "Attendance is higher with it" in everybody
    assert "144 of 180" in everybody
    assert "+20.0" in everybody
    assert "4 pupils" in everybody
    assert "30 possible sessions in 3 weeks before and 30 during: too few sessions to say." in one
    assert "24 of 30" in one


@pytest.mark.parametrize(
    ("asked", "status"),
    [("what=moon", 422), ("what=reward:Breakfast+club", 422), ("only=987654321", 200), ("only=x", 200)],
)
def test_what_was_never_done_is_refused_and_a_stray_pupil_means_everybody(
    scene: Scene, client: Client, asked: str, status: int
) -> None:
    support(scene, pupils(scene, 1, "111000")[0])

    assert sign_in(client, scene.officer).get(f"/figures/effect/?{asked}").status_code == status


def test_before_anything_was_done_the_page_says_so(scene: Scene, client: Client) -> None:
    assert "Nothing to compare yet" in sign_in(client, scene.officer).get("/figures/effect/").content.decode()


def test_what_begins_later_is_nobody_yet(scene: Scene, client: Client) -> None:
    draft_day = FRIDAY + timedelta(days=10)
    support(scene, pupils(scene, 1, "111000")[0], first_day=draft_day)

    assert "Nobody yet" in sign_in(client, scene.officer).get("/figures/effect/").content.decode()


def test_another_schools_pupils_are_neither_treated_nor_comparable(scene: Scene, client: Client) -> None:
    other = Scene(make_school("Elm Road School"))
    pupils(other, 3, "111111")
    for pupil in pupils(other, 1, "111000"):
        support(other, pupil, "Taxi")
    support(scene, pupils(scene, 1, "111000")[0])

    assert found(scene).rows[0].comparable == ()
    assert "Taxi" not in sign_in(client, scene.officer).get("/figures/effect/").content.decode()


def test_more_pupils_cost_no_more_queries(scene: Scene, client: Client) -> None:
    support(scene, pupils(scene, 1, "111000")[0])
    sign_in(client, scene.officer)
    client.get("/figures/effect/")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/figures/effect/").status_code == 200
        return len(queries)

    few = count()
    for pupil in pupils(scene, 6, "111000"):
        support(scene, pupil)
    client.get("/figures/effect/")

    assert count() == few
