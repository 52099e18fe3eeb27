"""What is changed in the background's own records: workers, tasks, runs of jobs."""
