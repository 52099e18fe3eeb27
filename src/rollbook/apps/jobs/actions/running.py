"""One occasion of a job, from its begin to what came of it."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from rollbook.apps.jobs.actions.working import TryAgain
from rollbook.apps.jobs.models import Run
from rollbook.apps.jobs.queries.table import job_named
from rollbook.clock import LONDON
from rollbook.domain.retries import next_try

logger = logging.getLogger(__name__)

_LONGEST_WORDS = 2000


class NotDone(Exception):
    """Raised by a job that could not do all it should; the text says in plain words what and why."""


def perform(run_id: int, now: Callable[[], datetime]) -> None:
    """Does a job's work and writes down what came of it. `now` tells the time, which goes on meanwhile.

    Errors: TryAgain, with the moment, where it did not work and another try makes sense.
    """
    run = _begun(run_id, now())
    if run is None:
        return
    job = job_named(run.job)
    if job is None:
        _ended(run, now(), Run.State.FAILED, problem="This version of Rollbook has no such job any more.")
        return
    try:
        words = job.work(run.school_id, run.due_at.astimezone(LONDON), now())
    except Exception as error:
        logger.exception("The job '%s' of school %s failed.", run.job, run.school_id)
        _failed(run, now(), _words(error))
    else:
        _ended(run, now(), Run.State.DONE, result=words or "")


def _begun(run_id: int, at: datetime) -> Run | None:
    """The run, now begun; None where it is over already."""
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(pk=run_id).first()
        if run is None or run.state in {Run.State.DONE, Run.State.FAILED}:
            return None
        if run.next_try_at is not None and run.next_try_at > at:
            raise TryAgain(run.next_try_at)
        run.state, run.started_at, run.finished_at, run.next_try_at = Run.State.RUNNING, at, None, None
        run.tries += 1
        run.save()
    return run


def _failed(run: Run, at: datetime, problem: str) -> None:
    again_at = next_try(run.tries, at)
    if again_at is None or again_at >= run.until:
        _ended(run, at, Run.State.FAILED, problem=problem)
        return
    _ended(run, at, Run.State.AGAIN, problem=problem, next_try_at=again_at)
    raise TryAgain(again_at)


def _ended(
    run: Run,
    at: datetime,
    state: Run.State,
    *,
    result: str = "",
    problem: str = "",
    next_try_at: datetime | None = None,
) -> None:
    # A worker that was taken for dead, and a second one that took over: what counts is the later try.
    mine = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, tries=run.tries)
    mine.update(
        state=state,
        finished_at=at,
        result=result[:_LONGEST_WORDS],
        problem=problem[:_LONGEST_WORDS],
        next_try_at=next_try_at,
    )


def _words(error: Exception) -> str:
    if isinstance(error, NotDone):
        return str(error)
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"The program met an error. Tell whoever looks after the server: {said}"
