"""The record of the back-ups that were made (SI 2024/208 regs 5 and 7)."""

from django.db import models


class Backup(models.Model):
    """One file with everything that this installation held at a moment, and until when it is to be kept."""

    made_at = models.DateTimeField()
    file_name = models.CharField(max_length=200)
    folder = models.CharField(max_length=1000, help_text="Where it was put; it may have been moved since.")
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    row_count = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, help_text="Of the whole file.")
    by_name = models.CharField(max_length=200)
    by_position = models.CharField(max_length=200)
    kept_until = models.DateField(help_text="Itself included: six years after the end of the school year.")

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.file_name
