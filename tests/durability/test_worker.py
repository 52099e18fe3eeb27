"""kill -9 of workers in the middle of sending: no message is lost, and one that may have gone twice says so.

The real command with the product's own settings, a real mail server that takes its time, and a clock that is moved on
past the claims of the dead.
"""

import asyncio
import email
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from bench.server import ROOT, free_port, run
from rollbook.apps.jobs.actions.scheduling import begin_due
from rollbook.apps.jobs.actions.working import end, take
from rollbook.apps.jobs.models import Run
from rollbook.apps.jobs.tasks import run_job
from tests.apps.registers.scene import at
from tests.durability.conftest import ROLLBOOK, Prepared
from tests.durability.crowd import end_of_request, together
from tests.factories.people import make_school

ON_POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
MESSAGES = 30
PAST_ALL_CLAIMS = 15 * 60

pytestmark = [pytest.mark.races, pytest.mark.enable_socket]


class SlowBox:
    """A mail server that has taken a letter for a while before it says so."""

    def __init__(self) -> None:
        self.numbers: list[str] = []
        self.seconds = 0.15

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Takes a letter and thinks about it."""
        self.numbers.append(str(email.message_from_bytes(envelope.content)["Message-ID"]).strip("<>"))
        await asyncio.sleep(self.seconds)
        return "250 Taken"


@pytest.fixture
def slow_box() -> Iterator[tuple[SlowBox, int]]:
    box, port = SlowBox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


def to_a_monday_at_ten() -> int:
    """By how many seconds the clock is moved: to a school morning, on which every job of the day is due as well."""
    return int((at(10) - datetime.now(UTC)).total_seconds())


def worker(env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Starts `rollbook worker`."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, *ROLLBOOK, "worker"], env=env, cwd=ROOT, stdout=out, stderr=out
        )


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def look(env: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(["-m", "tests.durability.letters", "look"], env))
    return found


def kill_workers_while_they_send(prepared: Prepared, box: SlowBox, port: int) -> None:
    env = prepared("letters", to_a_monday_at_ten()) | {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    log = Path(env["ROLLBOOK_DATA"]) / "worker.log"
    run(["-m", "tests.durability.letters", "write", str(MESSAGES)], env)
    for _ in range(2):
        before, workers = len(box.numbers), [worker(env, log), worker(env, log)]
        wait_until(
            lambda before=before: len(box.numbers) > before + 6, f"nothing was sent:\n{log.read_text()}"
        )
        for each in workers:
            each.kill()
            each.wait(30)
        env = env | {"ROLLBOOK_CLOCK_OFFSET": str(int(env["ROLLBOOK_CLOCK_OFFSET"]) + PAST_ALL_CLAIMS)}
    cut_off = look(env)
    assert cut_off["tasks"].count("RUNNING") >= 1, "nobody was killed in the middle"

    workers = [worker(env, log), worker(env, log)]
    wait_until(lambda: len(set(box.numbers)) == MESSAGES, f"not all were sent:\n{log.read_text()}")
    wait_until(
        lambda: {row["state"] for row in look(env)["messages"].values()} == {"sent"}, "not all were noted"
    )
    for each in workers:
        each.send_signal(signal.SIGTERM)
    assert [each.wait(30) for each in workers] == [0, 0]

    found = look(env)
    assert len(found["stopped"]) == 2
    assert not {"RUNNING", "FAILED"} & set(found["tasks"])
    assert len(set(found["runs"])) == len(found["runs"])
    times = Counter(number.partition("@")[0] for number in box.numbers)
    assert set(times) == set(found["messages"])
    for reference, row in found["messages"].items():
        assert row["attempts"][-1] == "taken"
        # Whether it went twice is known by nobody but the mail server; that it may have is said.
        assert row["maybe_twice"] or times[reference] == 1
        assert row["maybe_twice"] == ("cut_off" in row["attempts"])


@pytest.mark.skipif(ON_POSTGRES, reason="shown in the run on SQLite")
def test_killing_workers_on_sqlite(on_sqlite: Prepared, slow_box: tuple[SlowBox, int]) -> None:
    kill_workers_while_they_send(on_sqlite, *slow_box)


@pytest.mark.postgres
def test_killing_workers_on_postgresql(on_postgres: Prepared, slow_box: tuple[SlowBox, int]) -> None:
    kill_workers_while_they_send(on_postgres, *slow_box)


@pytest.mark.skipif(ON_POSTGRES, reason="shown in the run on SQLite")
def test_a_worker_told_to_stop_finishes_what_it_is_at(
    on_sqlite: Prepared, slow_box: tuple[SlowBox, int]
) -> None:
    box, port = slow_box
    box.seconds = 1.5
    env = on_sqlite("gentle", to_a_monday_at_ten()) | {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    log = Path(env["ROLLBOOK_DATA"]) / "worker.log"
    run(["-m", "tests.durability.letters", "write", "5"], env)
    one = worker(env, log)
    wait_until(lambda: len(box.numbers) == 1, f"nothing was sent:\n{log.read_text()}")

    one.send_signal(signal.SIGTERM)

    assert one.wait(30) == 0
    found = look(env)
    assert sorted(row["state"] for row in found["messages"].values()) == ["sent", *["waiting"] * 4]
    assert not any(row["maybe_twice"] for row in found["messages"].values())
    assert "RUNNING" not in found["tasks"]
    assert len(found["stopped"]) == 1


@pytest.mark.django_db(transaction=True)
def test_six_schedulers_begin_a_days_jobs_once_each(settings: Any) -> None:
    settings.ROLLBOOK_JOBS = [
        ("Quarters", "every 15 minutes", "tests.durability.test_worker.nothing"),
        ("Morning", "at 07:00 on school days", "tests.durability.test_worker.nothing"),
    ]
    schools = [make_school(), make_school("Elm Road School")]
    moments = [at(hour, minute) for hour in range(6, 10) for minute in (0, 15, 30, 45)]

    def scheduler() -> None:
        for moment in moments:
            begin_due(at=moment)
            end_of_request()

    together([scheduler] * 6)

    assert Run.objects.filter(job="Quarters").count() == len(moments) * len(schools)
    assert Run.objects.filter(job="Morning").count() == len(schools)
    assert DBTaskResult.objects.count() == Run.objects.count()


@pytest.mark.django_db(transaction=True)
def test_four_workers_take_each_task_once() -> None:
    for number in range(60):
        run_job.enqueue(number)
    taken: list[str] = []

    def one_worker(name: str) -> Callable[[], None]:
        def work() -> None:
            while (task := take(worker=name, at=at(9))) is not None:
                taken.append(str(task.pk))
                assert end(task=task, worker=name, at=at(9))
                end_of_request()

        return work

    together([one_worker(f"worker {number}") for number in range(4)])

    assert len(taken) == len(set(taken)) == 60
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {TaskResultStatus.SUCCESSFUL}


def nothing(_school_id: int, _slot: object, _now: object) -> None:
    """A job that does nothing."""
