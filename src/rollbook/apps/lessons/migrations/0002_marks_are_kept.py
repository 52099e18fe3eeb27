from django.db import migrations

from rollbook.apps.audit.immutable import Protect

_protect = Protect("lessons_lessonsave", "lessons_lessonmark", with_purge=True)


class Migration(migrations.Migration):
    """The database itself refuses to change a lesson's marks, and to remove them before they are six years old."""

    dependencies = [("lessons", "0001_initial")]

    operations = [migrations.RunPython(_protect.forwards, _protect.backwards)]
