"""What was done about an illness: a doubt, evidence asked for and come, the head's decision, the parents told.

A row is only ever added; the database refuses to change or remove one. Its words are about health: for few eyes.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollbook.domain.contact_steps import HOW
from rollbook.domain.illness import LONGEST_TEXT, Evidence, IllnessStepKind


class IllnessStep(models.Model):
    """One thing done about one spell of illness, told by the pupil and the first day of it."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    key = models.UUIDField(
        help_text="Made when the form was shown: the same form sent twice is recorded once."
    )
    spell_from = models.DateField(help_text="The first day marked ill when it was recorded.")
    kind = models.CharField(max_length=10, choices=[(each.value, each.words) for each in IllnessStepKind])
    text = models.CharField(max_length=LONGEST_TEXT, blank=True, help_text="Why. For few eyes.")
    evidence = models.CharField(
        max_length=12, choices=[(each.value, each.words) for each in Evidence], blank=True
    )
    on = models.DateField(null=True, help_text="When the evidence came or the parents were told.")
    how = models.CharField(max_length=20, choices=HOW, blank=True)
    who = models.CharField(max_length=200, blank=True, help_text="Which parent was asked or told.")
    is_accepted = models.BooleanField(null=True, help_text="Of the head's decision.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["school", "key"], name="illness_step_key_once"),
            models.CheckConstraint(
                condition=Q(kind="decided", is_accepted__isnull=False)
                | (~Q(kind="decided") & Q(is_accepted=None)),
                name="illness_decision_decides",
            ),
        ]
        indexes = [models.Index(fields=["school", "spell_from"], name="illness_step_by_spell")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.pupil_id} ill from {self.spell_from}"
