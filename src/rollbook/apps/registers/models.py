"""The attendance register as a log that only grows (SI 2024/208 regs 6 and 10).

`Entry` is the one truth: version 1 is the original entry, every amendment is a further version with its reason, and the
newest version is the mark. `Save` is one act of saving: it joins the entries made together and chains their digest to
the school's previous one, so that `rollbook verify` can prove that nothing was changed, taken out or put in.

Foreign keys have an index of their own only where a look-up needs it: every index makes saving slower.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rollbook.apps.registers.desk_models import Kiosk as Kiosk
from rollbook.apps.registers.desk_models import Movement as Movement
from rollbook.apps.registers.desk_models import RollCall as RollCall
from rollbook.apps.registers.desk_models import RollCallEnd as RollCallEnd
from rollbook.apps.registers.desk_models import RollCallPupil as RollCallPupil
from rollbook.apps.registers.desk_models import RollCallTick as RollCallTick
from rollbook.domain.marks import SchoolSession

SESSIONS = [(school_session.value, school_session.words) for school_session in SchoolSession]


class Chain(models.Model):
    """The end of a school's chain of saves; locking this row puts a school's saves in one order."""

    school = models.OneToOneField("schools.School", models.PROTECT, primary_key=True, related_name="+")
    length = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.school_id}: {self.length} saves"


class Save(models.Model):
    """One act of saving marks: a register taken, a late arrival signed in, an amendment, a closure."""

    class Kind(models.TextChoices):
        REGISTER = "register", "Register"
        ARRIVAL = "arrival", "Late arrival"
        AMENDMENT = "amendment", "Amendment"
        CLOSURE = "closure", "Unplanned closure"
        IMPORT = "import", "Marks of past days imported"
        PURGE = "purge", "Purge of what is six years old"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="saves", db_index=False)
    number = models.PositiveBigIntegerField(help_text="1, 2, 3 ... within the school.")
    key = models.UUIDField(help_text="Made when the form was shown: the same form sent twice is saved once.")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    group = models.ForeignKey(
        "schools.TeachingGroup", models.PROTECT, null=True, related_name="saves", db_index=False
    )
    on = models.DateField(null=True)
    session = models.CharField(max_length=2, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)
    entry_count = models.PositiveIntegerField()
    is_complete = models.BooleanField(help_text="After this save every pupil of the group had a mark.")
    # Both NULL where the register was taken on the screen: so the column joins a table that is never rewritten.
    taken_on_paper_at = models.DateTimeField(
        null=True, help_text="When a register was taken on paper that was keyed in with this save."
    )
    taken_by_name = models.CharField(max_length=200, null=True, help_text="Who took it.")  # noqa: DJ001
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["school", "number"]
        constraints = [
            models.UniqueConstraint(fields=["school", "number"], name="save_number_once"),
            models.UniqueConstraint(fields=["school", "key"], name="save_key_once"),
        ]
        indexes = [models.Index(fields=["school", "on", "session"], name="save_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.by_name}"

    @property
    def taken_at(self) -> datetime:
        """When the register was taken: on paper, else as it was saved."""
        return self.taken_on_paper_at or self.at


class Entry(models.Model):
    """One version of one pupil's mark for one session. Rows are added, never changed or removed."""

    # Not three keys checked for each mark: a trigger compares all entries of a statement with their save at once
    # (migration 0004), which also holds them to its school and its writer. Saves, schools and writers can't be removed.
    # On PostgreSQL it also looks up and holds the pupils, in place of the key that SQLite checks (migration 0009).
    school = models.ForeignKey(
        "schools.School", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    save_made = models.ForeignKey(Save, models.PROTECT, related_name="entries", db_constraint=False)
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="entries", db_index=False)
    on = models.DateField()
    session = models.CharField(max_length=2, choices=SESSIONS)
    version = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=2)
    minutes_late = models.PositiveSmallIntegerField(null=True)
    arrived_at = models.TimeField(null=True)
    note = models.CharField(
        max_length=300, blank=True, help_text="Nature of the activity or of the circumstances."
    )
    reason = models.CharField(max_length=300, blank=True, help_text="Why the mark was amended.")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)

    class Meta:
        ordering = ["pupil", "on", "session", "version"]
        constraints = [
            # The day first: the marks of a register then lie on few pages of the index, and a save writes half as much.
            models.UniqueConstraint(fields=["on", "session", "pupil", "version"], name="entry_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="entry_versions_begin_at_one"),
            models.CheckConstraint(condition=Q(version=1) | ~Q(reason=""), name="an_amendment_has_a_reason"),
            models.CheckConstraint(condition=Q(session__in=["AM", "PM"]), name="entry_is_for_am_or_pm"),
        ]
        indexes = [
            models.Index(fields=["school", "id"], name="entry_by_school_in_order"),
            models.Index(fields=["school", "on", "session"], name="entry_by_school_and_day"),
            # Few rows, so it costs a save nothing; what is or was N is asked over whole years.
            models.Index(fields=["school", "on"], condition=Q(code="N"), name="entry_not_established"),
        ]

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.on} {self.session} v{self.version} {self.code}"


EVERY_WEEKDAY = 0b1111111


