"""Which jobs are due, each occasion written down and queued in one transaction; and once more by hand."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.jobs.models import Run
from rollbook.apps.jobs.queries.table import Job, job_named, jobs
from rollbook.apps.jobs.tasks import run_job
from rollbook.apps.schools.queries import all_schools, timetable_of_school
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.domain.schedule import Slot, due_slot

_LONGEST_AGAIN = timedelta(days=1)
_KEPT_FOR = timedelta(days=60)


def begin_due(*, at: datetime) -> int:
    """Queues every job of every school that is due and was not begun. Returns how many.

    Any number of workers may ask at the same time: the database takes each occasion once.
    """
    begun = 0
    for school in all_schools():
        calendar = timetable_of_school(school.pk).calendar
        due = [(job, slot) for job in jobs() if (slot := due_slot(job.when, calendar, at))]
        known = set(
            Run.objects.filter(school=school, slot__in={slot.key for _, slot in due}).values_list(
                "job", "slot"
            )
        )
        begun += sum(_begin(school.pk, job, slot) for job, slot in due if (job.name, slot.key) not in known)
    return begun


def _begin(school_id: int, job: Job, slot: Slot) -> bool:
    try:
        with transaction.atomic():
            run = Run.objects.create(
                school_id=school_id, job=job.name, slot=slot.key, due_at=slot.due_at, until=slot.until
            )
            run_job.enqueue(run.pk)
    except IntegrityError:  # another worker was first
        return False
    return True


def run_again(*, viewer: Viewer, run_id: int, by: Actor, at: datetime) -> Run:
    """Queues a job that failed once more, at once. Errors: Refused."""
    if not viewer.may(Permission.JOBS_VIEW):
        raise Refused.one("", "Your role may not run background work again.")
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(school_id=viewer.school_id, pk=run_id).first()
        if run is None:
            raise Refused.one("", "There is no such piece of work at your school.")
        if run.state != Run.State.FAILED:
            raise Refused.one("", "Only work that failed is run again.")
        if job_named(run.job) is None:
            raise Refused.one("", "This version of Rollbook has no such job any more.")
        run.state, run.tries, run.next_try_at = Run.State.QUEUED, 0, None
        run.until = max(run.until, at + _LONGEST_AGAIN)
        run.save()
        run_job.enqueue(run.pk)
        record(
            type="jobs.run.again",
            by=by,
            at=at,
            school_id=viewer.school_id,
            facts={"name": run.job, "on": run.slot[:10]},
        )
    return run


def forget_old(*, at: datetime) -> None:
    """Removes what the page no longer shows: occasions of two months ago, whatever came of them."""
    Run.objects.filter(due_at__lt=at - _KEPT_FOR).delete()
