"""Works off the queue inside a test, as `rollbook worker` does, until nothing is ready."""

from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rollbook.apps.jobs.worker import Worker

MOST = 1000


def work_off() -> int:
    """Does every task that is ready by the program's clock. Returns how many."""
    worker = Worker()
    for number in range(MOST):
        if not worker.work_one():
            return number
    raise AssertionError("the queue never ends")


def waiting() -> int:
    """How many tasks are in the queue, ready now or later."""
    return DBTaskResult.objects.filter(status=TaskResultStatus.READY).count()


def forget_queue() -> None:
    """What the queue would be after its table was lost."""
    DBTaskResult.objects.all().delete()
