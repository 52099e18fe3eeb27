"""The Explore page: what it says, where its figures lead, what it refuses, and what outsiders are not offered."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from rollbook.apps.insight.presenters.words import MINUS
from rollbook.domain.access import Role
from tests.apps.insight.test_exploring import FIRST_WEEK, worked
from tests.apps.registers.scene import AM, Scene, at
from tests.factories.people import make_person, sign_in
from tests.factories.registers import make_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]

WEEK = "period_name=days&first_day=2026-09-14&last_day=2026-09-18"


@pytest.fixture
def friday() -> Iterator[None]:
    """Friday after school in the scene's week."""
    with time_machine.travel(at(16, on=FIRST_WEEK[-1]), tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    worked(scene)
    return scene


def page(client: Client, asked: str) -> str:
    answer = client.get(f"/figures/explore/?{asked}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.policy("P-3.4-1", "P-3.4-2", "P-8.1-1", "P-8.1-5")
def test_it_says_the_figure_its_definition_its_size_and_the_gap(scene: Scene, client: Client) -> None:
    text = page(sign_in(client, scene.head), f"measure=attendance&by=group&{WEEK}")

    assert "76.7%" in text  # 23 of 30
    assert "23 of 30" in text
    assert "Sessions attended, here or at an approved activity elsewhere" in text
    # Against 87.3% of England's special schools in the autumn term before.
    assert f"{MINUS}10.6" in text
    assert (
        "DfE daily attendance data, autumn term 2024/25: 9 September 2024 to 21 December 2024, as at" in text
    )
    assert "Department for Education, Pupil attendance in schools." in text
    assert "West Midlands, special schools" in text
    assert "Birmingham, special schools" in text


def test_time_lost_is_told_in_minutes_and_sessions_with_how_much_is_not_known(
    scene: Scene, client: Client
) -> None:
    viewer = scene.viewer(scene.head)
    make_marks(viewer, {(scene.dan, FIRST_WEEK[-1], AM): "U"}, at(16, on=FIRST_WEEK[-1]), minutes=None)
    sign_in(client, scene.head)

    lost = page(client, f"measure=lost&by=group&{WEEK}")
    minutes = page(client, f"measure=minutes&by=group&{WEEK}")

    # Ben missed 2 sessions and Cat 5 of 7A's three pupils, Dan's U is an absence too.
    assert "Time lost by absence is highest in 7A: 2.3 sessions a pupil, against 2.0 sessions a pupil" in lost
    assert "7 sessions in all" in lost
    assert "which=absent" in lost
    assert "1 late session has no minutes written down" in minutes
    assert "min in all" in minutes
    assert "%" not in re.findall("<tbody>.*?</tbody>", minutes)[0]


def test_two_clicks_lead_to_the_marks(scene: Scene, client: Client) -> None:
    sign_in(client, scene.head)
    text = page(client, f"measure=code-I&by=group&{WEEK}")
    behind = re.search(r'href="(/figures/pupils/[^"]*which=code[^"]*group=7A[^"]*)"', text)
    assert behind

    pupils = client.get(behind[1].replace("&amp;", "&")).content.decode()

    assert "With a mark of I: Illness, 7A" in pupils
    assert "Carr, Cat" in pupils
    assert "Brown, Ben" not in pupils
    assert f"/pupils/{scene.cat.pk}/?on=2026-09-18#codes" in pupils


def test_the_headings_sort_and_the_question_stays(scene: Scene, client: Client) -> None:
    text = page(sign_in(client, scene.head), f"measure=attendance&by=group&{WEEK}&sort=figure")

    assert 'aria-sort="ascending"' in text
    assert "sort=-figure" in text
    assert re.search(r"period_name=days[^\"]*first_day=2026-09-14[^\"]*sort=-figure", text)


def test_a_governor_sees_totals_no_names_no_private_groups(scene: Scene, client: Client) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)

    text = page(sign_in(client, governor), f"measure=attendance&by=group&{WEEK}")

    assert "Not shown: too few pupils" in text
    assert "/figures/pupils/" not in text
    assert "Looked after" not in text
    assert 'name="only"' not in text


def test_a_private_group_asked_for_by_address_is_refused_in_words(scene: Scene, client: Client) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)

    answer = sign_in(client, governor).get(f"/figures/explore/?by=looked-after&{WEEK}")

    assert answer.status_code == 422
    assert "others are for the staff team only" in answer.content.decode()
    assert "Looked after" in page(sign_in(client, scene.head), f"by=looked-after&{WEEK}")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("measure=happiness", "happiness"),
        ("by=shoe-size", "Choose one of these"),
        ("only=shoe-size:9", "Choose one of the groups, or all of them."),
        ("only=year-group", "Choose one of the groups, or all of them."),
        ("series=gossip", "gossip"),
        ("level=moon", "moon"),
        ("sort=luck", "luck"),
        ("period_name=days", "Give a day, or choose a period by its name."),
        ("measure=%00&by=%3Cscript%3E", "Choose one of these"),
    ],
)
def test_a_question_that_can_not_be_is_refused_in_words(
    scene: Scene, client: Client, asked: str, says: str
) -> None:
    answer = sign_in(client, scene.head).get(f"/figures/explore/?{asked}")

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "<script>" not in answer.content.decode()


def test_pupils_of_one_code_without_the_code_are_refused_in_words(scene: Scene, client: Client) -> None:
    answer = sign_in(client, scene.head).get("/figures/pupils/?which=code")

    assert answer.status_code == 422
    assert "Open these pupils from a figure of one code" in answer.content.decode()


@pytest.mark.parametrize(
    "dimension",
    [
        *("year-group", "group", "key-stage", "sex", "sen", "ehc-plan", "fsm", "ethnicity", "looked-after"),
        *("authority", "transport", "language", "mobility", "social-care"),
    ],
)
def test_every_dimension_the_policy_asks_for(scene: Scene, client: Client, dimension: str) -> None:
    text = page(sign_in(client, scene.head), f"by={dimension}&{WEEK}")

    assert "76.7%" in text
