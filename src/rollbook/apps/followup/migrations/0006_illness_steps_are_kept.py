from django.db import migrations

from rollbook.apps.audit.immutable import Protect

_protect = Protect("followup_illnessstep")


class Migration(migrations.Migration):
    """The database itself refuses to change or remove what was recorded about an illness."""

    dependencies = [("followup", "0005_illness")]

    operations = [migrations.RunPython(_protect.forwards, _protect.backwards)]
