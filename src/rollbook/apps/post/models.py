"""What a school sent to whom: the message as it was written, and each try to bring it there."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Message(models.Model):
    """A message to one person. What it says never changes; only what became of it does."""

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        SMS = "sms", "Text message"
        LETTER = "letter", "Letter"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"
        GIVEN_UP = "given_up", "Given up"
        WITHDRAWN = "withdrawn", "Withdrawn"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    key = models.CharField(max_length=200, help_text="What it is about, once: the same key is sent once.")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    purpose = models.CharField(max_length=60, help_text="A key of ROLLBOOK_PURPOSES.")
    to_name = models.CharField(max_length=200)
    to_address = models.TextField(help_text="E-mail address, telephone number, or lines of a postal address.")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, null=True, related_name="+")
    about = models.CharField(
        max_length=80, blank=True, help_text='What it was sent because of: "absence:12".'
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    until = models.DateTimeField(help_text="From then on it is of no use and is not sent any more.")
    reference = models.UUIDField(unique=True, help_text="The same in every try; also in the Message-ID.")

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True, help_text="Whoever is sending it now.")
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    is_final = models.BooleanField(default=False, help_text="Nothing more will be heard of it.")
    maybe_twice = models.BooleanField(
        default=False, help_text="A try was cut off after which it may have gone."
    )
    carrier_id = models.CharField(max_length=100, blank=True, help_text="What GOV.UK Notify calls it.")
    problem = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True, help_text="Somebody has seen to a failure in another way.")
    settled_by_name = models.CharField(max_length=200, blank=True)
    settled_note = models.CharField(max_length=500, blank=True)
    instead_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="replacements")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["school", "key"], name="message_key_once")]
        indexes = [
            models.Index(fields=["school", "-at", "-id"], name="message_newest"),
            models.Index(
                fields=["school", "state"],
                condition=Q(state__in=["waiting", "failed", "given_up"]),
                name="message_open",
            ),
            models.Index(fields=["pupil", "-id"], name="message_by_pupil"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} to {self.to_name}"


class Attempt(models.Model):
    """One thing that became of a message; rows are only added."""

    class Outcome(models.TextChoices):
        TAKEN = "taken", "Sent"
        LATER = "later", "Not now"
        REFUSED = "refused", "Refused"
        CUT_OFF = "cut_off", "Cut off"
        DELIVERED = "delivered", "Delivered"
        LOST = "lost", "Not delivered"
        BY_HAND = "by_hand", "By hand"

    message = models.ForeignKey(Message, models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    words = models.TextField(blank=True)
    by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.outcome}"
