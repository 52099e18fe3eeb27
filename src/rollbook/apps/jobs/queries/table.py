"""The table of jobs, as `ROLLBOOK_JOBS` has it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from rollbook.domain.schedule import When, parse_when

Work = Callable[[int, datetime, datetime], str | None]
"""What does a job: told the school's id, when it was due and the time, it answers in words what came of it.

It may be asked twice for one occasion, after a worker was killed in the middle: what must not be done twice it
guards itself, as messages do by their key.
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its name, when it is due, and where the function is that does it."""

    name: str
    when: When
    function: str

    @property
    def work(self) -> Work:
        """The function itself. Errors: ImportError where it is not there."""
        found: Work = import_string(self.function)
        return found


def jobs() -> tuple[Job, ...]:
    """Every job, in the table's order. Errors: ValueError for a time that no rule knows, or a name used twice."""
    return _read(tuple(settings.ROLLBOOK_JOBS))


@lru_cache(maxsize=8)
def _read(rows: tuple[tuple[str, str, str], ...]) -> tuple[Job, ...]:
    names = [name for name, _, _ in rows]
    if len(set(names)) < len(names):
        raise ValueError("Two jobs of ROLLBOOK_JOBS have the same name.")
    return tuple(Job(name, parse_when(words), function) for name, words, function in rows)


def job_named(name: str) -> Job | None:
    """The job of this name; None where this version of the program has none."""
    return next((job for job in jobs() if job.name == name), None)
