"""The background's own records: which workers are alive, and each occasion of each job. Tasks are django-tasks-db's."""

from django.db import models


class Worker(models.Model):
    """A process that does the background's work; while it lives it says so every few seconds."""

    name = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, help_text="When it ended in peace; empty if it was killed.")

    class Meta:
        ordering = ["-beat_at"]

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """One occasion of one job at a school: there is never a second row for it, however many workers look."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting its turn"
        RUNNING = "running", "Running"
        AGAIN = "again", "Will be tried again"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    school = models.ForeignKey("schools.School", models.CASCADE, related_name="+")
    job = models.CharField(max_length=80)
    slot = models.CharField(max_length=20, help_text="The day, or for intervals the moment in UTC.")
    due_at = models.DateTimeField()
    until = models.DateTimeField(help_text="From then on it makes no sense to begin it.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["-due_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["school", "job", "slot"], name="job_slot_once")]
        indexes = [models.Index(fields=["school", "state"], name="run_by_state")]

    def __str__(self) -> str:
        return f"{self.job}, {self.slot}"
