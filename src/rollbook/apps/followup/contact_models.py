"""What was done to find out where a missing pupil is: one line of time, and who is ringing whom just now.

A step is a row that is only ever added; the database refuses to change or remove one. What was wrong is put right by a
further row that says so. A claim is no record: it keeps two people from ringing one parent at once, and lapses.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollbook.domain.contact_steps import HOW, LONGEST_NOTE, StepKind


class ContactStep(models.Model):
    """One thing that was done, told or decided about a pupil who was missing."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    key = models.UUIDField(
        help_text="Made when the form was shown: the same form sent twice is recorded once."
    )
    kind = models.CharField(max_length=16, choices=[(each.value, each.rule.title) for each in StepKind])
    on = models.DateField(help_text="The school's day on which it was recorded.")
    happened_at = models.DateTimeField(
        help_text="When it was, where that was asked; else when it was recorded."
    )
    # No key in the database: a contact may be removed from the roll, what was done about the pupil stays.
    contact = models.ForeignKey(
        "roll.Contact", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    number = models.CharField(max_length=30, blank=True)
    result = models.CharField(max_length=20, blank=True)
    who = models.CharField(max_length=250, blank=True)
    second_person = models.CharField(max_length=120, blank=True)
    seen_by = models.CharField(max_length=120, blank=True)
    how = models.CharField(max_length=20, choices=HOW, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    note = models.TextField(max_length=LONGEST_NOTE, blank=True)
    code = models.CharField(
        max_length=2, blank=True, help_text="Of a reason told: the code that was entered."
    )
    expected_return = models.DateField(null=True)
    answers = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="answered_by",
        help_text="The concern taken over, the referral there is news of, or the row put right.",
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["school", "key"], name="contact_step_key_once"),
            models.UniqueConstraint(
                fields=["answers"], condition=Q(kind__in=["put_right", "taken_over"]), name="answered_once"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "on"], name="contact_step_by_day"),
            models.Index(fields=["pupil", "on"], name="contact_step_by_pupil"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} about {self.pupil_id} on {self.on}"


class CallClaim(models.Model):
    """Somebody is ringing one telephone number, about one pupil, since a moment. It lapses after some minutes."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    line = models.CharField(
        max_length=40, help_text="The number's digits; without a number the parent's own."
    )
    at = models.DateTimeField()
    ends_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "line"], condition=Q(ended_at=None), name="one_caller_for_a_number"
            ),
        ]
        indexes = [models.Index(fields=["school", "ended_at"], name="call_claim_by_state")]

    def __str__(self) -> str:
        return f"{self.by_name} rings {self.line}"