class PlannedMark(models.Model):
    """What is known before registration: the code a pupil is expected to have, and where that comes from."""

    class Sessions(models.TextChoices):
        BOTH = "both", "Morning and afternoon"
        AM = "AM", "Mornings only"
        PM = "PM", "Afternoons only"

    class Origin(models.TextChoices):
        TELEPHONE = "telephone", "Parent telephoned"
        EMAIL = "email", "Parent e-mailed"
        LETTER = "letter", "Letter"
        IN_PERSON = "in-person", "Told in person"
        WEB_FORM = "web-form", "Parent filled in the web form"
        SOMEBODY = "somebody", "Told by somebody else"
        LEAVE = "leave", "Leave granted"
        ACTIVITY = "activity", "Trip or activity"
        SCHOOL = "school", "School decision"
        TIMETABLE = "timetable", "Part-time timetable"
        DUAL = "dual", "Registered at two schools"
        SUSPENSION = "suspension", "Suspension"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    pupil = models.ForeignKey("roll.Pupil", models.PROTECT, related_name="planned_marks")
    first_day = models.DateField()
    last_day = models.DateField()
    sessions = models.CharField(max_length=4, choices=Sessions.choices, default=Sessions.BOTH)
    code = models.CharField(max_length=2)
    note = models.CharField(max_length=300, help_text="Shown on the register: no private details.")
    origin = models.CharField(max_length=12, choices=Origin.choices)
    weekdays = models.PositiveSmallIntegerField(
        default=EVERY_WEEKDAY,
        db_default=EVERY_WEEKDAY,
        help_text="Which weekdays it is for, one bit each: 1 is Monday, 64 is Sunday.",
    )
    source = models.CharField(
        max_length=40,
        default="",
        db_default="",
        blank=True,
        help_text='The record it comes from: "activity:12". Empty where it was typed in by itself.',
    )
    provider = models.CharField(
        max_length=200, default="", db_default="", blank=True, help_text="Other school, provider or place."
    )
    supervisor = models.CharField(
        max_length=200,
        default="",
        db_default="",
        blank=True,
        help_text="Who is in charge of the pupil there.",
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_by_name = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="planned_mark_in_order"),
        ]
        indexes = [
            models.Index(fields=["school", "first_day", "last_day"], name="planned_mark_by_day"),
            models.Index(fields=["school", "source"], name="planned_mark_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.pupil_id} {self.code} {self.first_day} to {self.last_day}"


class UnplannedClosure(models.Model):
    """A session on which the whole site was unexpectedly closed although the school was due to open (Y4)."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="unplanned_closures")
    save_made = models.OneToOneField(Save, models.PROTECT, related_name="+")
    on = models.DateField()
    session = models.CharField(max_length=2, choices=SESSIONS)
    reason = models.CharField(max_length=300)
    decided_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["on", "session"]
        constraints = [models.UniqueConstraint(fields=["school", "on", "session"], name="closure_once")]

    def __str__(self) -> str:
        return f"{self.on} {self.session}: {self.reason}"


class HistoryImport(models.Model):
    """Marks of past days brought in from a file: what came of it, and whether it was undone.

    The entries are those of the school's saves `first_save` to `last_save`; they stay for good, as all entries do.
    """

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="history_imports")
    file_name = models.CharField(max_length=200)
    first_day = models.DateField()
    last_day = models.DateField()
    first_save = models.PositiveBigIntegerField()
    last_save = models.PositiveBigIntegerField()
    new_count = models.PositiveIntegerField()
    changed_count = models.PositiveIntegerField()
    unchanged_count = models.PositiveIntegerField()
    refused_count = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=200)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_by_name = models.CharField(max_length=200, blank=True)
    undone_because = models.CharField(max_length=300, blank=True)
    undone_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.first_day} to {self.last_day}"


class Purge(models.Model):
    """The signed line that stays of a purge: what went, how much of it, why.

    Its save says who did it, when, and where in the chain. Rows are added, never changed or removed.
    """

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+", db_index=False)
    save_made = models.OneToOneField(Save, models.PROTECT, related_name="+")
    first_day = models.DateField(help_text="Of the academic year whose marks went.")
    last_day = models.DateField()
    made_until = models.DateField(help_text="The newest entry of every history that went was made by then.")
    reason = models.CharField(max_length=300)
    entry_count = models.PositiveIntegerField()
    pupil_count = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_purge_has_a_reason")]
        indexes = [models.Index(fields=["school", "id"], name="purge_by_school")]

    def __str__(self) -> str:
        return f"{self.entry_count} entries of {self.first_day} to {self.last_day}"


class PurgedPart(models.Model):
    """What a purge took out of one save, and what is left of it. Rows are added, never changed or removed.

    The database lets so many entries of the save go, and not one more. `left_digest` is what the save's digest is
    made of from now on; `removed_digest` lets an old back-up prove that it holds exactly what went.
    """

    purge = models.ForeignKey(Purge, models.PROTECT, related_name="parts")
    save_cut = models.ForeignKey(Save, models.PROTECT, related_name="parts_purged")
    entry_count = models.PositiveIntegerField()
    removed_digest = models.CharField(max_length=64)
    left_digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["purge", "save_cut"], name="purged_part_once"),
            models.CheckConstraint(condition=Q(entry_count__gte=1), name="purged_part_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_count} entries of save {self.save_cut_id}"
