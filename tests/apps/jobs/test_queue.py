"""The queue: what a killed worker left is given back, what fails is tried again, nobody takes a task twice."""

from datetime import timedelta
from typing import Any

import pytest
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from rollbook.apps.jobs.actions.beating import beat, begin_work, end_work
from rollbook.apps.jobs.actions.working import ALIVE_FOR, TryAgain, do, end, sweep, take, tidy
from rollbook.apps.jobs.models import Worker
from rollbook.domain.retries import PAUSES
from tests.apps.registers.scene import at

pytestmark = pytest.mark.django_db

READY, RUNNING = TaskResultStatus.READY, TaskResultStatus.RUNNING
done: list[str] = []


@task
def note(word: str) -> None:
    """A task of this test's own."""
    done.append(word)


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    done.clear()


def states() -> list[str]:
    return list(DBTaskResult.objects.order_by("enqueued_at").values_list("status", flat=True))


def test_a_task_is_taken_once_done_and_kept_for_a_week() -> None:
    note.enqueue("hello")
    taken = take(worker="one", at=at(9))
    assert taken is not None
    assert take(worker="two", at=at(9)) is None

    do(taken)
    assert end(task=taken, worker="one", at=at(9, 1))

    assert (done, states()) == (["hello"], [TaskResultStatus.SUCCESSFUL])
    tidy(at=at(9, 1) + timedelta(days=7))
    assert len(states()) == 1
    tidy(at=at(9, 2) + timedelta(days=7))
    assert states() == []


def test_what_is_for_later_waits_by_the_programs_clock() -> None:
    note.using(run_after=at(9, 30)).enqueue("later")

    assert take(worker="one", at=at(9, 29)) is None
    assert take(worker="one", at=at(9, 30)) is not None


def test_an_error_is_kept_and_the_task_tried_again_until_it_is_given_up() -> None:
    note.enqueue("bad")
    when = at(9)
    for pause in PAUSES:
        taken = take(worker="one", at=when)
        assert taken is not None
        end(task=taken, worker="one", at=when, error=ValueError("trouble"))
        assert take(worker="one", at=when + pause - timedelta(seconds=1)) is None
        when += pause
    taken = take(worker="one", at=when)
    assert taken is not None
    end(task=taken, worker="one", at=when, error=ValueError("trouble"))

    row = DBTaskResult.objects.get()
    assert (row.status, row.exception_class_path) == (TaskResultStatus.FAILED, "builtins.ValueError")
    assert "trouble" in row.traceback


def test_what_asks_for_a_later_moment_gets_it() -> None:
    note.enqueue("later")
    taken = take(worker="one", at=at(9))
    assert taken is not None

    end(task=taken, worker="one", at=at(9), error=TryAgain(at(11)))

    assert take(worker="one", at=at(10, 59)) is None
    again = take(worker="one", at=at(11))
    assert again is not None
    assert again.exception_class_path == ""


def test_the_task_of_a_worker_that_says_nothing_any_more_is_given_back() -> None:
    begin_work(name="one", at=at(9))
    note.enqueue("hello")
    take(worker="one", at=at(9))
    assert sweep(at=at(9) + ALIVE_FOR - timedelta(seconds=1)) == 0
    assert states() == [RUNNING]

    assert sweep(at=at(9) + ALIVE_FOR) == 1

    assert states() == [READY]
    assert take(worker="two", at=at(9, 2)) is not None


def test_a_worker_that_beats_keeps_its_long_task() -> None:
    begin_work(name="one", at=at(9))
    note.enqueue("long")
    take(worker="one", at=at(9))
    beat(name="one", at=at(9, 10))

    assert sweep(at=at(9, 10)) == 0


def test_the_task_of_a_worker_that_ended_is_given_back_at_once() -> None:
    begin_work(name="one", at=at(9))
    note.enqueue("hello")
    take(worker="one", at=at(9))
    end_work(name="one", at=at(9))

    assert sweep(at=at(9)) == 1


def test_who_was_taken_for_dead_does_not_end_the_task_of_the_second() -> None:
    begin_work(name="one", at=at(9))
    note.enqueue("hello")
    first = take(worker="one", at=at(9))
    sweep(at=at(9, 5))
    second = take(worker="two", at=at(9, 5))
    assert first is not None
    assert second is not None

    assert not end(task=first, worker="one", at=at(9, 6))
    assert states() == [RUNNING]
    assert end(task=second, worker="two", at=at(9, 6))
    assert states() == [TaskResultStatus.SUCCESSFUL]


def test_a_task_that_kills_worker_after_worker_is_given_up() -> None:
    note.enqueue("deadly")
    for number in range(6):
        assert take(worker=f"worker {number}", at=at(9)) is not None
        assert sweep(at=at(9)) == 1

    row = DBTaskResult.objects.get()
    assert row.status == TaskResultStatus.FAILED
    assert "killed again and again" in row.traceback


def test_a_beat_brings_back_a_worker_whose_row_is_gone() -> None:
    beat(name="one", at=at(9))

    assert Worker.objects.get().beat_at == at(9)


def test_a_worker_of_a_clock_that_went_ahead_is_not_taken_for_alive(settings: Any) -> None:
    """The demonstration's clock may have stood later when it was last shown."""
    begin_work(name="one", at=at(15))
    note.enqueue("hello")
    take(worker="one", at=at(9))

    assert sweep(at=at(9)) == 1
