from django.db import migrations

from rollbook.apps.audit.immutable import Protect

_protect = Protect("followup_contactstep")


class Migration(migrations.Migration):
    """The database itself refuses to change or remove what was written down about a missing pupil."""

    dependencies = [("followup", "0001_contact_steps")]

    operations = [migrations.RunPython(_protect.forwards, _protect.backwards)]
