"""The desk's own log beside the register: who left and came back, the screens at the door, and roll calls.

Movements and roll calls only grow: the database refuses to change or remove their rows (audit/immutable.py).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Kiosk(models.Model):
    """A screen at the door where pupils sign themselves in. It acts for the member of staff who opened it."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="kiosks")
    name = models.CharField(max_length=40)
    pin = models.CharField(max_length=200, help_text="Hashed like a password.")
    token = models.CharField(max_length=64, unique=True, help_text="SHA-256 of what its cookie holds.")
    reasons = models.JSONField(default=list, help_text="The reasons for being late that it offers.")
    pupils_may_leave = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_by_name = models.CharField(max_length=200)
    last_used_at = models.DateTimeField(null=True)
    wrong_pins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return self.name


class Movement(models.Model):
    """A pupil who left during the day, came back, or came without being late. Rows are only ever added.

    What was wrong is put right by a further row of kind "void", which names it and says why.
    """

    class Kind(models.TextChoices):
        LEFT = "left", "Left"
        RETURNED = "returned", "Back again"
        ARRIVED = "arrived", "Arrived, not late"
        VOID = "void", "Put right"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+", db_index=False)
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="movements", db_index=False)
    on = models.DateField()
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 ... for the pupil on the day.")
    key = models.UUIDField(help_text="Made when the form was shown: the same form sent twice counts once.")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    moved_at = models.TimeField()
    reason = models.CharField(max_length=200, blank=True)
    collected_by = models.CharField(max_length=200, blank=True, help_text="Who the pupil left with.")
    voids = models.OneToOneField("self", models.PROTECT, null=True, related_name="voided_by")
    kiosk = models.ForeignKey(Kiosk, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "on", "number"], name="movement_number_once"),
            models.UniqueConstraint(fields=["school", "key"], name="movement_key_once"),
            models.CheckConstraint(
                condition=Q(kind="void", voids__isnull=False) & ~Q(reason="")
                | ~Q(kind="void") & Q(voids__isnull=True),
                name="only_a_void_movement_names_another_and_says_why",
            ),
        ]
        indexes = [models.Index(fields=["school", "on"], name="movement_by_school_and_day")]

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.kind} {self.on} {self.moved_at:%H:%M}"


# --- The roll call of an evacuation -----------------------------------------------------------------------------


class RollCall(models.Model):
    """One roll call: who began it and when. `RollCallEnd` says that it is over; nothing of it is ever changed."""

    class Kind(models.TextChoices):
        EVACUATION = "evacuation", "Evacuation"
        DRILL = "drill", "Drill"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="roll_calls", db_index=False)
    number = models.PositiveIntegerField(help_text="1, 2, 3 ... within the school.")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Two people who begin one at the same moment are in the same roll call.
            models.UniqueConstraint(fields=["school", "number"], name="roll_call_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}, {self.at:%Y-%m-%d %H:%M}"


class RollCallPupil(models.Model):
    """A pupil on the list of a roll call, as the school knew it when the roll call began."""

    roll_call = models.ForeignKey(RollCall, models.PROTECT, related_name="pupils", db_index=False)
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+", db_index=False)
    surname = models.CharField(max_length=100)
    forename = models.CharField(max_length=100)
    group_name = models.CharField(max_length=50, blank=True)
    whereabouts = models.CharField(max_length=10)
    because = models.CharField(max_length=300)

    class Meta:
        ordering = ["surname", "forename", "id"]
        constraints = [
            models.UniqueConstraint(fields=["roll_call", "pupil"], name="pupil_once_in_a_roll_call"),
        ]

    def __str__(self) -> str:
        return f"{self.forename} {self.surname}"


class RollCallTick(models.Model):
    """What one person said of one pupil in a roll call; the newest row of a pupil counts."""

    class State(models.TextChoices):
        HERE = "here", "Here"
        MISSING = "missing", "Missing"
        ELSEWHERE = "elsewhere", "Safe elsewhere"
        OPEN = "open", "Not found yet"

    roll_call = models.ForeignKey(RollCall, models.PROTECT, related_name="ticks")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="elsewhere") | ~Q(note=""), name="safe_elsewhere_says_where"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.state}"


class RollCallEnd(models.Model):
    """That a roll call is over, and what there was to say."""

    roll_call = models.OneToOneField(RollCall, models.PROTECT, primary_key=True, related_name="end")
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"end of {self.roll_call_id}"
