"""What parents told about absence: the call, the absences it was about, and who was asked to speak with the parent.

A call holds who told what, when and by which way; each pupil it was about has a report of their own. What a report does
to the register goes through planned marks (`source="report:12"`) and amendments, never past them.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollbook.apps.absence.record_models import Record, in_order
from rollbook.domain.absence_line import Next
from rollbook.domain.told import Caller, Channel, Illness, Told

HALVES = [("AM", "morning"), ("PM", "afternoon")]


class Call(models.Model):
    """One telling, by whatever way. Without reports it waits to be worked off, until it is set aside with a reason."""

    KIND = "call"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    key = models.UUIDField(
        help_text="Made when the form was shown: the same form sent twice is recorded once."
    )
    channel = models.CharField(max_length=10, choices=[(each.value, each.words) for each in Channel])
    told_at = models.DateTimeField()
    parent = models.ForeignKey("roll.Parent", models.SET_NULL, null=True, related_name="+")
    caller_name = models.CharField(max_length=120)
    caller_relation = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True, help_text="What stood in the message. For few eyes.")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_by_name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1, help_text="One more with every change.")
    ended_at = models.DateTimeField(null=True, help_text="When it was set aside without a report.")
    ended_by_name = models.CharField(max_length=200, blank=True)
    ended_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["told_at", "id"]
        constraints = [models.UniqueConstraint(fields=["school", "key"], name="call_key_once")]
        indexes = [models.Index(fields=["school", "told_at"], name="call_by_time")]

    def __str__(self) -> str:
        return f"{self.caller_name}, {self.told_at:%Y-%m-%d %H:%M}"

    @property
    def source(self) -> str:
        """How its changes name it: "call:12"."""
        return f"{self.KIND}:{self.pk}"


class Report(Record):
    """One pupil's absence as it was told: from when to when, why, and which code followed."""

    KIND = "report"

    call = models.ForeignKey(Call, models.PROTECT, related_name="reports")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    caller = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Caller])
    is_believed = models.BooleanField(help_text="A parent, a contact, or a pupil old enough.")
    told = models.CharField(max_length=14, choices=[(each.value, each.said.words) for each in Told])
    illness = models.CharField(
        max_length=10, choices=[(each.value, each.value) for each in Illness], blank=True
    )
    first_session = models.CharField(max_length=2, choices=HALVES, default="AM")
    last_session = models.CharField(max_length=2, choices=HALVES, default="PM")
    leaves_at = models.TimeField(null=True)
    returns_at = models.TimeField(null=True)
    expected_back_on = models.DateField(null=True)
    is_test_met = models.BooleanField(default=False, help_text="The question the law's code turns on.")
    named = models.CharField(max_length=60, blank=True, help_text="The religious day.")
    is_evidence_seen = models.BooleanField(default=False)
    doubt = models.CharField(max_length=300, blank=True, help_text="Why the reason is doubted. For few eyes.")
    note = models.CharField(max_length=120, blank=True, help_text="What the register may show.")
    private_note = models.CharField(max_length=600, blank=True, help_text="For few eyes.")
    proposed_code = models.CharField(max_length=2)
    code = models.CharField(
        max_length=2, help_text="What was settled on: the proposal, or another hand's choice."
    )
    code_because = models.CharField(max_length=300, blank=True, help_text="Why it is not the proposal.")
    next = models.CharField(
        max_length=10,
        choices=[(each.value, each.words) for each in Next],
        default=Next.NOTHING.value,
        help_text="What must still happen.",
    )
    changed_at = models.DateTimeField(null=True, help_text="When it was last changed.")

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            in_order("report_in_order"),
            models.UniqueConstraint(fields=["school", "key"], name="report_key_once"),
            models.CheckConstraint(
                condition=Q(expected_back_on=None) | Q(expected_back_on__gt=models.F("first_day")),
                name="report_back_after_first_day",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "last_day"], name="report_by_day"),
            models.Index(fields=["school", "expected_back_on"], name="report_by_return"),
        ]

    def __str__(self) -> str:
        return f"{self.pupil_id} from {self.first_day}"

    @property
    def settled_at(self) -> datetime:
        """When it last became what it is: marks made later have met it already."""
        return self.changed_at or self.recorded_at


class KeptMark(models.Model):
    """A mark that somebody left as it was although a parent told otherwise. Rows are only added."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="kept_marks")
    on = models.DateField()
    session = models.CharField(max_length=2, choices=HALVES)
    version = models.PositiveSmallIntegerField(help_text="Of the mark that was looked at.")
    because = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["on", "session", "id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "on", "session", "version"], name="kept_mark_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.on} {self.session}"


class Transfer(models.Model):
    """A parent whom somebody else is to speak with: why, to whom, and what came of it."""

    KIND = "transfer"

    class For(models.TextChoices):
        SUPPORT = "support", "Support for the pupil or the family"
        CONCERN = "concern", "A concern about the pupil"
        OTHER = "other", "Something else"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    key = models.UUIDField()
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    call = models.ForeignKey(Call, models.PROTECT, null=True, related_name="transfers")
    what_for = models.CharField(max_length=10, choices=For.choices)
    notes = models.CharField(max_length=600, help_text="For few eyes.")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    to_name = models.CharField(max_length=200)
    transferred_at = models.DateTimeField()
    transferred_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    transferred_by_name = models.CharField(max_length=200)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by_name = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(max_length=200, blank=True)
    said = models.CharField(max_length=600, blank=True, help_text="What was said. For few eyes.")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["transferred_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["school", "key"], name="transfer_key_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | ~Q(said=""), name="transfer_closed_with_words"
            ),
        ]
        indexes = [models.Index(fields=["school", "transferred_at"], name="transfer_by_time")]

    def __str__(self) -> str:
        return f"{self.pupil_id} to {self.to_name}"

    @property
    def source(self) -> str:
        """How its changes name it: "transfer:12"."""
        return f"{self.KIND}:{self.pk}"
