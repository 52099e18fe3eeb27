"""What the jobs of a school did, what failed and was not made good since, and whether a worker is alive."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from rollbook.apps.jobs.models import Run, Worker
from rollbook.apps.jobs.queries.table import Job, jobs
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.schedule import next_slot

SILENT_AFTER = timedelta(minutes=2)
"""No sign of life for this long, and people are told that nothing goes on in the background."""
_LATEST = 30
_LARGEST_ID = 2**63 - 1  # SQLite refuses to compare with more


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job with its latest run, if there was one, and when it comes next."""

    job: Job
    latest: Run | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """Is a worker alive, when was the last sign of one, and how many tasks wait?"""

    is_alive: bool
    last_sign: datetime | None
    waiting: int


def _own(viewer: Viewer) -> QuerySet[Run]:
    if not viewer.may(Permission.JOBS_VIEW):
        return Run.objects.none()
    return Run.objects.filter(school_id=viewer.school_id)


def job_lines(viewer: Viewer, now: datetime) -> list[JobLine]:
    """Every job in the table's order. One query."""
    newest = _own(viewer).values("job").annotate(newest=Max("id")).values("newest")
    latest = {run.job: run for run in _own(viewer).filter(pk__in=newest)}
    calendar = timetable(viewer).calendar
    found = []
    for job in jobs():
        slot = next_slot(job.when, calendar, now)
        found.append(JobLine(job, latest.get(job.name), slot.due_at if slot else None))
    return found


def is_there(viewer: Viewer, run_id: int) -> bool:
    """Is this a run of the viewer's school? One query."""
    return run_id <= _LARGEST_ID and _own(viewer).filter(pk=run_id).exists()


def open_failures(viewer: Viewer) -> QuerySet[Run]:
    """The runs that failed, the newest first, unless the same job has gone well since."""
    better = Run.objects.filter(
        school_id=OuterRef("school_id"),
        job=OuterRef("job"),
        state=Run.State.DONE,
        due_at__gte=OuterRef("due_at"),
    )
    return _own(viewer).filter(state=Run.State.FAILED).exclude(Exists(better)).order_by("-due_at", "-id")


def latest_runs(viewer: Viewer) -> list[Run]:
    """The newest runs that said something or did not go well. One query."""
    rows = _own(viewer).exclude(state=Run.State.DONE, result="")
    return list(rows.order_by("-due_at", "-id")[:_LATEST])


def failed_count(viewer: Viewer, _today: date) -> int:
    """How many failures nobody has made good. One query."""
    return open_failures(viewer).count()


def is_alive(now: datetime) -> bool:
    """Whether a worker gave a sign of life of late; one that stopped says nothing of the others. One query."""
    alive = Worker.objects.filter(
        stopped_at=None, beat_at__gt=now - SILENT_AFTER, beat_at__lt=now + SILENT_AFTER
    )
    return alive.exists()


def pulse(now: datetime) -> Pulse:
    """Whether the background works. Three queries."""
    worker = Worker.objects.order_by("-beat_at").first()
    last_sign = worker.beat_at if worker else None
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY).count()
    return Pulse(is_alive(now), last_sign, waiting)
