from django.db import migrations

from rollbook.apps.audit.immutable import Protect

_protect = Protect("lessons_lessonalert", with_purge=True)


class Migration(migrations.Migration):
    """The database itself keeps an alert as it was raised and closed, until both are six years ago."""

    dependencies = [("lessons", "0002_marks_are_kept")]

    operations = [migrations.RunPython(_protect.forwards, _protect.backwards)]
