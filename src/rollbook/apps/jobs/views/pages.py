"""Background work: is it alive, each job with its last run and its next, and what failed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from rollbook import clock
from rollbook.apps.jobs.actions.scheduling import run_again
from rollbook.apps.jobs.presenters import job_row, pulse_words, run_line
from rollbook.apps.jobs.queries.runs import is_there, job_lines, latest_runs, open_failures, pulse
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.permissions import requires

_MOST_FAILURES = 50


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


@requires(Permission.JOBS_VIEW)
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """The page. It changes by itself, so it is made anew each time."""
    viewer, now = _viewer(request), clock.now()
    beat = pulse(now)
    context = {
        "pulse": beat,
        "last_sign": pulse_words(beat),
        "failures": [run_line(run) for run in open_failures(viewer)[:_MOST_FAILURES]],
        "jobs": [job_row(line) for line in job_lines(viewer, now)],
        "latest": [run_line(run) for run in latest_runs(viewer)],
    }
    return render(request, "jobs/work.html", context)


@requires(Permission.JOBS_VIEW)
@require_POST
def again(request: HttpRequest, run_id: int) -> HttpResponse:
    """Runs what failed once more. Errors: Http404 for another school's."""
    viewer = _viewer(request)
    if not is_there(viewer, run_id):
        raise Http404("no such run")
    try:
        run = run_again(viewer=viewer, run_id=run_id, by=viewer.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{run.job}” is run again as soon as its turn comes.")
    return redirect("jobs:work")
