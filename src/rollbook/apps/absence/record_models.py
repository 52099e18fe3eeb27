"""What every record of absence has: whose it is, its days, who recorded it, and whether it was taken back."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q


def in_order(name: str) -> models.CheckConstraint:
    """The last day is not before the first."""
    return models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name=name)


class Record(models.Model):
    """What every record has: the school, the days, who recorded it, and whether it was taken back."""

    KIND: ClassVar[str]

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    key = models.UUIDField(
        help_text="Made when the form was shown: the same form sent twice is recorded once."
    )
    first_day = models.DateField()
    last_day = models.DateField()
    version = models.PositiveIntegerField(default=1, help_text="One more with every change.")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_by_name = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, help_text="When it was cancelled, ended early or withdrawn.")
    ended_because = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def source(self) -> str:
        """How its planned marks and its changes name it: "activity:12"."""
        return f"{self.KIND}:{self.pk}"
