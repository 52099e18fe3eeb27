"""Questions of figures that people keep, share with the school's staff, and have sent to them each week."""

from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A question of a page of figures under a name: its address, never its answer, which is always that of the day."""

    class Page(models.TextChoices):
        EXPLORE = "explore", "Explore"
        PUNCTUALITY = "punctuality", "Punctuality"
        PATTERNS = "patterns", "Patterns"

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    page = models.CharField(max_length=20, choices=Page.choices, default=Page.EXPLORE)
    query = models.CharField(max_length=1000, help_text="The question as the address of the page has it.")
    is_shared = models.BooleanField("the school's staff see it too", default=False)
    made_at = models.DateTimeField()
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices, null=True, blank=True)
    sent_since = models.DateField(
        null=True, help_text="From which day on it is sent: none before is made up for."
    )

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["school", "owner", "name"], name="view_name_once_for_its_owner")
        ]

    def __str__(self) -> str:
        return self.name


class ViewRecipient(models.Model):
    """Somebody of the school's own staff to whom a view is sent."""

    view = models.ForeignKey(SavedView, models.CASCADE, related_name="recipients")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["view", "user"], name="view_recipient_once")]

    def __str__(self) -> str:
        return f"{self.view} to {self.user}"


class ViewLetter(models.Model):
    """One letter of one week: taken on by a run of the command, and sent. What is never sent may be taken on again."""

    view = models.ForeignKey(SavedView, models.CASCADE, related_name="letters")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    on = models.DateField("the day it is of")
    taken_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["view", "user", "on"], name="view_letter_once_a_week")]

    def __str__(self) -> str:
        return f"{self.view} to {self.user} of {self.on}"
