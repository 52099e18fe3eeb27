"""The product's own table of jobs: each has its times and its function."""

import inspect

import pytest

from rollbook.apps.jobs.queries.table import Job, jobs


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job.name)
def test_each_job_has_a_function_that_takes_a_school_a_slot_and_the_time(job: Job) -> None:
    assert len(inspect.signature(job.work).parameters) == 3
    assert len(job.name) <= 80
