"""Each occasion of a job is begun once, by the school's calendar and the program's clock."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from rollbook.apps.audit.models import Event
from rollbook.apps.jobs.actions.running import NotDone
from rollbook.apps.jobs.actions.scheduling import begin_due, forget_old, run_again
from rollbook.apps.jobs.models import Run
from rollbook.apps.jobs.queries.runs import open_failures
from rollbook.apps.jobs.queries.table import jobs
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.jobs.working import waiting, work_off
from tests.apps.registers.scene import Scene, at
from tests.factories.people import make_person, make_school, viewer_of

pytestmark = pytest.mark.django_db

MORNING = "Morning's work"
calls: list[tuple[int, datetime, datetime]] = []
problems: list[Exception] = []


def morning(school_id: int, slot: datetime, now: datetime) -> str:
    """A job of this test's own."""
    calls.append((school_id, slot, now))
    if problems:
        raise problems.pop(0)
    return f"{len(calls)} done"


@pytest.fixture(autouse=True)
def table(settings: Any) -> None:
    calls.clear()
    problems.clear()
    settings.ROLLBOOK_JOBS = [(MORNING, "when the morning register closes", f"{__name__}.morning")]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(9, 30), tick=False) as moved:
        yield moved


def test_it_is_begun_when_the_register_closes_and_then_no_more(scene: Scene, clock: Any) -> None:
    assert begin_due(at=at(9, 29)) == 0
    assert begin_due(at=at(9, 30)) == 1
    assert begin_due(at=at(9, 31)) == 0
    assert (waiting(), work_off()) == (1, 1)

    (run,) = Run.objects.all()
    assert calls == [(scene.school.pk, at(9, 30), at(9, 30))]
    assert (run.state, run.result, run.tries, run.finished_at) == (Run.State.DONE, "1 done", 1, at(9, 30))
    assert begin_due(at=at(10)) == 0


def test_each_school_has_its_own(scene: Scene, clock: Any) -> None:
    other = make_school("Elm Road School")
    assert begin_due(at=at(9, 30)) == 2

    work_off()

    assert {school for school, _, _ in calls} == {scene.school.pk, other.pk}


def test_what_fails_is_tried_again_and_then_done(scene: Scene, clock: Any) -> None:
    problems.append(OSError("the mail server is away"))
    begin_due(at=at(9, 30))
    work_off()
    run = Run.objects.get()
    assert (run.state, run.problem) == (
        Run.State.AGAIN,
        "The program met an error. Tell whoever looks after the server: OSError: the mail server is away",
    )
    assert run.next_try_at == at(9, 31)
    assert work_off() == 0
    clock.move_to(at(9, 31))

    assert work_off() == 1

    run.refresh_from_db()
    assert (run.state, run.problem, run.tries) == (Run.State.DONE, "", 2)


def test_a_job_says_in_plain_words_what_it_could_not_do(scene: Scene, clock: Any) -> None:
    problems.append(NotDone("2 sent. Not sent: the week to head@example.org"))
    begin_due(at=at(9, 30))

    work_off()

    assert Run.objects.get().problem == "2 sent. Not sent: the week to head@example.org"


def test_it_fails_for_good_and_is_run_again_by_hand(scene: Scene, clock: Any) -> None:
    problems.extend(ValueError(f"trouble {number}") for number in range(6))
    begin_due(at=at(9, 30))
    for hours in range(14):
        clock.move_to(at(9, 30) + timedelta(hours=hours))
        work_off()
        clock.move_to(at(9, 40) + timedelta(hours=hours))
        work_off()
    run = Run.objects.get()
    # The fifth try was at 12:06, and the next would be at 20:06.
    assert (run.state, len(calls)) == (Run.State.FAILED, 6)
    assert run.problem.endswith("ValueError: trouble 5")
    viewer = scene.viewer(scene.head)
    assert list(open_failures(viewer)) == [run]

    run_again(viewer=viewer, run_id=run.pk, by=viewer.actor, at=at(23, 50))
    with pytest.raises(Refused, match="Only work that failed"):
        run_again(viewer=viewer, run_id=run.pk, by=viewer.actor, at=at(23, 50))
    work_off()

    run.refresh_from_db()
    assert (run.state, run.tries) == (Run.State.DONE, 1)
    assert not open_failures(viewer).exists()
    event = Event.objects.get(type="jobs.run.again")
    assert (event.facts, event.by_name) == ({"name": MORNING, "on": "2026-09-14"}, "Hal Head")


