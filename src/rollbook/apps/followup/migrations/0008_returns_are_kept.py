from django.db import migrations

from rollbook.apps.audit.immutable import Protect

_protect = Protect("followup_returnstep")


class Migration(migrations.Migration):
    """The database itself refuses to change or remove what was decided and sent about absence."""

    dependencies = [("followup", "0007_returns_on_absence")]

    operations = [migrations.RunPython(_protect.forwards, _protect.backwards)]
