"""Background work: who may open it, what it says of jobs and the worker, and that what failed can be run again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.audit.models import Event
from rollbook.apps.jobs.actions.beating import begin_work, end_work
from rollbook.apps.jobs.models import Run
from rollbook.apps.jobs.presenters import took_words
from rollbook.apps.jobs.queries.notices import notices_for
from rollbook.apps.jobs.queries.runs import failed_count, pulse
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from tests.apps.jobs.working import work_off
from tests.apps.registers.scene import Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of

pytestmark = pytest.mark.django_db

PAGE = "/school/background/"
JOB = "Weekly e-mails of kept views"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(10), tick=False) as moved:
        yield moved


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def officer(scene: Scene) -> Client:
    return sign_in(Client(), scene.officer)


def run_of(scene: Scene, state: str = Run.State.FAILED, **other: Any) -> Run:
    given: dict[str, Any] = {
        "school": scene.school,
        "job": JOB,
        "slot": "2026-09-14",
        "due_at": at(7),
        "until": at(23, 59),
        "state": state,
        "tries": 5,
        "started_at": at(9, 58),
        "finished_at": at(9, 58, 3),
        "problem": "2 sent. Not sent: The week",
    }
    return Run.objects.create(**(given | other))


def words(client: Client, status: int = 200) -> str:
    response = client.get(PAGE)
    assert response.status_code == status
    return str(response.content.decode())


@pytest.mark.parametrize("role", Role)
def test_who_may_open_it(scene: Scene, role: Role) -> None:
    run = run_of(scene)
    client = sign_in(Client(), make_person(scene.school, role))
    may = Permission.JOBS_VIEW in ROLE_PERMISSIONS[role]

    words(client, 200 if may else 403)
    assert client.post(f"{PAGE}{run.pk}/again/").status_code == (302 if may else 403)
    run.refresh_from_db()
    assert run.state == (Run.State.QUEUED if may else Run.State.FAILED)


def test_it_shows_each_job_with_its_last_run_and_its_next(scene: Scene, officer: Client) -> None:
    run_of(scene, Run.State.DONE, result="3 sent", problem="")

    page = words(officer)

    assert "At 07:00 every day" in page
    assert "3 sent" in page
    assert "took 3.0 s" in page
    assert "Tue 15 Sep 2026 at 07:00" in page
    assert "Every 15 minutes" in page
    assert "Mon 14 Sep 2026 at 10:15" in page


def test_what_failed_stands_first_and_is_run_again(scene: Scene, officer: Client) -> None:
    run = run_of(scene)
    page = words(officer)
    assert page.index("2 sent. Not sent: The week") < page.index("What is done and when")
    assert "Tried 5 times" in page

    response = officer.post(f"{PAGE}{run.pk}/again/", follow=True)

    assert "is run again as soon as its turn comes" in response.content.decode()
    work_off()
    run.refresh_from_db()
    assert (run.state, run.result) == (Run.State.DONE, "0 sent")
    assert Event.objects.filter(type="jobs.run.again").count() == 1
    again = officer.post(f"{PAGE}{run.pk}/again/", follow=True)
    assert "Only work that failed is run again." in again.content.decode()


def test_another_schools_is_never_seen(scene: Scene, officer: Client) -> None:
    theirs = run_of(Scene(make_school("Elm Road School")), problem="Far trouble")

    assert "Far trouble" not in words(officer)
    for number in (theirs.pk, 10**30):
        assert officer.post(f"{PAGE}{number}/again/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == Run.State.FAILED
    assert failed_count(scene.viewer(scene.officer), at(10).date()) == 0


def test_the_worker_is_alive_while_it_says_so(scene: Scene, officer: Client) -> None:
    assert "It has never run on this server." in words(officer)
    begin_work(name="one", at=at(9, 59))
    assert pulse(at(10)).is_alive
    assert "Nothing is being done in the background." not in words(officer)

    assert not pulse(at(10, 1)).is_alive
    begin_work(name="two", at=at(10))
    end_work(name="two", at=at(10, 0, 30))

    # One that stopped last says nothing of another that goes on.
    assert pulse(at(10, 0, 40)).is_alive
    assert not pulse(at(10, 2)).is_alive


def test_the_first_pages_warn_those_who_see_to_it(scene: Scene, officer: Client) -> None:
    viewer = scene.viewer(scene.officer)
    titles = [notice["title"] for notice in notices_for(viewer, at(10))]
    assert titles == ["Nothing is being done in the background."]
    begin_work(name="one", at=at(10))
    assert notices_for(viewer, at(10)) == []
    run_of(scene)
    (notice,) = notices_for(viewer, at(10))
    assert (notice["title"], notice["text"], notice["href"]) == ("Background work failed.", f"{JOB}.", PAGE)
    assert "Background work failed." in officer.get("/today/").content.decode()

    office = viewer_of(scene.office)
    with CaptureQueriesContext(connection) as queries:
        assert notices_for(office, at(10)) == []
    assert len(queries) == 0


def test_it_costs_the_same_however_many_runs(scene: Scene, officer: Client) -> None:
    run_of(scene)
    words(officer)
    with CaptureQueriesContext(connection) as before:
        words(officer)
    for day in range(1, 20):
        run_of(scene, slot=f"2026-08-{day:02}", due_at=at(7) - timedelta(days=day))
    with CaptureQueriesContext(connection) as after:
        words(officer)

    assert len(after) == len(before) <= 18


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "under 0.1 s"), (0.42, "0.4 s"), (12.4, "12 s"), (119, "119 s"), (180, "3 min")],
)
def test_how_long_it_took_in_words(seconds: float, said: str) -> None:
    run = Run(started_at=at(9), finished_at=at(9) + timedelta(seconds=seconds))

    assert took_words(run) == said
    assert took_words(Run(started_at=at(9))) == ""
