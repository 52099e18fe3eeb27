"""How many queries each page of a register costs, session and user included, and that more pupils cost no more."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.apps.registers.scene import AM, MONDAY, Scene, at, mark
from tests.factories.people import sign_in
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db

# Every page asks for the session, and for the user with their appointments. A page asks once more for the calendar
# when it was changed or the process is new; that is not counted here, so each page is opened once before.
OPEN = 8
# Three of them for the figures of the year; four for what its readers see to: back-ups, work in the background,
# messages that failed; one for the reasons that are due.
BOARD = 16
MINE = 12
# Five of them for the figures of the year beside others; one for each record there may be: support, meetings, calls
# told and made, checks after an absence, leave.
PUPIL = 25
# What is written while the school's other savers wait is one statement of four on PostgreSQL.
SAVE = 8 if connection.vendor == "postgresql" else 11
# BEGIN and COMMIT are no queries.
TRANSACTION = re.compile(r"^(SAVEPOINT|RELEASE|BEGIN|COMMIT)")


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def a_large_scene() -> Scene:
    """Six more groups, and thirty pupils more in 7A."""
    scene = Scene()
    for number in range(30):
        make_pupil(scene.school, scene.group, f"More {number:02}", "Morgan")
    for number in range(6):
        group = make_group(scene.school, f"8{number}", scene.teacher)
        for pupil in range(4):
            make_pupil(scene.school, group, f"Other {pupil}", "Olive")
    return scene


def queries_of(ask: Callable[[], HttpResponse]) -> list[str]:
    """The queries of one request at 09:05, once the process is warm."""
    with time_machine.travel(at(9, 5), tick=False):
        assert ask().status_code < 400
        with CaptureQueriesContext(connection) as queries:
            assert ask().status_code < 400
    return [query["sql"] for query in queries if not TRANSACTION.match(query["sql"])]


def pages(scene: Scene) -> dict[str, tuple[str, int]]:
    """Each page's address and how many queries it may cost."""
    return {
        "open": (reverse("registers:take", args=[scene.group.pk, MONDAY, "AM"]), OPEN),
        "board": (reverse("registers:today"), BOARD),
        "mine": (reverse("registers:mine"), MINE),
        "pupil": (reverse("registers:pupil", args=[scene.ben.pk]), PUPIL),
    }


def with_a_history(scene: Scene) -> None:
    """A week of registers, some marks of it amended, and today's first marks."""
    for days in range(1, 8):
        on = MONDAY - timedelta(days=days)
        if on.weekday() < 5:
            scene.take(
                {scene.amy: "/", scene.ben: "N", scene.cat: "L"}, by=scene.office, on=on, when=at(8, 0)
            )
            again = [mark(scene.amy, "/", seen=1), mark(scene.ben, "I", seen=1), mark(scene.cat, "L", seen=1)]
            scene.take(again, by=scene.office, on=on, when=at(8, 0), reason="Parent rang")
    scene.take({scene.amy: "/", scene.ben: "N", scene.cat: "L"})
    again = [mark(scene.amy, "/", seen=1), mark(scene.ben, "I", seen=1), mark(scene.cat, "L", seen=1)]
    scene.take(again, by=scene.office, when=at(9, 4), reason="Parent rang")


@pytest.mark.parametrize("name", ["open", "board", "mine", "pupil"])
def test_a_page_costs_so_many_queries(scene: Scene, client: Client, name: str) -> None:
    with_a_history(scene)
    sign_in(client, scene.officer)
    path, allowed = pages(scene)[name]

    queries = queries_of(lambda: client.get(path))

    assert len(queries) <= allowed, "\n".join(queries)


@pytest.mark.parametrize("name", ["open", "board", "mine", "pupil"])
def test_more_pupils_and_groups_cost_no_more(
    scene: Scene, a_large_scene: Scene, client: Client, name: str
) -> None:
    counts = []
    for each in (scene, a_large_scene):
        with_a_history(each)
        sign_in(client, each.officer)
        path = pages(each)[name][0]
        counts.append(len(queries_of(lambda path=path: client.get(path))))  # type: ignore[misc]

    assert counts[0] == counts[1]


def test_a_teacher_opens_a_register_for_as_little(scene: Scene, client: Client) -> None:
    sign_in(client, scene.teacher)

    queries = queries_of(lambda: client.get(pages(scene)["open"][0]))

    assert len(queries) <= OPEN, "\n".join(queries)


def save(scene: Scene, client: Client) -> list[str]:
    """The queries of saving a whole register of 7A, every pupil in it marked for the first time."""
    pupils = [membership.pupil_id for membership in scene.group.memberships.all()]
    days = iter([MONDAY - timedelta(days=3), MONDAY])

    def post() -> HttpResponse:
        path = reverse("registers:take", args=[scene.group.pk, next(days), AM.value])
        form = {"act": "save"}
        for pupil in pupils:
            form |= {f"m-{pupil}": "present", f"v-{pupil}": "0"}
        return client.post(path, form)  # type: ignore[return-value]

    sign_in(client, scene.officer)
    return queries_of(post)


def test_saving_costs_so_many_queries_however_many_pupils(
    scene: Scene, a_large_scene: Scene, client: Client
) -> None:
    few, many = save(scene, client), save(a_large_scene, client)

    assert len(few) <= SAVE, "\n".join(few)
    assert len(many) == len(few), "\n".join(many)
    assert sum("INSERT INTO registers_entry" in query for query in many) == 1


@pytest.mark.parametrize("name", ["open", "pupil"])
def test_a_page_about_few_pupils_reads_by_pupil(scene: Scene, client: Client, name: str) -> None:
    """SQLite has no statistics: left to itself it reads all of the school's entries of a day, or of a year."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL goes by its statistics")
    with_a_history(scene)
    sign_in(client, scene.officer)

    plans = []
    for query in queries_of(lambda: client.get(pages(scene)[name][0])):
        if "FROM registers_entry" in query and "id > " not in query:
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN QUERY PLAN " + query.replace("%", "%%"))
                plans += [row[3] for row in cursor.fetchall() if "entry" in row[3]]

    assert plans
    assert all("pupil_id=?" in plan for plan in plans), plans
