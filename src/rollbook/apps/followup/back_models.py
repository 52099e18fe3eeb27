"""How pupils came back after an absence: who met whom when, how the pupil was, what was agreed.

A row is only ever added; the database refuses to change or remove one. Further meetings about the same return are
further rows, and whatever was wrong is put right by one.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollbook.domain.back import LONGEST_AGREED, LONGEST_NOTE, Feeling


class BackCheck(models.Model):
    """One meeting with a pupil who was away, or the decision that none is needed.

    The return is told by the pupil and `returned_on`, the day on which the register showed the pupil again.
    """

    class Kind(models.TextChoices):
        MET = "met", "Met"
        NOT_NEEDED = "not_needed", "Not needed"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    key = models.UUIDField(
        help_text="Made when the form was shown: the same form sent twice is recorded once."
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    returned_on = models.DateField()
    met_at = models.DateTimeField(null=True)
    met_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    met_by_name = models.CharField(max_length=200, blank=True)
    feeling = models.CharField(
        max_length=12,
        choices=[(each.value, each.plain) for each in Feeling],
        blank=True,
        help_text="For few eyes.",
    )
    is_ready = models.BooleanField(null=True, help_text="To go back into the classroom. For few eyes.")
    is_reason_confirmed = models.BooleanField(default=False)
    adjusted_times = models.CharField(max_length=LONGEST_AGREED, blank=True)
    check_ins = models.CharField(max_length=LONGEST_AGREED, blank=True)
    work_missed = models.CharField(max_length=LONGEST_AGREED, blank=True)
    note = models.CharField(max_length=LONGEST_NOTE, blank=True, help_text="For few eyes.")
    next_check_on = models.DateField(null=True)
    because = models.CharField(max_length=LONGEST_AGREED, blank=True, help_text="Why nobody needs to meet.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["school", "key"], name="back_check_key_once"),
            models.CheckConstraint(
                condition=Q(kind="met", met_at__isnull=False, met_by__isnull=False, because="")
                | (Q(kind="not_needed", met_at=None, met_by=None) & ~Q(because="")),
                name="back_check_met_or_why_not",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "returned_on"], name="back_check_by_return"),
            models.Index(fields=["pupil", "returned_on"], name="back_check_by_pupil"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.pupil_id} back on {self.returned_on}"
