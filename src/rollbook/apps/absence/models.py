"""What is planned and agreed about absence: the records from which planned marks follow (domain.md 1.8, 5.6, 5.7).

A record holds what stands now; the audit log, which only grows, holds each change with what was before, who made it and
why, and the record's page shows it. Nothing is deleted: a record is cancelled, ended or withdrawn, with a reason.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rollbook.apps.absence.leave_models import SESSIONS as SESSIONS
from rollbook.apps.absence.leave_models import Leave as Leave
from rollbook.apps.absence.leave_models import LeaveDecision as LeaveDecision
from rollbook.apps.absence.leave_models import LeaveTelling as LeaveTelling
from rollbook.apps.absence.line_models import Call as Call
from rollbook.apps.absence.line_models import KeptMark as KeptMark
from rollbook.apps.absence.line_models import Report as Report
from rollbook.apps.absence.line_models import Transfer as Transfer
from rollbook.apps.absence.record_models import Record as Record
from rollbook.apps.absence.record_models import in_order
from rollbook.domain.off_site import ActivityKind, ConfirmedHow
from rollbook.domain.part_time import TimetableState
from rollbook.domain.suspension import Reason

_MONDAY_TO_FRIDAY = 0b0011111


class OffSiteActivity(Record):
    """A trip, sport, work experience or other approved activity of many pupils at once (K, V, P, W, B)."""

    KIND = "activity"

    kind = models.CharField(max_length=10, choices=[(each.value, each.words) for each in ActivityKind])
    title = models.CharField(max_length=80)
    nature = models.CharField(max_length=120)
    place = models.CharField(max_length=120)
    provider = models.CharField(max_length=120, blank=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="In charge of a trip.",
    )
    supervisor = models.CharField(max_length=80, blank=True)
    confirmed_how = models.CharField(
        max_length=10, choices=[(each.value, each.words) for each in ConfirmedHow]
    )
    la_contact = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    weekdays = models.PositiveSmallIntegerField(default=_MONDAY_TO_FRIDAY)
    sessions = models.CharField(max_length=4, choices=SESSIONS, default="both")

    class Meta:
        ordering = ["first_day", "title", "id"]
        constraints = [
            in_order("activity_in_order"),
            models.UniqueConstraint(fields=["school", "key"], name="activity_key_once"),
        ]
        indexes = [models.Index(fields=["school", "last_day"], name="activity_by_day")]

    def __str__(self) -> str:
        return self.title


class ActivityPupil(models.Model):
    """A pupil's part in an activity, from a day to a day. One taken off keeps the row, with the reason."""

    activity = models.ForeignKey(OffSiteActivity, models.PROTECT, related_name="places")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by_name = models.CharField(max_length=200)
    goes_from = models.DateField()
    off_from = models.DateField(null=True, help_text="The first day without; None while the pupil goes.")
    off_at = models.DateTimeField(null=True)
    off_by_name = models.CharField(max_length=200, blank=True)
    off_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pupil__surname", "pupil__forename", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "pupil"], condition=Q(off_from=None), name="pupil_once_in_an_activity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pupil_id} in {self.activity_id}"


class AttendanceConfirmation(models.Model):
    """How the school learnt who was there in one session of an activity. Rows are only added; the newest counts."""

    activity = models.ForeignKey(OffSiteActivity, models.PROTECT, related_name="confirmations")
    on = models.DateField()
    session = models.CharField(max_length=2, choices=[("AM", "morning"), ("PM", "afternoon")])
    how = models.CharField(max_length=10, choices=[(each.value, each.words) for each in ConfirmedHow])
    told_by = models.CharField(max_length=120)
    not_there = models.ManyToManyField("roll.Pupil", related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    class Meta:
        ordering = ["on", "session", "id"]
        indexes = [models.Index(fields=["activity", "on", "session"], name="confirmation_by_session")]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.on} {self.session}"


class DualRegistration(Record):
    """A pupil registered at two schools: on which half-days they are due at the other one (D)."""

    KIND = "dual"

    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    other_school = models.CharField(max_length=120)
    telephone = models.CharField(max_length=30)
    contact = models.CharField(max_length=120, blank=True)
    half_days = models.PositiveSmallIntegerField(help_text="At the other school: bits of a week's grid.")
    told_how = models.CharField(max_length=200, help_text="How the other school tells of absence there.")

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            in_order("dual_registration_in_order"),
            models.UniqueConstraint(fields=["school", "key"], name="dual_registration_key_once"),
        ]
        indexes = [models.Index(fields=["school", "last_day"], name="dual_registration_by_day")]

    def __str__(self) -> str:
        return f"{self.pupil_id} at {self.other_school}"


class PartTimeTimetable(Record):
    """A pupil of compulsory school age at school for part of the week, by agreement, for a while (C2)."""

    KIND = "timetable"

    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=[(each.value, each.value) for each in TimetableState])
    why = models.CharField(max_length=600)
    is_not_for_behaviour = models.BooleanField()
    half_days = models.PositiveSmallIntegerField(help_text="At school: bits of a week's grid.")
    long_reason = models.CharField(max_length=300, blank=True)
    contact = models.ForeignKey("roll.Contact", models.SET_NULL, null=True, related_name="+")
    parent_name = models.CharField(max_length=250, blank=True)
    parent_agreed_on = models.DateField(null=True)
    parent_agreed_how = models.CharField(max_length=120, blank=True)
    la_told_on = models.DateField(null=True)
    social_worker_told_on = models.DateField(null=True)
    agreed_at = models.DateTimeField(null=True)
    agreed_by_name = models.CharField(max_length=200, blank=True)
    agreed_by_position = models.CharField(max_length=200, blank=True)
    agreed_last_day = models.DateField(null=True, help_text="The last day as it was agreed.")

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            in_order("part_time_timetable_in_order"),
            models.UniqueConstraint(fields=["school", "key"], name="part_time_timetable_key_once"),
        ]
        indexes = [models.Index(fields=["school", "last_day"], name="part_time_timetable_by_day")]

    def __str__(self) -> str:
        return f"{self.pupil_id} part-time from {self.first_day}"


class TimetableReview(models.Model):
    """A day on which a part-time timetable is to be reviewed, and what came of it."""

    timetable = models.ForeignKey(PartTimeTimetable, models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    held_on = models.DateField(null=True)
    outcome = models.CharField(max_length=600, blank=True)
    recorded_at = models.DateTimeField(null=True)
    recorded_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["timetable", "due_on"], name="review_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"review of {self.timetable_id} on {self.due_on}"


class Suspension(Record):
    """A pupil kept from school for some days by the head's decision (E), and who teaches them from the sixth."""

    KIND = "suspension"

    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    first_session = models.CharField(max_length=2, choices=[("AM", "morning"), ("PM", "afternoon")])
    reason = models.CharField(max_length=16, choices=[(each.value, each.words) for each in Reason])
    told_on = models.DateField(null=True)
    told_how = models.CharField(max_length=120, blank=True)
    provision_code = models.CharField(max_length=1, blank=True)
    provider = models.CharField(max_length=120, blank=True)
    provision_from = models.DateField(null=True)

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            in_order("suspension_in_order"),
            models.UniqueConstraint(fields=["school", "key"], name="suspension_key_once"),
        ]
        indexes = [models.Index(fields=["school", "last_day"], name="suspension_by_day")]

    def __str__(self) -> str:
        return f"{self.pupil_id} from {self.first_day}"
