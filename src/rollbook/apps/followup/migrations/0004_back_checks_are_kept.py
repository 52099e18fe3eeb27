from django.db import migrations

from rollbook.apps.audit.immutable import Protect

_protect = Protect("followup_backcheck")


class Migration(migrations.Migration):
    """The database itself refuses to change or remove how a pupil was met on coming back."""

    dependencies = [("followup", "0003_back_at_school")]

    operations = [migrations.RunPython(_protect.forwards, _protect.backwards)]
