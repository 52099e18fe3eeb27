"""The background's work in words."""

from dataclasses import dataclass
from datetime import datetime

from rollbook.apps.jobs.models import Run
from rollbook.apps.jobs.queries.runs import JobLine, Pulse
from rollbook.apps.jobs.queries.table import job_named
from rollbook.ui.words import clock_time, local, moment

_LOOKS = {
    Run.State.QUEUED: "info",
    Run.State.RUNNING: "info",
    Run.State.AGAIN: "warn",
    Run.State.DONE: "good",
    Run.State.FAILED: "alarm",
}


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run as a row shows it."""

    run: Run
    state: str
    look: str
    took: str
    words: str
    can_be_repeated: bool


def run_line(run: Run) -> RunLine:
    """A run with what came of it."""
    words = run.result
    if run.state == Run.State.FAILED:
        words = run.problem
    if run.state == Run.State.AGAIN and run.next_try_at:
        words = f"{run.problem} Tried again at {clock_time(local(run.next_try_at))}."
    return RunLine(
        run=run,
        state=run.get_state_display(),
        look=_LOOKS[Run.State(run.state)],
        took=took_words(run),
        words=words or ("Nothing to do" if run.state == Run.State.DONE else ""),
        can_be_repeated=run.state == Run.State.FAILED and job_named(run.job) is not None,
    )


def took_words(run: Run) -> str:
    """How long the last try took: `0.4 s`, `12 s`, `3 min`; "" before it has ended."""
    if run.started_at is None or run.finished_at is None:
        return ""
    seconds = (run.finished_at - run.started_at).total_seconds()
    if seconds < 0.05:
        return "under 0.1 s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as a row shows it."""

    name: str
    when: str
    latest: RunLine | None
    next_at: datetime | None


def job_row(line: JobLine) -> JobRow:
    """A job with its latest run."""
    latest = run_line(line.latest) if line.latest else None
    return JobRow(line.job.name, _capital(line.job.when.words), latest, line.next_at)


def pulse_words(pulse: Pulse) -> str:
    """When the background last gave a sign of life."""
    if pulse.last_sign is None:
        return "It has never run on this server."
    return f"Its last sign of life was on {moment(local(pulse.last_sign))}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