def test_it_is_not_tried_again_when_it_makes_no_sense_any_more(scene: Scene, clock: Any) -> None:
    problems.append(ValueError("trouble"))
    clock.move_to(at(23, 59, 30))
    begin_due(at=at(23, 59, 30))

    work_off()

    assert Run.objects.get().state == Run.State.FAILED
    assert waiting() == 0


def test_a_failure_is_over_when_the_same_work_went_well_since(scene: Scene, clock: Any) -> None:
    problems.append(ValueError("trouble"))
    clock.move_to(at(23, 59, 30))
    begin_due(at=at(23, 59, 30))
    work_off()
    viewer = scene.viewer(scene.head)
    assert open_failures(viewer).count() == 1
    tuesday = date(2026, 9, 15)
    clock.move_to(at(9, 30, on=tuesday))

    begin_due(at=at(9, 30, on=tuesday))
    work_off()

    assert open_failures(viewer).count() == 0


@pytest.mark.parametrize("role", [Role.OFFICE, Role.PASTORAL_LEAD, Role.GOVERNOR])
def test_who_may_not_see_it_may_not_run_it(scene: Scene, role: Role) -> None:
    run = failed_run(scene.school.pk)
    viewer = viewer_of(make_person(scene.school, role))

    with pytest.raises(Refused, match="Your role"):
        run_again(viewer=viewer, run_id=run.pk, by=viewer.actor, at=at(10))

    assert not open_failures(viewer).exists()
    assert waiting() == 0


def test_another_schools_is_not_run(scene: Scene) -> None:
    run = failed_run(make_school("Elm Road School").pk)
    viewer = scene.viewer(scene.head)

    with pytest.raises(Refused, match="no such piece"):
        run_again(viewer=viewer, run_id=run.pk, by=viewer.actor, at=at(10))

    assert waiting() == 0


def failed_run(school_id: int) -> Run:
    return Run.objects.create(
        school_id=school_id,
        job=MORNING,
        slot="2026-09-14",
        due_at=at(9, 30),
        until=at(23),
        state=Run.State.FAILED,
        problem="trouble",
    )


def test_work_that_this_version_does_not_know_fails_and_says_so(
    scene: Scene, clock: Any, settings: Any
) -> None:
    begin_due(at=at(9, 30))
    settings.ROLLBOOK_JOBS = []

    work_off()

    run = Run.objects.get()
    assert (run.state, run.problem) == (
        Run.State.FAILED,
        "This version of Rollbook has no such job any more.",
    )
    viewer = scene.viewer(scene.head)
    with pytest.raises(Refused, match="no such job"):
        run_again(viewer=viewer, run_id=run.pk, by=viewer.actor, at=at(10))


def test_a_job_of_a_killed_worker_is_done_by_the_next(scene: Scene, clock: Any) -> None:
    begin_due(at=at(9, 30))
    Run.objects.update(state=Run.State.RUNNING, tries=1, started_at=at(9, 30))

    work_off()

    run = Run.objects.get()
    assert (run.state, run.tries, len(calls)) == (Run.State.DONE, 2, 1)


def test_what_is_done_is_not_done_again_by_a_second_task(scene: Scene, clock: Any) -> None:
    begin_due(at=at(9, 30))
    work_off()
    run = Run.objects.get()
    from rollbook.apps.jobs.tasks import run_job

    run_job.enqueue(run.pk)
    work_off()

    assert len(calls) == 1


def test_two_months_later_it_is_forgotten(scene: Scene, clock: Any) -> None:
    begin_due(at=at(9, 30))
    forget_old(at=at(9, 30) + timedelta(days=60))
    assert Run.objects.count() == 1

    forget_old(at=at(9, 31) + timedelta(days=60))

    assert Run.objects.count() == 0


def test_two_jobs_of_one_name_are_a_mistake(settings: Any) -> None:
    settings.ROLLBOOK_JOBS = [("A", "at 07:00 every day", "x.y"), ("A", "every 5 minutes", "x.z")]

    with pytest.raises(ValueError, match="same name"):
        jobs()
