"""What the worker is given to do for the jobs' part."""

from django_tasks import task

from rollbook import clock
from rollbook.apps.jobs.actions.running import perform


@task
def run_job(run_id: int) -> None:
    """Does one occasion of one job."""
    perform(run_id, clock.now)
