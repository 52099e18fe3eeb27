"""The timetable and the register of each lesson, beside the attendance register and never in it.

A `Lesson` has days: what changes ends it and starts it anew, so its marks keep their meaning. `LessonMark` is a log
that only grows, as the attendance register is: version 1 is the original, each change a further one with its reason.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rollbook.domain.lessons import Concern, LessonCode

WEEKDAYS = [(0, "Monday"), (1, "Tuesday"), (2, "Wednesday"), (3, "Thursday"), (4, "Friday")]


def _in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name=name)


class LessonSet(models.Model):
    """Pupils who are taught together though they are not registered together: a set, an option, an intervention."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="lesson_sets")
    name = models.CharField(max_length=40)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"], condition=Q(last_day=None), name="lesson_set_name_once"
            ),
            _in_order("lesson_set_in_order"),
        ]

    def __str__(self) -> str:
        return self.name


class LessonPupil(models.Model):
    """A pupil in a set, from a first day to a last day."""

    lesson_set = models.ForeignKey(LessonSet, models.PROTECT, related_name="pupils")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson_set", "pupil"], condition=Q(last_day=None), name="pupil_once_in_a_set"
            ),
            _in_order("lesson_pupil_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.pupil_id} in {self.lesson_set_id}"


class Lesson(models.Model):
    """One lesson of the week: who is taught what, where, by whom, on which weekday and at what time."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="lessons", db_index=False)
    group = models.ForeignKey("schools.TeachingGroup", models.PROTECT, null=True, related_name="lessons")
    lesson_set = models.ForeignKey(LessonSet, models.PROTECT, null=True, related_name="lessons")
    subject = models.CharField(max_length=60)
    room = models.CharField(max_length=40, blank=True)
    teacher = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="lessons")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["weekday", "starts_at", "id"]
        constraints = [
            _in_order("lesson_in_order"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="lesson_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=True, lesson_set__isnull=False)
                | Q(group__isnull=False, lesson_set__isnull=True),
                name="a_lesson_is_of_a_group_or_of_a_set",
            ),
        ]
        indexes = [models.Index(fields=["school", "weekday"], name="lesson_by_school_and_weekday")]

    def __str__(self) -> str:
        return f"{self.subject}, {self.get_weekday_display()} {self.starts_at:%H:%M}"


class LessonCover(models.Model):
    """Somebody else who takes a lesson on one day."""

    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="covers", db_index=False)
    on = models.DateField()
    teacher = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["lesson", "on"], name="lesson_cover_once")]

    def __str__(self) -> str:
        return f"{self.teacher_id} takes {self.lesson_id} on {self.on}"


class LessonSave(models.Model):
    """One act of saving the register of a lesson on a day. Rows are added, never changed or removed."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+", db_index=False)
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="saves", db_index=False)
    on = models.DateField()
    key = models.UUIDField(help_text="Made when the form was shown: the same form sent twice is saved once.")
    is_complete = models.BooleanField(help_text="After this save every pupil of the lesson had a mark.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["school", "key"], name="lesson_save_key_once")]
        indexes = [models.Index(fields=["lesson", "on"], name="lesson_save_by_day")]

    def __str__(self) -> str:
        return f"{self.lesson_id} on {self.on} by {self.by_name}"


class LessonMark(models.Model):
    """One version of whether a pupil was in a lesson on a day; who made it and when is the save's."""

    save_made = models.ForeignKey(LessonSave, models.PROTECT, related_name="marks")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="marks", db_index=False)
    on = models.DateField()
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="lesson_marks", db_index=False)
    version = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=1, choices=[(code.value, code.words) for code in LessonCode])
    minutes_late = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True, help_text="Why the mark was amended.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "on", "pupil", "version"], name="lesson_mark_version_once"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="lesson_mark_versions_begin_at_one"),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""), name="an_amended_lesson_mark_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(code__in=[code.value for code in LessonCode]), name="lesson_mark_is_one_of_three"
            ),
        ]
        indexes = [models.Index(fields=["pupil", "on"], name="lesson_mark_by_pupil_and_day")]

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.on} v{self.version} {self.code}"


class LessonAlert(models.Model):
    """What somebody must see to: a pupil missing from a lesson, or in one though absent in the register.

    `closed_by` is empty where a later correction in the lesson closed it by itself.
    """

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+", db_index=False)
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="alerts", db_index=False)
    on = models.DateField()
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="lesson_alerts", db_index=False)
    kind = models.CharField(
        max_length=16, choices=[(c.value, c.words) for c in Concern if c is not Concern.NONE]
    )
    because = models.CharField(max_length=400)
    raised_at = models.DateTimeField()
    raised_by_name = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_by_name = models.CharField(max_length=200, blank=True)
    closed_by_position = models.CharField(max_length=200, blank=True)
    found = models.CharField(
        max_length=300, blank=True, help_text="What was found, or why it closed by itself."
    )

    class Meta:
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "on", "pupil"], condition=Q(closed_at=None), name="one_open_lesson_alert"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | ~Q(found=""), name="a_closed_lesson_alert_says_what_was_found"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "on"], name="lesson_alert_by_school_and_day"),
            models.Index(fields=["school"], condition=Q(closed_at=None), name="lesson_alert_open"),
        ]

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.kind} {self.on}"
