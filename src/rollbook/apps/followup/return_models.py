"""What was decided about returns to the local authority on absence, and what was sent.

A row is only ever added; the database refuses to change or remove one.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollbook.domain.la_returns import ReturnKind


class ReturnStep(models.Model):
    """The head's decision about a sickness return, or that a return was sent, with what it said.

    It is told by the pupil, the kind, and a day of the run or the illness.
    """

    class What(models.TextChoices):
        DECIDED = "decided", "Decided"
        SENT = "sent", "Sent"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    key = models.UUIDField(
        help_text="Made when the form was shown: the same form sent twice is recorded once."
    )
    kind = models.CharField(max_length=14, choices=[(each.value, each.words) for each in ReturnKind])
    absent_from = models.DateField(help_text="The first day of the run or the illness when it was recorded.")
    what = models.CharField(max_length=8, choices=What.choices)
    is_due = models.BooleanField(null=True, help_text="Of a decision: is a return due?")
    text = models.CharField(max_length=300, blank=True, help_text="Why it was decided so. For few eyes.")
    sent_on = models.DateField(null=True)
    how = models.CharField(max_length=200, blank=True)
    content = models.JSONField(default=list, help_text="What was sent, line by line, as it stood then.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["school", "key"], name="return_step_key_once"),
            models.CheckConstraint(
                condition=Q(what="decided", is_due__isnull=False, sent_on=None)
                | (Q(what="sent", is_due=None, sent_on__isnull=False) & ~Q(how="")),
                name="return_step_whole",
            ),
        ]
        indexes = [models.Index(fields=["school", "absent_from"], name="return_step_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.what}: {self.pupil_id} from {self.absent_from}"
