"""Triggers by which the database itself refuses to change or remove evidence and register entries.

Python code can be got round; a trigger also stops SQL typed by hand. Both databases get the same rule. The triggers are
put in place by migrations; tests that empty tables take them away for that moment with `remove` and `install`.
"""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("audit_event", "registers_save", "registers_entry")

_PG_FUNCTION = """
CREATE OR REPLACE FUNCTION rollbook_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are evidence: they are never changed or removed', TG_TABLE_NAME;
END $$
"""


def _install_statements(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            _PG_FUNCTION,
            f"CREATE OR REPLACE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION rollbook_refuse_change()",
            f"CREATE OR REPLACE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION rollbook_refuse_change()",
        ]
    message = f"Rows of {table} are evidence: they are never changed or removed"
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def _remove_statements(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}" for name in ("fixed", "kept")]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete")]


def install(connection: BaseDatabaseWrapper, tables: tuple[str, ...] = TABLES) -> None:
    """Makes the database refuse UPDATE, DELETE (and on PostgreSQL TRUNCATE) on these tables."""
    with connection.cursor() as cursor:
        for table in tables:
            for statement in _install_statements(connection.vendor, table):
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, tables: tuple[str, ...] = TABLES) -> None:
    """Takes the refusal away. Only for tests and for rebuilding a table in a migration."""
    with connection.cursor() as cursor:
        for table in tables:
            for statement in _remove_statements(connection.vendor, table):
                cursor.execute(statement)


class Protect:
    """The forward and backward step of a migration that protects `tables`."""

    def __init__(self, *tables: str) -> None:
        self.tables = tables

    def forwards(self, _apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        """Installs the triggers."""
        install(editor.connection, self.tables)

    def backwards(self, _apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        """Removes the triggers."""
        remove(editor.connection, self.tables)
