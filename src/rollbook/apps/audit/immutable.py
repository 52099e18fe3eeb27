"""Triggers by which the database itself refuses to change or remove evidence and register entries.

Python code can be got round; a trigger also stops SQL typed by hand. Both databases get the same rule. The triggers are
put in place by migrations; tests that empty tables take them away for that moment with `remove` and `install`.

One removal is open: an entry may go when every version of its mark is six years old and a purge's record says that so
many entries of its save go, until that many are gone (docs/adr/0017). A lesson's mark, which is in no chain, may go
when every version of it is that old; an alert of a lesson, when it was raised and closed that long ago. Closing it,
once, is all that changes in it (docs/adr/0018).
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = (
    "audit_event",
    "registers_save",
    "registers_entry",
    "registers_purge",
    "registers_purgedpart",
    "registers_movement",
    "registers_rollcall",
    "registers_rollcallpupil",
    "registers_rollcalltick",
    "registers_rollcallend",
    "lessons_lessonsave",
    "lessons_lessonmark",
    "lessons_lessonalert",
    "followup_backcheck",
    "followup_contactstep",
    "followup_illnessstep",
    "followup_returnstep",
)

_PG_FUNCTION = """
CREATE OR REPLACE FUNCTION rollbook_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are evidence: they are never changed or removed', TG_TABLE_NAME;
END $$
"""


# A day's grace: the day on which six years are over is the school's, and the database counts in UTC. The rule in
# domain.keeping is exact; this is the floor under it that no program gets past.
_SIX_YEARS_AGO = {
    "postgresql": "now() - interval '6 years' + interval '1 day'",
    "sqlite": "datetime('now', '-6 years', '+1 day')",
}
_IS_YOUNG = """EXISTS (
    SELECT 1 FROM registers_entry AS version
    WHERE version."on" = OLD."on" AND version.session = OLD.session AND version.pupil_id = OLD.pupil_id
      AND version.at > {six_years_ago}
)"""
# Of an entry without a save nothing is known, and it stays.
_IS_NOT_COVERED = """NOT COALESCE(
    (SELECT COUNT(*) FROM registers_entry AS entry WHERE entry.save_made_id = OLD.save_made_id)
    > (SELECT save.entry_count FROM registers_save AS save WHERE save.id = OLD.save_made_id)
    - (SELECT COALESCE(SUM(part.entry_count), 0) FROM registers_purgedpart AS part
       WHERE part.save_cut_id = OLD.save_made_id), FALSE)"""


_IS_YOUNG_IN_A_LESSON = """EXISTS (
    SELECT 1 FROM lessons_lessonmark AS version JOIN lessons_lessonsave AS save ON save.id = version.save_made_id
    WHERE version.lesson_id = OLD.lesson_id AND version."on" = OLD."on" AND version.pupil_id = OLD.pupil_id
      AND save.at > {six_years_ago}
)"""


_IS_YOUNG_ALERT = (
    "OLD.closed_at IS NULL OR OLD.closed_at > {six_years_ago} OR OLD.raised_at > {six_years_ago}"
)
_AS_RAISED = ("school_id", "lesson_id", '"on"', "pupil_id", "kind", "because", "raised_at", "raised_by_name")
_IS_MORE_THAN_CLOSED = (
    f"OLD.closed_at IS NOT NULL OR ({', '.join(f'NEW.{name}' for name in _AS_RAISED)}) "
    f"<> ({', '.join(f'OLD.{name}' for name in _AS_RAISED)})"
)


@dataclass(frozen=True, slots=True)
class _Floor:
    """What is still refused in a table from which a row may go one day.

    `is_young` and `is_not_covered` say when a removal is refused; `is_fixed` when a change is: empty means always.
    """

    function: str
    is_young: str
    is_not_covered: str = ""
    is_fixed: str = ""


_FLOORS = {
    "registers_entry": _Floor("rollbook_refuse_removal", _IS_YOUNG, is_not_covered=_IS_NOT_COVERED),
    "lessons_lessonmark": _Floor("rollbook_refuse_young_lesson_mark", _IS_YOUNG_IN_A_LESSON),
    "lessons_lessonalert": _Floor(
        "rollbook_refuse_young_lesson_alert", _IS_YOUNG_ALERT, is_fixed=_IS_MORE_THAN_CLOSED
    ),
}


def _message(table: str) -> str:
    return f"Rows of {table} are evidence: they are never changed or removed"


def _floor_statements(vendor: str, table: str, floor: _Floor) -> list[str]:
    """In place of the plain refusal to remove a row, and for some to change it."""
    young = floor.is_young.format(six_years_ago=_SIX_YEARS_AGO[vendor])
    refusals = [("young_delete", young, f"{_message(table)} within six years")]
    if floor.is_not_covered:
        refusals.append(("delete", floor.is_not_covered, _message(table)))
    if vendor == "postgresql":
        checks = "\n".join(
            f"    IF {when} THEN RAISE EXCEPTION '{says}'; END IF;" for _, when, says in refusals
        )
        function = f"""
