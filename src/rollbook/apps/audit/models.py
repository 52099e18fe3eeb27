"""What happened, who did it and in what position: rows that are only ever added."""

from django.conf import settings
from django.db import models


class Event(models.Model):
    """One thing done, changed or looked at; `type` is in the past tense: `register.mark.amended`."""

    school = models.ForeignKey("schools.School", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True, help_text='What it was done to: "pupil:123".')
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["school", "-id"], name="event_by_school"),
            models.Index(fields=["subject", "-id"], name="event_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.type} {self.subject} by {self.by_name}"
