from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# PostgreSQL looked up the pupil of each entry by itself: a third of the time of an import. Now all pupils of a
# statement are looked up and held at once; held as a foreign key holds them, so that nobody removes them meanwhile.
# SQLite keeps the foreign key, which costs it next to nothing.
_MATCH = """
CREATE OR REPLACE FUNCTION rollbook_entries_match_their_save() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    pupils bigint[] := ARRAY(SELECT DISTINCT pupil_id FROM added);
    pupils_there bigint;
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT save_made_id, school_id, by_id FROM added) AS entry
        LEFT JOIN registers_save AS save ON save.id = entry.save_made_id
        WHERE save.id IS NULL OR save.school_id <> entry.school_id OR save.by_id <> entry.by_id
    ) THEN
        RAISE EXCEPTION 'An entry does not belong to its save' USING ERRCODE = 'foreign_key_violation';
    END IF;
    PERFORM 1 FROM roll_pupil WHERE id = ANY (pupils) FOR KEY SHARE;
    GET DIAGNOSTICS pupils_there = ROW_COUNT;
    IF pupils_there <> cardinality(pupils) THEN
        RAISE EXCEPTION 'An entry belongs to a pupil who is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
"""
# A look at all entries is slow, but no pupil is ever removed by Rollbook itself. It must see what was committed while
# it waited for a save to let go of the pupil: only READ COMMITTED, Rollbook's own way, does.
_KEEP = [
    """
CREATE OR REPLACE FUNCTION rollbook_pupil_with_entries_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'A pupil keeps the id that entries know them by' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Pupils are removed in READ COMMITTED transactions only';
    END IF;
    IF EXISTS (SELECT 1 FROM gone JOIN registers_entry AS entry ON entry.pupil_id = gone.id) THEN
        RAISE EXCEPTION 'A pupil with entries stays' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
""",
    "CREATE OR REPLACE TRIGGER roll_pupil_with_entries_stays AFTER DELETE ON roll_pupil "
    "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION rollbook_pupil_with_entries_stays()",
    "CREATE OR REPLACE TRIGGER roll_pupil_keeps_its_id BEFORE UPDATE OF id ON roll_pupil "
    "FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION rollbook_pupil_with_entries_stays()",
]
_KEYS = """
SELECT conname FROM pg_constraint
WHERE contype = 'f' AND conrelid = 'registers_entry'::regclass AND confrelid = 'roll_pupil'::regclass
"""


def _at_once(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor != "postgresql":
        return
    for statement in [_MATCH, *_KEEP]:
        editor.execute(statement)
    with editor.connection.cursor() as cursor:
        cursor.execute(_KEYS)
        names = [row[0] for row in cursor.fetchall()]
    for name in names:
        editor.execute(f"ALTER TABLE registers_entry DROP CONSTRAINT {editor.quote_name(name)}")


def _one_by_one(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor != "postgresql":
        return
    # The function goes on looking at the pupils too, which does no harm.
    editor.execute(
        "ALTER TABLE registers_entry ADD CONSTRAINT registers_entry_pupil_id_fk_roll_pupil_id "
        "FOREIGN KEY (pupil_id) REFERENCES roll_pupil (id) DEFERRABLE INITIALLY DEFERRED"
    )
    for name in ("roll_pupil_with_entries_stays", "roll_pupil_keeps_its_id"):
        editor.execute(f"DROP TRIGGER IF EXISTS {name} ON roll_pupil")


class Migration(migrations.Migration):
    """On PostgreSQL the pupils of all entries of a statement are looked up at once instead of one by one."""

    dependencies = [("registers", "0008_registers_from_paper"), ("roll", "0004_staged_files_go")]

    operations = [migrations.RunPython(_at_once, _one_by_one)]