CREATE OR REPLACE FUNCTION {floor.function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{checks}
    RETURN OLD;
END $$
"""
        fixed = f"WHEN ({floor.is_fixed}) " if floor.is_fixed else ""
        return [
            function,
            f"CREATE OR REPLACE TRIGGER {table}_fixed BEFORE UPDATE ON {table} "
            f"FOR EACH ROW {fixed}EXECUTE FUNCTION rollbook_refuse_change()",
            f"CREATE OR REPLACE TRIGGER {table}_removed BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {floor.function}()",
        ]
    refused = [("DELETE", *each) for each in refusals]
    if floor.is_fixed:
        refused.append(("UPDATE", "update", floor.is_fixed, _message(table)))
    statements = [f"DROP TRIGGER IF EXISTS {table}_no_delete"]
    for verb, name, when, says in refused:
        statements += [
            f"DROP TRIGGER IF EXISTS {table}_no_{name}",
            f"CREATE TRIGGER {table}_no_{name} BEFORE {verb} ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{says}'); END",
        ]
    return statements


def _install_statements(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            _PG_FUNCTION,
            f"CREATE OR REPLACE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION rollbook_refuse_change()",
            f"CREATE OR REPLACE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION rollbook_refuse_change()",
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_message(table)}'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def _remove_statements(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}" for name in ("fixed", "kept", "removed")]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete", "young_delete")]


def install(
    connection: BaseDatabaseWrapper, tables: tuple[str, ...] = TABLES, *, with_purge: bool = True
) -> None:
    """Makes the database refuse UPDATE, DELETE (and on PostgreSQL TRUNCATE) on these tables.

    `with_purge` False is how it was before there was a purge: for migrations older than its tables.
    """
    with connection.cursor() as cursor:
        for table in tables:
            statements = _install_statements(connection.vendor, table)
            if with_purge and table in _FLOORS:
                statements += _floor_statements(connection.vendor, table, _FLOORS[table])
            for statement in statements:
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, tables: tuple[str, ...] = TABLES) -> None:
    """Takes the refusal away. Only for tests and for rebuilding a table in a migration."""
    with connection.cursor() as cursor:
        for table in tables:
            for statement in _remove_statements(connection.vendor, table):
                cursor.execute(statement)


class Protect:
    """The forward and backward step of a migration that protects `tables`."""

    def __init__(self, *tables: str, with_purge: bool = False) -> None:
        self.tables = tables
        self.with_purge = with_purge

    def forwards(self, _apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        """Installs the triggers."""
        install(editor.connection, self.tables, with_purge=self.with_purge)

    def backwards(self, _apps: object, editor: BaseDatabaseSchemaEditor) -> None:
        """Removes the triggers."""
        remove(editor.connection, self.tables)
