"""The queue: taking a task, ending it, trying it again, and giving back what a killed worker left behind.

A task that is running belongs to the worker named last in it for as long as that worker is alive. So a task is done at
least once; whoever writes a task sees to it that doing it twice does no harm.
"""

import logging
from datetime import datetime, timedelta
from traceback import format_exception
from typing import Any, TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from rollbook.apps.jobs.models import Worker
from rollbook.domain.retries import MOST_TRIES, next_try

logger = logging.getLogger(__name__)

ALIVE_FOR = timedelta(seconds=60)
"""A worker that has said nothing for this long is taken for dead."""
_KEPT_FOR = timedelta(days=7)
Queued: TypeAlias = DBTaskResult[..., Any]
_KILLED = "rollbook.WorkerKilled"


class TryAgain(Exception):
    """Raised by a task that is to be taken up again at a later moment; nothing has gone wrong with it."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"again at {at}")
        self.at = at


def take(*, worker: str, at: datetime) -> Queued | None:
    """The next task that is ready, now this worker's; None where there is none."""
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY).filter(
        Q(run_after=get_date_max()) | Q(run_after__lte=at)
    )
    # First without a lock: on SQLite a look that writes nothing holds nobody up.
    if not ready.exists():
        return None
    with transaction.atomic():
        task = ready.select_for_update(skip_locked=True).first()
        if task is not None:
            task.status = TaskResultStatus.RUNNING
            task.started_at = at
            task.worker_ids = [*task.worker_ids, worker]
            task.save(update_fields=["status", "started_at", "worker_ids"])
    return task


def do(task: Queued) -> None:
    """Calls the task's function. Errors: whatever it raises."""
    task.task.call(*task.args_kwargs["args"], **task.args_kwargs["kwargs"])


def end(*, task: Queued, worker: str, at: datetime, error: BaseException | None = None) -> bool:
    """A task is done, or is to be tried again, or has failed for good. False where it is this worker's no more."""
    with transaction.atomic():
        row = _locked(task.pk)
        if row is None or row.status != TaskResultStatus.RUNNING or row.worker_ids[-1:] != [worker]:
            logger.warning("Task %s was taken over while %s worked on it.", task.pk, worker)
            return False
        if error is None:
            row.status, row.finished_at = TaskResultStatus.SUCCESSFUL, at
            row.exception_class_path = row.traceback = ""
        elif isinstance(error, TryAgain):
            row.status, row.run_after = TaskResultStatus.READY, error.at
        else:
            _note(row, error)
            _pause(row, at)
        row.save()
    return True


def _note(row: Queued, error: BaseException) -> None:
    row.exception_class_path = f"{type(error).__module__}.{type(error).__qualname__}"
    row.traceback = "".join(format_exception(error))


def _pause(row: Queued, at: datetime) -> None:
    again_at = next_try(len(row.worker_ids), at)
    if again_at is None:
        row.status, row.finished_at = TaskResultStatus.FAILED, at
    else:
        row.status, row.run_after = TaskResultStatus.READY, again_at


def sweep(*, at: datetime, idle: str = "") -> int:
    """Gives back the tasks of workers that live no more. Returns how many.

    `idle` is a worker that lives and is at nothing, the one who asks: what still carries its name it could not end,
    since the database was away. A task in the middle of which worker after worker died is given up: it may be what
    kills them.
    """
    rows = list(DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).values_list("pk", "worker_ids"))
    if not rows:
        return 0
    alive = living(at) - {idle}
    return sum(_give_back(pk, alive, at) for pk, workers in rows if not alive.intersection(workers[-1:]))


def _give_back(task_id: UUID, alive: set[str], at: datetime) -> bool:
    with transaction.atomic():
        row = _locked(task_id)
        # Meanwhile somebody else may have swept, and somebody have taken it.
        if row is None or row.status != TaskResultStatus.RUNNING or alive.intersection(row.worker_ids[-1:]):
            return False
        if len(row.worker_ids) >= MOST_TRIES:
            row.status, row.finished_at = TaskResultStatus.FAILED, at
            row.exception_class_path, row.traceback = _KILLED, "Its worker was killed again and again."
            logger.error("Task %s is given up: %d workers ended in it.", row.pk, len(row.worker_ids))
        else:
            row.status, row.run_after = TaskResultStatus.READY, get_date_max()
        row.save()
    return True


def living(at: datetime) -> set[str]:
    """The names of the workers that have said lately that they are alive, by whatever clock. One query."""
    rows = Worker.objects.filter(stopped_at=None, beat_at__gt=at - ALIVE_FOR, beat_at__lt=at + ALIVE_FOR)
    return set(rows.values_list("name", flat=True))


def tidy(*, at: datetime) -> None:
    """Removes what says nothing any more: tasks that are done, and workers that are gone, for a week."""
    old = at - _KEPT_FOR
    DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=old).delete()
    Worker.objects.filter(beat_at__lt=old).delete()


def _locked(task_id: UUID) -> Queued | None:
    return DBTaskResult.objects.select_for_update().filter(pk=task_id).first()
