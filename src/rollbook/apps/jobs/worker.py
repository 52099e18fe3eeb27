"""The worker: a process that begins what is due, works off the queue, and stops gently.

It can be killed at any moment. What it was at is given back by the next worker that looks (`working.sweep`).
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType
from uuid import uuid4

from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from rollbook import clock
from rollbook.apps.jobs.actions.beating import beat, begin_work, end_work
from rollbook.apps.jobs.actions.scheduling import begin_due, forget_old
from rollbook.apps.jobs.actions.working import do, end, sweep, take, tidy

logger = logging.getLogger(__name__)

BEAT_SECONDS = 10.0
LOOK_SECONDS = 1.0
SCHEDULE_SECONDS = 10.0
TIDY_SECONDS = 3600.0
_AFTER_TROUBLE_SECONDS = 5.0


class Worker:
    """One worker. `beside` True: it also ends when the process that started it does."""

    def __init__(self, *, beside: bool = False) -> None:
        self.name = f"{os.uname().nodename[:20]}-{os.getpid()}-{uuid4().hex[:8]}"
        self._stop = threading.Event()
        self._parent = os.getppid() if beside else None
        self._last: dict[str, datetime] = {}

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """No further task is taken; the one at hand is finished."""
        self._stop.set()

    def run(self) -> None:
        """Works until it is told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        begin_work(name=self.name, at=clock.now())
        beating = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        beating.start()
        while not self._is_over():
            self._stop.wait(self._turn())
        beating.join(timeout=BEAT_SECONDS)
        end_work(name=self.name, at=clock.now())
        connections.close_all()

    def _is_over(self) -> bool:
        orphaned = self._parent is not None and os.getppid() != self._parent
        if orphaned:
            self.stop()
        return self._stop.is_set()

    def _turn(self) -> float:
        """One look at everything. Returns for how many seconds there is nothing to do."""
        try:
            # PostgreSQL's connection goes back to the pool, as after a request.
            close_old_connections()
            self.keep_up()
            return 0.0 if self.work_one() else LOOK_SECONDS
        except (DatabaseError, InterfaceError):
            # The database may be away for a minute; what was being done is still in the queue.
            logger.exception("The database did not answer the worker.")
            close_old_connections()
            return _AFTER_TROUBLE_SECONDS

    def keep_up(self) -> None:
        """What comes round: jobs that are due, tasks left behind, rows that say nothing any more."""
        self._now_and_then("schedule", SCHEDULE_SECONDS, self._look)
        self._now_and_then("tidy", TIDY_SECONDS, _tidy)

    def _now_and_then(self, name: str, seconds: float, act: Callable[[datetime], object]) -> None:
        now, last = clock.now(), self._last.get(name)
        if last is None or abs(now - last) >= timedelta(seconds=seconds):
            act(now)
            self._last[name] = now

    def work_one(self) -> bool:
        """Takes one task and does it. False where none is ready."""
        task = take(worker=self.name, at=clock.now())
        if task is None:
            return False
        error: BaseException | None = None
        try:
            do(task)
        except Exception as raised:  # noqa: BLE001 - it is kept with the task, and the worker goes on
            error = raised
        end(task=task, worker=self.name, at=clock.now(), error=error)
        return True

    def _look(self, now: datetime) -> None:
        sweep(at=now, idle=self.name)
        begin_due(at=now)

    def _beat(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            try:
                beat(name=self.name, at=clock.now())
            except (DatabaseError, InterfaceError):
                logger.warning("The database did not take the worker's sign of life.")
            finally:
                connections.close_all()


def _tidy(now: datetime) -> None:
    tidy(at=now)
    forget_old(at=now)
