from typing import Any

from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def _make_table(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """The table of the cache, in which all processes count failed sign-ins together."""

    dependencies = [("accounts", "0003_telephone_and_sessions")]

    operations = [migrations.RunPython(_make_table, migrations.RunPython.noop)]
