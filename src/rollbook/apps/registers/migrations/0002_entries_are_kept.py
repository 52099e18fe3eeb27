from django.db import migrations

from rollbook.apps.audit.immutable import Protect

_protect = Protect("registers_save", "registers_entry")


class Migration(migrations.Migration):
    """The database itself refuses to change or remove an entry or a save."""

    dependencies = [("registers", "0001_initial")]

    operations = [migrations.RunPython(_protect.forwards, _protect.backwards)]
