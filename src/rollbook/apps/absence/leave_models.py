"""Leave of absence: what the family asks, each decision, and how the family was told of it (domain.md 5.5)."""

from django.conf import settings
from django.db import models

from rollbook.apps.absence.record_models import Record, in_order
from rollbook.domain.leave import Circumstance, Ground, LeaveState

SESSIONS = [("both", "Morning and afternoon"), ("AM", "Mornings only"), ("PM", "Afternoons only")]


class ReceivedHow(models.TextChoices):
    """In which form did the request reach the school? It is always in writing."""

    FORM = "form", "Request form"
    LETTER = "letter", "Letter"
    EMAIL = "email", "E-mail"


class Leave(Record):
    """A request for leave of absence; its days are those asked for."""

    KIND = "leave"

    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=[(each.value, each.words) for each in LeaveState])
    ground = models.CharField(max_length=12, choices=[(each.value, each.words) for each in Ground])
    circumstance = models.CharField(
        max_length=12, blank=True, choices=[(each.value, each.words) for each in Circumstance]
    )
    detail = models.CharField(max_length=300, help_text="The answer to the ground's question.")
    advice = models.CharField(max_length=300, blank=True, help_text="What a religious body was asked.")
    words = models.TextField(max_length=3000, help_text="The request as it was written.")
    sessions = models.CharField(max_length=4, choices=SESSIONS, default="both")
    received_on = models.DateField()
    received_how = models.CharField(max_length=8, choices=ReceivedHow.choices)
    contact = models.ForeignKey("roll.Contact", models.SET_NULL, null=True, related_name="+")
    asked_by_name = models.CharField(max_length=250)
    asked_by_relationship = models.CharField(max_length=40)
    evidence_asked_on = models.DateField(null=True)
    evidence_asked = models.CharField(max_length=300, blank=True, help_text="What is asked for, and why.")
    evidence_received_on = models.DateField(null=True)
    evidence_received = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            in_order("leave_in_order"),
            models.UniqueConstraint(fields=["school", "key"], name="leave_key_once"),
        ]
        indexes = [models.Index(fields=["school", "last_day"], name="leave_by_day")]

    def __str__(self) -> str:
        return f"{self.pupil_id} asked from {self.first_day}"


class LeaveDecision(models.Model):
    """One decision of the head about a request. Rows are only added; the newest holds."""

    leave = models.ForeignKey(Leave, models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    is_granted = models.BooleanField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    sessions = models.CharField(max_length=4, choices=SESSIONS, default="both")
    considered = models.TextField(max_length=2000)
    because = models.CharField(max_length=600, blank=True)
    conditions = models.CharField(max_length=300, blank=True)
    is_confirmed = models.BooleanField(default=False)
    again_because = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["leave", "number"], name="leave_decision_number_once"),
        ]

    def __str__(self) -> str:
        return f"decision {self.number} of {self.leave_id}"


class LeaveTelling(models.Model):
    """The letter about a decision reached the family: how, to whom, on which day. Rows are only added."""

    class How(models.TextChoices):
        EMAIL = "email", "By e-mail, from here"
        POST = "post", "By post"
        HAND = "hand", "Given by hand"

    decision = models.ForeignKey(LeaveDecision, models.PROTECT, related_name="tellings")
    key = models.UUIDField(unique=True)
    how = models.CharField(max_length=8, choices=How.choices)
    to_name = models.CharField(max_length=250)
    on = models.DateField()
    message = models.ForeignKey("post.Message", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.decision_id} told by {self.how}"
