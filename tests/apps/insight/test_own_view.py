"""What a pupil is shown of their own attendance: the register's own figures, kind plain words, and nobody else."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.audit.models import Event
from rollbook.apps.insight.presenters.own_view import own_context, own_paper
from rollbook.apps.insight.queries.own_view import OwnView, own_view
from rollbook.apps.roll.models import Pupil
from rollbook.apps.support.actions.supporting import SupportDraft, start_support
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.codes import CODES
from rollbook.domain.own_view import OwnCount, Turn
from rollbook.domain.sessions import SchoolSession
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_pupil
from tests.factories.registers import make_marks
from tests.paper import pages_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]

WEEK = [MONDAY + timedelta(days=n) for n in range(5)]
FRIDAY = WEEK[-1]
NOW = at(16, on=FRIDAY)


@pytest.fixture
def friday() -> Iterator[None]:
    """Friday afternoon."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """Ben: Monday all, Tuesday late, Wednesday afternoon ill, the rest all; Amy was always there."""
    scene = Scene()
    marked(scene, scene.ben, "/\\", "L\\", "/I", "/\\", "/\\")
    marked(scene, scene.amy, *["/\\"] * 5)
    return scene


def marked(scene: Scene, pupil: Pupil, *days: str) -> None:
    marks = {
        (pupil, day, session): symbol
        for day, pair in zip(WEEK, days, strict=False)
        for session, symbol in zip((AM, PM), pair, strict=True)
    }
    make_marks(scene.viewer(scene.head, FRIDAY), marks, NOW)


def seen(scene: Scene, pupil: Pupil, by: Any = None) -> OwnView:
    found = own_view(scene.viewer(by or scene.head, FRIDAY), pupil.pk, NOW)
    assert found is not None
    return found


def page_of(client: Client, pupil: Pupil) -> str:
    answer = client.get(f"/pupils/{pupil.pk}/own/")
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.policy("P-3.8-1")
def test_the_figures_are_those_of_the_register(scene: Scene) -> None:
    stretch = seen(scene, scene.ben).stretches[0]

    assert stretch.count == OwnCount(
        counted=10,
        here=9,
        missed=1,
        on_time=8,
        late=1,
        best=2,
        best_first=MONDAY,
        best_last=WEEK[1],
        run=2,
    )
    assert stretch.minutes == 5


@pytest.mark.policy("P-3.8-1")
def test_the_page_says_them_in_plain_words_and_shapes(scene: Scene, client: Client) -> None:
    page = page_of(sign_in(client, scene.teacher), scene.ben)

    for words in (
        "Ben, this is your time at school",
        "<b>4½</b> days here",
        "<b>½</b> day missed",
        "<b>8</b> times on time",
        "<b>5</b> minutes lost by being late",
        "You missed half a day.",
        "You came late once.",
        "Your best run is 2 school days in a row, from 14 September to 15 September.",
        "That is your run right now. Keep it up!",
    ):
        assert words in page
    shapes = re.findall(r"own__shape--(\w+)", page.partition("<tbody>")[2])
    assert shapes == ["all", "all", "half", "all", "all"]


@pytest.mark.policy("P-3.8-1")
def test_it_says_no_reason_no_code_and_nothing_of_another_pupil(scene: Scene, client: Client) -> None:
    marked(scene, scene.cat, "IM", "EO", "GB")
    page = page_of(sign_in(client, scene.head), scene.cat)
    paper = text_of(client.get(f"/pupils/{scene.cat.pk}/own.pdf").content)

    for text in (page, paper):
        plain = re.sub(r"<[^>]+>", " ", text.partition("<main")[2] or text)
        for word in ("Ben", "Amy", "Brown", "Abbott", "average", "%"):
            assert word not in plain
        for code in CODES:
            if len(code.title) > 5 and code.symbol not in "/\\":
                assert code.title.lower() not in plain.lower()
        assert "code" not in plain.lower()


@pytest.mark.policy("P-3.8-1")
def test_it_is_one_page_of_paper_and_the_log_has_it(scene: Scene, client: Client) -> None:
    answer = sign_in(client, scene.teacher).get(f"/pupils/{scene.ben.pk}/own.pdf")

    pages = pages_of(answer.content)
    assert len(pages) == 1
    for words in ("Ben, this is your time at school", "4½", "You missed half a day.", "4½ of 5"):
        assert words in pages[0]
    event = Event.objects.get(type="extract.taken")
    assert (event.subject, event.facts["format"]) == (f"pupil:{scene.ben.pk}", "PDF")


def test_a_long_name_a_full_year_and_many_goals_still_make_one_page(scene: Scene) -> None:
    from rollbook.ui.pdf import render_pdf

    scene.ben.forename = "Maximiliana-Alexandrina " * 3
    found = seen(scene, scene.ben)
    weeks = [MONDAY + timedelta(weeks=week, days=day) for week in range(16) for day in range(5)]
    full = OwnView(
        scene.ben,
        found.stretches * 2,
        [(day, here) for day, (_, here) in zip(weeks, found.days * 16, strict=True)],
        found.turned,
        ["Be here every morning until half term, and tell Mrs Ali when the bus does not come."] * 3,
    )
    pdf = render_pdf("insight/own_view.typ", own_paper(full, "A school", NOW), made_at=NOW)

    assert len(pages_of(pdf)) == 1


@pytest.mark.policy("P-3.8-1")
def test_a_goal_is_shown_by_those_who_may_see_support(scene: Scene, client: Client) -> None:
    viewer = scene.viewer(scene.officer, FRIDAY)
    start_support(
        viewer=viewer,
        pupil_id=scene.ben.pk,
        draft=SupportDraft(
            kind="support",
            title="Breakfast club",
            why="Private reason",
            aim="Here every morning",
            first_day=FRIDAY,
            review_on=FRIDAY + timedelta(days=28),
            owner_id=scene.officer.pk,
        ),
        key=uuid4(),
        by=viewer.actor,
        at=NOW,
    )

    page = page_of(sign_in(client, scene.officer), scene.ben)
    assert "Here every morning" in page
    assert "Private reason" not in page
    assert "Breakfast club" not in page
    assert "Here every morning" not in page_of(sign_in(client, scene.teacher), scene.ben)


def test_this_half_term_is_beside_the_whole_one_before(scene: Scene) -> None:
    november = [date(2026, 11, 2) + timedelta(days=n) for n in range(5)]
    make_marks(
        scene.viewer(scene.head, november[-1]),
        {
            (scene.ben, day, session): "/" if session is AM else "\\"
            for day in november
            for session in SchoolSession
        },
        at(16, on=november[-1]),
    )

    found = own_view(scene.viewer(scene.head, november[-1]), scene.ben.pk, at(16, on=november[-1]))

    assert found is not None
    assert found.turned is not None
    assert found.turned.finding.answer is Turn.MORE
    assert (found.turned.before.here, found.turned.before.counted) == (9, 10)


def test_nothing_marked_yet_is_said_kindly(scene: Scene, client: Client) -> None:
    new = make_pupil(scene.school, scene.group, "New", "Nia", first_day=FRIDAY)

    assert "There are no days to show yet." in page_of(sign_in(client, scene.teacher), new)
    assert client.get(f"/pupils/{new.pk}/own.pdf").status_code == 200


_VOWELS = re.compile(r"[aeiouy]+")


def reading_age(text: str) -> float:
    """The Flesch-Kincaid grade, plus the five years a child has before the first; syllables are groups of vowels."""
    sentences = [each for each in re.split(r"[.!?:]+", text) if each.strip()]
    words = re.findall(r"[A-Za-z’']+", text)
    syllables = sum(max(1, len(_VOWELS.findall(word.lower().removesuffix("e")))) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59 + 5


@pytest.mark.policy("P-3.8-1")
def test_a_child_of_nine_can_read_it(scene: Scene) -> None:
    context = own_context(seen(scene, scene.ben))
    from rollbook.apps.insight.presenters import own_view as words

    sentences = [line for stretch in context["stretches"] for line in stretch["lines"]]
    sentences += [*words._TURN_WORDS.values(), *(f"{each}." for each in words.HERE_WORDS.values())]

    assert reading_age(" ".join(sentences)) <= 9
    assert max(len(sentence.split()) for sentence in sentences) <= 16
    assert reading_age("Authorised absence necessitates appropriate documentation.") > 9


def test_the_pupils_page_leads_to_it(scene: Scene, client: Client) -> None:
    page = sign_in(client, scene.teacher).get(f"/pupils/{scene.ben.pk}/").content.decode()

    assert f'href="/pupils/{scene.ben.pk}/own/">For Ben</a>' in page


@pytest.mark.parametrize("role", list(Role))
def test_whoever_may_open_the_pupils_page_may_open_it(scene: Scene, client: Client, role: Role) -> None:
    if role is Role.TRUST_LEAD:
        pytest.skip("a trust gives this role, not a school: tests/apps/accounts/test_trusts.py")
    person = make_person(scene.school, role, last_day=FRIDAY if role is Role.INSPECTOR else None)
    sign_in(client, person)
    permissions = ROLE_PERMISSIONS[role]
    expected = 200 if Permission.PUPIL_VIEW_ANY in permissions else 403
    if permissions & {Permission.PUPIL_VIEW_OWN} and expected == 403:
        expected = 404  # a teacher of no group

    for address in ("own/", "own.pdf"):
        assert client.get(f"/pupils/{scene.ben.pk}/{address}").status_code == expected
    assert client.get(f"/pupils/{scene.ben.pk}/").status_code == expected


def test_a_teacher_opens_it_for_their_own_group_only(scene: Scene, client: Client) -> None:
    sign_in(client, scene.other_teacher)

    for address in ("own/", "own.pdf"):
        assert client.get(f"/pupils/{scene.ben.pk}/{address}").status_code == 404
        assert client.get(f"/pupils/{scene.dan.pk}/{address}").status_code == 200


def test_another_schools_pupil_is_not_there(scene: Scene, client: Client) -> None:
    other = Scene(make_school("Elm Road School"))
    sign_in(client, other.head)

    assert own_view(other.viewer(other.head, FRIDAY), scene.ben.pk, NOW) is None
    assert client.get(f"/pupils/{scene.ben.pk}/own/").status_code == 404


def test_a_full_term_costs_no_more_queries_than_a_week(scene: Scene) -> None:
    viewer = scene.viewer(scene.head, FRIDAY)
    own_view(viewer, scene.ben.pk, NOW)

    with CaptureQueriesContext(connection) as queries:
        own_view(viewer, scene.amy.pk, NOW)

    assert len(queries) <= 10
