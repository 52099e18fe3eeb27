"""The school and everything about it that has dates: years, closures, day times, teaching groups, settings."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rollbook.domain.calendar import DayKind

SPAN_MESSAGE = "The last day can't be before the first day."


def _in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
        name=name,
        violation_error_message=SPAN_MESSAGE,
    )


class School(models.Model):
    """A school that keeps its registers here."""

    class Phase(models.TextChoices):
        PRIMARY = "primary", "Primary"
        SECONDARY = "secondary", "Secondary"
        ALL_THROUGH = "all-through", "All-through"
        SPECIAL = "special", "Special"
        ALTERNATIVE = "alternative", "Alternative provision"

    class LegalType(models.TextChoices):
        MAINTAINED = "maintained", "Maintained school"
        ACADEMY = "academy", "Academy"
        NON_MAINTAINED_SPECIAL = "non-maintained-special", "Non-maintained special school"
        INDEPENDENT = "independent", "Independent school"

    name = models.CharField(max_length=200)
    urn = models.CharField("URN", max_length=6, blank=True)
    dfe_number = models.CharField("DfE number", max_length=8, blank=True, help_text="For example 330/1234.")
    phase = models.CharField(max_length=20, choices=Phase.choices)
    legal_type = models.CharField(max_length=30, choices=LegalType.choices)
    local_authority = models.CharField(max_length=100, blank=True)
    address = models.TextField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    calendar_version = models.PositiveIntegerField(
        default=1,
        help_text="Goes up with every change of calendar, times or settings, so that kept copies are renewed.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AcademicYear(models.Model):
    """A school year, 1 September to 31 August or as the school has it."""

    school = models.ForeignKey(School, models.PROTECT, related_name="academic_years")
    name = models.CharField(max_length=20)
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.UniqueConstraint(fields=["school", "name"], name="academic_year_name_once"),
            _in_order("academic_year_in_order"),
        ]

    def __str__(self) -> str:
        return self.name


class Term(models.Model):
    """A term within an academic year; half terms come from the half-term holiday inside it."""

    academic_year = models.ForeignKey(AcademicYear, models.CASCADE, related_name="terms")
    name = models.CharField(max_length=30)
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        ordering = ["first_day"]
        constraints = [_in_order("term_in_order")]

    def __str__(self) -> str:
        return self.name


class CalendarEntry(models.Model):
    """Days on which the school is closed as planned, or open although a bank holiday."""

    class Kind(models.TextChoices):
        HALF_TERM = DayKind.HALF_TERM.value, "Half-term holiday"
        INSET = DayKind.INSET.value, "INSET day"
        HOLIDAY = DayKind.HOLIDAY.value, "Holiday"
        BANK_HOLIDAY = DayKind.BANK_HOLIDAY.value, "Bank holiday"
        PLANNED_CLOSURE = DayKind.PLANNED_CLOSURE.value, "Other planned closure"
        OPEN = DayKind.SCHOOL_DAY.value, "Open although a bank holiday"

    school = models.ForeignKey(School, models.PROTECT, related_name="calendar_entries")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=100)
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        ordering = ["first_day"]
        constraints = [_in_order("calendar_entry_in_order")]

    def __str__(self) -> str:
        return self.name


class DayTimes(models.Model):
    """The register and session times of one weekday from a day on; earlier rows keep their meaning for earlier days."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"

    school = models.ForeignKey(School, models.PROTECT, related_name="day_times")
    effective_from = models.DateField()
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    am_opens_at = models.TimeField()
    am_closes_at = models.TimeField()
    am_ends_at = models.TimeField()
    pm_opens_at = models.TimeField()
    pm_closes_at = models.TimeField()
    pm_ends_at = models.TimeField()

    class Meta:
        ordering = ["effective_from", "weekday"]
        constraints = [
            models.UniqueConstraint(fields=["school", "effective_from", "weekday"], name="day_times_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} from {self.effective_from}"


class PolicySetting(models.Model):
    """A choice the school's policy makes, from a day on, with the meeting that approved it."""

    school = models.ForeignKey(School, models.PROTECT, related_name="policy_settings")
    name = models.CharField(max_length=60)
    value = models.JSONField()
    effective_from = models.DateField()
    approved_at_meeting = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["school", "name", "effective_from"], name="policy_setting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.effective_from}"


class TeachingGroup(models.Model):
    """A group of pupils who are registered together."""

    school = models.ForeignKey(School, models.PROTECT, related_name="teaching_groups")
    name = models.CharField(max_length=40)
    room = models.CharField(max_length=40, blank=True)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(last_day=None), name="teaching_group_name_once"
            ),
            _in_order("teaching_group_in_order"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupTeacher(models.Model):
    """Who takes a group's registers, from a first day to a last day; more than one may, as when somebody covers."""

    group = models.ForeignKey(TeachingGroup, models.PROTECT, related_name="teachers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="taught_groups")
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [_in_order("group_teacher_in_order")]

    def __str__(self) -> str:
        return f"{self.user} takes {self.group}"
