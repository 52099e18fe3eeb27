"""The worker's own turn: what comes round, what it does when the database is away, and when it ends."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from rollbook.apps.jobs import worker as working
from rollbook.apps.jobs.actions.beating import begin_work
from rollbook.apps.jobs.models import Run
from rollbook.apps.jobs.worker import LOOK_SECONDS, Worker
from tests.apps.registers.scene import Scene, at

pytestmark = pytest.mark.django_db

done: list[str] = []


@task
def note(word: str) -> None:
    """A task of this test's own."""
    if word == "bad":
        raise ValueError(word)
    done.append(word)


def job(_school_id: int, _slot: datetime, _now: datetime) -> None:
    """A job of this test's own."""
    done.append("job")


@pytest.fixture(autouse=True)
def table(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done.clear()
    # The test's transaction is on this connection.
    monkeypatch.setattr(working, "close_old_connections", lambda: None)
    settings.ROLLBOOK_JOBS = [("Morning", "at 07:00 on school days", f"{__name__}.job")]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(6, 59, 55), tick=False) as moved:
        yield moved


@pytest.fixture
def one() -> Worker:
    worker = Worker()
    begin_work(name=worker.name, at=at(6, 59, 55))
    return worker


def test_a_turn_begins_what_is_due_and_does_it(one: Worker, clock: Any) -> None:
    Scene()
    assert one._turn() == LOOK_SECONDS
    clock.move_to(at(7, 0, 4))
    assert one._turn() == LOOK_SECONDS, "it looked nine seconds ago"
    clock.move_to(at(7, 0, 5))

    assert one._turn() == 0
    assert one._turn() == LOOK_SECONDS

    assert done == ["job"]
    assert Run.objects.get().state == Run.State.DONE


def test_what_fails_does_not_end_the_worker(one: Worker, clock: Any) -> None:
    note.enqueue("bad")
    note.enqueue("good")

    assert [one.work_one(), one.work_one(), one.work_one()] == [True, True, False]

    assert done == ["good"]
    states = DBTaskResult.objects.values_list("status", "exception_class_path").order_by("enqueued_at")
    assert list(states) == [("READY", "builtins.ValueError"), ("SUCCESSFUL", "")]


def test_what_it_could_not_end_while_the_database_was_away_it_gives_back_itself(
    one: Worker, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    note.enqueue("hello")

    def away(**_: Any) -> bool:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patched:
        patched.setattr(working, "end", away)
        assert one._turn() > LOOK_SECONDS
    assert DBTaskResult.objects.get().status == TaskResultStatus.RUNNING
    clock.move_to(at(7, 0, 30))

    one._turn()

    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL
    assert done == ["hello", "hello"]


def test_it_tidies_every_hour(one: Worker, clock: Any) -> None:
    note.enqueue("old")
    one._turn()
    DBTaskResult.objects.update(finished_at=at(6) - timedelta(days=8))

    one._turn()
    assert DBTaskResult.objects.count() == 1
    clock.move_to(at(8))
    one._turn()

    assert DBTaskResult.objects.count() == 0


def test_beside_another_process_it_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, beside = Worker(), Worker(beside=True)
    assert not beside._is_over()

    monkeypatch.setattr(os, "getppid", lambda: 1)

    assert beside._is_over()
    assert not alone._is_over()


def test_told_to_stop_it_takes_no_more(one: Worker) -> None:
    assert not one._is_over()

    one.stop()

    assert one._is_over()
