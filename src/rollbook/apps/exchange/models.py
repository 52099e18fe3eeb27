"""Imports: the file while it is staged, what it did, and which columns a school's files have."""

from django.conf import settings
from django.db import models


class FileImport(models.Model):
    """A file on its way in, and afterwards the note of what it did.

    The content is there only while it is staged, or while rows that were left out can still be fetched.
    """

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sheet = models.CharField(max_length=100, blank=True)
    columns = models.JSONField(null=True, help_text="Column number to field, once somebody has agreed to it.")
    takes_effect_on = models.DateField()
    makes_groups = models.BooleanField(default=False)
    loaded_at = models.DateTimeField(null=True, blank=True)
    loaded_by_name = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict, help_text="The counts of the load.")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by_name = models.CharField(max_length=200, blank=True)
    undo_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        indexes = [models.Index(fields=["school", "-uploaded_at"], name="import_by_school")]

    def __str__(self) -> str:
        return self.name


class ImportedRow(models.Model):
    """One record that an import added (`before` is null) or changed, with its line in the file."""

    file_import = models.ForeignKey(FileImport, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    who = models.CharField(max_length=300)
    subject = models.CharField(max_length=80)
    before = models.JSONField(null=True)
    after = models.JSONField()
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"line {self.line}: {self.subject}"


class ColumnMap(models.Model):
    """Which field each column holds, as a school agreed to it for files with the same headings."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    headings = models.CharField(max_length=64, help_text="The digest of the headings.")
    columns = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        ordering = ["-used_at"]
        constraints = [
            models.UniqueConstraint(fields=["school", "kind", "headings"], name="column_map_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} columns"
