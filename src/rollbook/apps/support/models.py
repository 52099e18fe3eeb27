"""What is done for a pupil's attendance: support, an intervention or a reward, its reviews, and what came of it; and
the meetings with parents.

Nothing is deleted: what was begun is ended, with what came of it and why. The audit log holds each step.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from rollbook.domain.meetings import About, How, MeetingEvent, MeetingState, Origin

LONGEST_NOTE = 2000
LONGEST_INVITATION = 3000


class Support(models.Model):
    """One thing done for one pupil from a first day on. Until it is ended, its marks are kept whatever their age."""

    class Kind(models.TextChoices):
        """What sort of help is it?"""

        SUPPORT = "support", "Support"
        INTERVENTION = "intervention", "Intervention"
        REWARD = "reward", "Reward"

    class Outcome(models.TextChoices):
        """What came of it, as those who did it see it?"""

        REACHED = "reached", "The aim was reached"
        PARTLY = "partly", "It helped in part"
        NOT_REACHED = "not-reached", "It did not help"
        UNKNOWN = "unknown", "It can’t be told"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    key = models.UUIDField(
        help_text="Made when the form was shown: the same form sent twice is recorded once."
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=80)
    why = models.TextField(max_length=3000, help_text="The reasons as they were found on the day.")
    aim = models.CharField(max_length=300)
    first_day = models.DateField()
    review_on = models.DateField()
    last_day = models.DateField(null=True, help_text="None while it goes on.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    owner_name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1, help_text="One more with every change.")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_by_name = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    ended_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["review_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(review_on__gte=F("first_day")), name="support_review_after"),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="support_in_order"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, last_day=None, outcome="")
                | (Q(ended_at__isnull=False, last_day__isnull=False) & ~Q(outcome="")),
                name="support_ended_whole",
            ),
            models.UniqueConstraint(fields=["school", "key"], name="support_key_once"),
            models.UniqueConstraint(
                "pupil", "kind", Lower("title"), condition=Q(ended_at=None), name="support_open_once"
            ),
        ]
        indexes = [models.Index(fields=["school", "ended_at"], name="support_by_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def source(self) -> str:
        """How the audit log names it: "support:12"."""
        return f"support:{self.pk}"


class Review(models.Model):
    """What was found when it was looked at again, and when it is looked at next. A row stays as it was written."""

    support = models.ForeignKey(Support, models.PROTECT, related_name="reviews")
    key = models.UUIDField()
    on = models.DateField()
    note = models.TextField(max_length=LONGEST_NOTE)
    next_review_on = models.DateField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["support", "key"], name="review_key_once")]

    def __str__(self) -> str:
        return f"{self.on}"


def _choices(of: type[About] | type[Origin] | type[How] | type[MeetingState]) -> list[tuple[str, str]]:
    return [(each.value, each.words) for each in of]


class Meeting(models.Model):
    """A meeting with a pupil's parents: why, when and where, who is invited, and what came of it.

    What happened with it, in its order, are its steps. Nothing is deleted: it is moved or cancelled with a reason.
    """

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    key = models.UUIDField(
        help_text="Made when the form was shown: the same form sent twice is recorded once."
    )
    about = models.CharField(max_length=12, choices=_choices(About))
    origin = models.CharField(max_length=12, choices=_choices(Origin))
    why = models.TextField(max_length=LONGEST_NOTE, help_text="As it stood when the meeting was set.")
    on = models.DateField()
    starts_at = models.TimeField()
    place = models.CharField(max_length=120)
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    leader_name = models.CharField(max_length=200)
    others = models.CharField(max_length=300, blank=True, help_text="Who else is asked to come, by name.")
    state = models.CharField(max_length=12, choices=_choices(MeetingState))
    version = models.PositiveIntegerField(default=1, help_text="One more with every change.")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_by_name = models.CharField(max_length=200)
    others_came = models.CharField(max_length=300, blank=True)
    engagement = models.TextField(max_length=LONGEST_NOTE, blank=True)
    barriers = models.TextField(max_length=LONGEST_NOTE, blank=True)
    help = models.TextField(max_length=LONGEST_NOTE, blank=True)
    consequences = models.TextField(max_length=LONGEST_NOTE, blank=True)
    earlier = models.TextField(max_length=LONGEST_NOTE, blank=True)
    agreed = models.TextField(max_length=LONGEST_NOTE, blank=True)
    next_step = models.CharField(max_length=300, blank=True)
    next_on = models.DateField(null=True)

    class Meta:
        ordering = ["on", "starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["school", "key"], name="meeting_key_once"),
            models.UniqueConstraint(
                fields=["pupil", "about"],
                condition=Q(state__in=["set", "invited", "missed"]),
                name="meeting_unsettled_once",
            ),
            models.CheckConstraint(
                condition=Q(state="held", next_on__isnull=False) & ~Q(next_step="")
                | ~Q(state="held") & Q(next_on=None, next_step=""),
                name="meeting_held_whole",
            ),
        ]
        indexes = [models.Index(fields=["school", "state", "on"], name="meeting_by_state")]

    def __str__(self) -> str:
        return f"{self.about} on {self.on}"

    @property
    def source(self) -> str:
        """How the audit log names it: "meeting:12"."""
        return f"meeting:{self.pk}"


class MeetingParent(models.Model):
    """A contact of the pupil who is asked to come, and whether they came. One no longer asked is kept, with that."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="parents")
    contact = models.ForeignKey("roll.Contact", models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=250)
    relationship = models.CharField(max_length=40)
    is_asked = models.BooleanField(default=True)
    came = models.BooleanField(null=True, help_text="None until the meeting was held.")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "contact"], name="meeting_parent_once")]

    def __str__(self) -> str:
        return self.name


class MeetingStep(models.Model):
    """One thing that happened with a meeting, for the time it was set for then. A row stays as it was written."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="steps")
    key = models.UUIDField()
    event = models.CharField(max_length=12, choices=[(each.value, each.value) for each in MeetingEvent])
    was_on = models.DateField()
    was_at = models.TimeField()
    because = models.CharField(max_length=300, blank=True)
    how = models.CharField(max_length=12, choices=_choices(How), blank=True)
    given_on = models.DateField(null=True, help_text="The day the parents were told.")
    text = models.TextField(max_length=LONGEST_INVITATION, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "key"], name="meeting_step_key_once")]

    def __str__(self) -> str:
        return f"{self.event} of {self.meeting_id}"
