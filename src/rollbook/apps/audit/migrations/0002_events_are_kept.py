from django.db import migrations

from rollbook.apps.audit.immutable import Protect

_protect = Protect("audit_event")


class Migration(migrations.Migration):
    """The database itself refuses to change or remove an event."""

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(_protect.forwards, _protect.backwards)]
