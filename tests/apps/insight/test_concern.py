"""The pupils of concern: who is listed and why, who may look, and that no kernel leaves out whom a rule would name."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.insight.queries import concern as module
from rollbook.apps.insight.queries.concern import concerns
from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.models import PolicySetting
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.concern import Reason, Tier
from tests.apps.registers.scene import AM, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]

MONDAYS = [date(2026, 9, 14) + timedelta(weeks=n) for n in range(4)]
DAYS = [monday + timedelta(days=n) for monday in MONDAYS for n in range(5)]
FRIDAY = DAYS[-1]


@pytest.fixture
def friday() -> Iterator[None]:
    """Friday afternoon after four weeks of marks."""
    with time_machine.travel(at(16, on=FRIDAY), tick=False):
        yield


def marked(scene: Scene, by_pupil: dict[Pupil, str]) -> None:
    """A code for each of the twenty days, morning and afternoon, spaces left out."""
    marks = {}
    for pupil, codes in by_pupil.items():
        for day, code in zip(DAYS, codes, strict=False):
            if code != " ":
                marks[pupil, day, AM] = code
                marks[pupil, day, PM] = "\\" if code == "/" else code
    make_marks(scene.viewer(scene.head), marks, at(15, 59, on=FRIDAY))


@pytest.fixture
def scene() -> Scene:
    """Amy always came, Ben missed the last five of twenty days without leave, Cat two and a half of twenty ill."""
    scene = Scene()
    marked(scene, {scene.amy: "/" * 20, scene.ben: "/" * 15 + "O" * 5, scene.cat: "/" * 10 + "I" + "/" * 9})
    return scene


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_it(scene: Scene, client: Client, role: Role) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school: tests/apps/accounts/test_trusts.py")
    person = make_person(scene.school, role, last_day=FRIDAY if role is Role.INSPECTOR else None)

    answer = sign_in(client, person).get("/figures/concern/")

    assert answer.status_code == (200 if Permission.MEASURES_VIEW in ROLE_PERMISSIONS[role] else 403)


@pytest.mark.policy("P-8.2-1", "P-8.3-1", "P-8.4-2")
def test_pupils_are_listed_with_the_reasons_in_words(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.head).get("/figures/concern/").content.decode()

    # 30 of 40 sessions; ten O in the last week; five days in a row.
    assert "Attended 30 of 40 possible sessions this year, 75.0%. A tenth or more missed." in page
    assert "10 sessions marked G, N, O or U in the ten school weeks up to 9 October 2026" in page
    assert "Absent 5 school days in a row since 5 October 2026" in page
    assert "5 school days in a row marked only G, N, O or U" in page
    assert f"/pupils/{scene.ben.pk}/?on=2026-10-09" in page
    # 38 of 40 is 95 %, not below the line, but one more week off would be too much.
    assert "Carr, Cat" not in page or "Close to persistent absence" in page
    assert "Abbott, Amy" not in page


def test_the_most_pressing_comes_first(scene: Scene) -> None:
    marked(scene, {scene.dan: "I" * 12 + "/" * 8})

    found = concerns(scene.viewer(scene.head, FRIDAY), at(16, on=FRIDAY))

    assert found is not None
    assert [row.member.forename for row in found.rows][:2] == ["Dan", "Ben"]
    assert found.rows[0].concern.tier is Tier.SEVERE
    assert found.on_roll == 4


def test_the_schools_own_line_counts_from_its_day(scene: Scene) -> None:
    PolicySetting.objects.create(
        school=scene.school,
        name="concern_percent",
        value=98,
        effective_from=FRIDAY,
        approved_at_meeting="Governors",
    )

    found = concerns(scene.viewer(scene.head, FRIDAY), at(16, on=FRIDAY))

    assert found is not None
    assert [row.concern.tier for row in found.rows if row.member.id == scene.cat.pk] == [Tier.AT_RISK]


def test_a_kernel_leaves_out_nobody_whom_a_rule_would_name(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(4)  # the same marks each time
    weights = [(90, 2, 2, 2, 4), (60, 10, 10, 10, 10), (97, 1, 1, 1, 0), (30, 60, 5, 5, 0)]
    pupils = {}
    for n in range(40):
        codes = "".join(random.choices("/IOL ", weights[n % 4], k=20))
        if n % 5 == 0:
            codes = codes[:17] + random.choice(["III", "O I", "BB "])
        pupils[make_pupil(scene.school, scene.group, f"Pupil{n}", "Pat")] = codes
    marked(scene, pupils)
    viewer, now = scene.viewer(scene.head, FRIDAY), at(16, on=FRIDAY)

    found = concerns(viewer, now)
    monkeypatch.setattr(module, "_could_be", lambda look: look.year.possible >= 0)
    everybody = concerns(viewer, now)

    assert found is not None
    assert found == everybody
    assert len(found.rows) > 20
    assert {Reason.ILLNESS, Reason.AWAY, Reason.THRESHOLD, Reason.CLOSE} & {
        cause.reason for row in found.rows for cause in row.concern.causes
    }


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("tier=persistent", {"Brown"}),
        ("tier=severe", set()),
        ("reason=threshold", {"Brown"}),
        ("reason=rising", set()),
        ("year_group=Year+8", {"Brown"}),
        ("year_group=Year+9", set()),
    ],
)
def test_the_list_can_be_narrowed(scene: Scene, client: Client, asked: str, names: set[str]) -> None:
    page = sign_in(client, scene.head).get(f"/figures/concern/?{asked}").content.decode()

    assert {name for name in ("Brown", "Abbott", "Dale") if f"{name}, " in page} == names
    assert ("Nobody on roll is of concern for this" in page) == (not names)


@pytest.mark.parametrize("asked", ["tier=moon", "reason=moon", "year_group=moon"])
def test_what_is_no_choice_is_refused(scene: Scene, client: Client, asked: str) -> None:
    answer = sign_in(client, scene.head).get(f"/figures/concern/?{asked}")

    assert answer.status_code == 422
    assert "Brown" not in answer.content.decode()


def test_leavers_are_not_listed(scene: Scene) -> None:
    spell = scene.ben.enrolments.get()
    spell.last_day = FRIDAY - timedelta(days=1)
    spell.save()

    found = concerns(scene.viewer(scene.head, FRIDAY), at(16, on=FRIDAY))

    assert found is not None
    assert scene.ben.pk not in {row.member.id for row in found.rows}


def test_another_schools_pupils_are_not_listed(scene: Scene) -> None:
    other = make_school("Elm Road School")
    make_pupil(other, make_group(other, "7A"), "Stranger", "Sam")
    head = Scene.viewer(Scene(make_school("Oak Road School")), make_person(other, Role.HEAD_TEACHER), FRIDAY)

    found = concerns(head, at(16, on=FRIDAY))

    assert found is not None
    assert "Brown" not in {row.member.surname for row in found.rows}


def test_more_pupils_cost_no_more_queries(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)
    client.get("/figures/concern/")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/figures/concern/").status_code == 200
        return len(queries)

    few = count()
    marked(scene, {make_pupil(scene.school, scene.group, f"More{n}", "Pat"): "O" * 20 for n in range(12)})
    client.get("/figures/concern/")

    assert count() == few
    assert few <= 12
