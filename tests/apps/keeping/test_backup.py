"""A back-up holds everything, an empty machine is filled from it, and nothing else is."""

import json
import stat
import zipfile
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.db.models import JSONField, Value

from rollbook import clock
from rollbook.apps.audit.models import Event
from rollbook.apps.exchange.models import FileImport
from rollbook.apps.jobs.actions.beating import begin_work
from rollbook.apps.jobs.models import Worker
from rollbook.apps.keeping.actions.backing_up import Made, back_up
from rollbook.apps.keeping.actions.restoring import restore
from rollbook.apps.keeping.models import Backup
from rollbook.apps.keeping.queries import tables
from rollbook.apps.post.actions.following import follow
from rollbook.apps.registers.actions.purging import purge_year
from rollbook.apps.registers.models import Entry, PurgedPart, Save
from rollbook.apps.registers.queries.proof import prove
from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.models import PolicySetting
from rollbook.domain.refusals import Refused
from rollbook.formats.backup_archive import Reader
from tests.apps.jobs.working import waiting, work_off
from tests.apps.keeping.past import OLD_YEAR, Past
from tests.apps.keeping.scene import SERVER, busy, contents, empty_machine, evidence_open
from tests.apps.post.test_sending import write
from tests.apps.registers.scene import MONDAY, PM, Scene, at
from tests.durability.crowd import together
from tests.factories.people import make_school
from tests.formats.test_backup_archive import changed
from tests.mail import Box

pytestmark = pytest.mark.django_db(transaction=True)

EVENING = at(18, 0)


@pytest.fixture
def scene() -> Scene:
    scene = busy(Scene())
    second = make_school("Ash Grove School")
    PolicySetting.objects.create(
        school=second, name="a_choice", value=Value(None, JSONField()), effective_from=MONDAY
    )
    FileImport.objects.create(
        school=scene.school,
        kind="pupils",
        name="pupils.csv",
        takes_effect_on=MONDAY,
        content=b"\x00\xffSurname",
        uploaded_at=EVENING,
        uploaded_by=scene.office,
        result={"b": 1, "a": [1.5, None]},
    )
    return scene


def made(folder: Path) -> Made:
    return back_up(folder=folder, by=SERVER, at=EVENING)


@pytest.mark.policy("P-4.1-13")
def test_an_empty_machine_gets_every_row_back(scene: Scene, tmp_path: Path) -> None:
    before = contents()
    assert len(before["registers.Entry"]) == 4
    backup = made(tmp_path)
    empty_machine()
    assert not Entry.objects.exists()

    done = restore(source=backup.path, by=SERVER, at=EVENING)

    after = contents()
    events = [row for row in after.pop("audit.Event") if row["type"] != "keeping.backup.restored"]
    assert events == before.pop("audit.Event")
    assert after == before
    assert {name: proof.is_whole for name, proof in done.proofs.items()} == {
        "Ash Grove School": True,
        "Hollin Bank School": True,
    }


def test_the_school_goes_on_where_it_stopped(scene: Scene, tmp_path: Path) -> None:
    backup = made(tmp_path)
    empty_machine()
    restore(source=backup.path, by=SERVER, at=EVENING)

    scene.take({scene.dan: "/"}, by=scene.other_teacher, group=scene.other_group)

    assert Entry.objects.latest("pk").pupil_id == scene.dan.pk
    assert Pupil.objects.create(
        school=scene.school, surname="New", forename="Ned", sex="M", born_on=MONDAY
    ).pk > max(pupil.pk for pupil in (scene.amy, scene.ben, scene.cat, scene.dan))
    assert prove(scene.school.pk).is_whole


def test_the_queue_stays_behind_and_a_message_that_waits_is_found_again(
    scene: Scene, tmp_path: Path, mail_server: Box, settings: Any
) -> None:
    settings.ROLLBOOK_PURPOSES = {"absence.first_day": ("First-day contact", False)}
    message = write(scene, at=at(17, 50))
    begin_work(name="one", at=EVENING)
    backup = made(tmp_path)
    empty_machine()
    # A worker that is there already is no reason to refuse, and nothing of the old ones comes back.
    begin_work(name="two", at=EVENING)
    restore(source=backup.path, by=SERVER, at=EVENING)
    assert [worker.name for worker in Worker.objects.all()] == ["two"]
    assert waiting() == 0

    with time_machine.travel(at(18, 6), tick=False):
        assert follow(scene.school.pk, EVENING, at(18, 6)) == "1 put into the queue again"
        work_off()

    message.refresh_from_db()
    assert (message.state, len(mail_server.letters)) == ("sent", 1)


def test_the_restored_register_is_protected_as_ever(scene: Scene, tmp_path: Path) -> None:
    backup = made(tmp_path)
    empty_machine()
    restore(source=backup.path, by=SERVER, at=EVENING)
    for statement in ("UPDATE registers_entry SET code = '/'", "DELETE FROM registers_entry"):
        with pytest.raises(Exception, match="never changed or removed"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_what_is_recorded_of_a_backup(scene: Scene, tmp_path: Path) -> None:
    backup = made(tmp_path / "new folder")
    row = Backup.objects.get()
    assert (row.file_name, row.kept_until) == ("rollbook-2026-09-14-180000.zip", date(2033, 8, 31))
    assert row.size == backup.path.stat().st_size
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.path.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in backup.path.parent.iterdir()) == [row.file_name]
    events = Event.objects.filter(type="keeping.backup.made")
    assert events.count() == 2
    assert {event.facts["sha256"] for event in events} == {row.sha256}


def test_it_holds_every_table_of_ours_and_no_key(scene: Scene, tmp_path: Path) -> None:
    from django.conf import settings

    backup = made(tmp_path)
    with zipfile.ZipFile(backup.path) as file:
        content = b"".join(file.read(name) for name in file.namelist())
        manifest = json.loads(file.read("manifest.json"))
    assert settings.SECRET_KEY.encode() not in content
    names = {table["name"] for table in manifest["tables"]}
    assert names >= {"registers.entry", "registers.save", "audit.event", "accounts.user", "mfa.authenticator"}
    assert not {name for name in names if name.startswith(("sessions.", "contenttypes."))}
    counts = {table["name"]: table["rows"] for table in manifest["tables"]}
    assert counts["registers.entry"] == Entry.objects.count()
    assert manifest["heads"][str(scene.school.pk)][0] == Save.objects.count()


def test_every_kind_of_field_there_is_can_be_read_back() -> None:
    for model in tables.backed_up_models():
        for field in model._meta.concrete_fields:
            tables.reader_of(field)


def test_what_is_saved_meanwhile_is_wholly_in_it_or_not_at_all(scene: Scene, tmp_path: Path) -> None:
    """A register taken after the back-up began is in none of its tables, and did not have to wait for it."""
    original = tables.rows_of
    taken: list[int] = []

    def take_afternoon() -> None:
        done = scene.take({scene.amy: "\\"}, session=PM, when=at(12, 50))
        taken.append(done.saved_count)

    def rows_with_a_save_in_between(model: tables.Model) -> object:
        if model is Entry and not taken:
            together([take_afternoon])
        return original(model)

    with patch("rollbook.apps.keeping.actions.backing_up.rows_of", rows_with_a_save_in_between):
        backup = made(tmp_path)

    assert taken == [1]
    counts = {table.name: table.row_count for table in backup.manifest.tables}
    assert (counts["registers.entry"], counts["registers.save"]) == (4, 2)
    assert backup.manifest.heads[str(scene.school.pk)][0] == 2
    assert Save.objects.count() == 3


def test_a_backup_that_fails_leaves_nothing(scene: Scene, tmp_path: Path) -> None:
    with (
        patch("rollbook.apps.keeping.actions.backing_up.rows_of", side_effect=OSError("No space left")),
        pytest.raises(Refused, match="No space left"),
    ):
        made(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not Backup.objects.exists()


def test_a_backup_never_goes_over_another_file(scene: Scene, tmp_path: Path) -> None:
    made(tmp_path)
    with pytest.raises(Refused, match="already"):
        made(tmp_path)


def test_a_folder_that_can_not_be_is_said(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="No back-up was made"):
        made(tmp_path / "file" / "folder")


def test_no_backup_inside_a_transaction(scene: Scene, tmp_path: Path) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction of its own"):
        made(tmp_path)


def test_a_purged_register_is_whole_on_the_new_machine_too(tmp_path: Path) -> None:
    past = Past()
    viewer = past.scene.viewer(past.head)
    purge_year(
        viewer=viewer, first_day=OLD_YEAR, expected_count=4, reason="Over.", key=uuid4(), by=viewer.actor, at=EVENING
    )  # fmt: skip
    backup = made(tmp_path)
    empty_machine()
    done = restore(source=backup.path, by=SERVER, at=EVENING)
    assert done.proofs["Hollin Bank School"].is_whole
    assert PurgedPart.objects.count() == 3


# --- What is refused -------------------------------------------------------------------------------------------


def test_a_database_with_something_in_it_is_left_alone(scene: Scene, tmp_path: Path) -> None:
    backup = made(tmp_path)
    before = contents()
    with pytest.raises(Refused, match=r"not empty.*accounts\.appointment"):
        restore(source=backup.path, by=SERVER, at=EVENING)
    assert contents() == before


def test_a_changed_backup_restores_nothing(scene: Scene, tmp_path: Path) -> None:
    backup = made(tmp_path)
    with backup.path.open("rb") as file, Reader(file) as archive:
        [entries] = [table for table in archive.manifest.tables if table.name == "registers.entry"]
        lines = [json.dumps(row) for row in archive.rows(entries)]
    changed(backup.path, "tables/registers.entry.jsonl", "\n".join(lines).replace('"I"', '"C"') + "\n")
    empty_machine()
    with pytest.raises(Refused, match=r"registers\.entry.*Nothing was restored"):
        restore(source=backup.path, by=SERVER, at=EVENING)
    assert not any(contents().values())


def test_a_backup_of_other_tables_is_refused(scene: Scene, tmp_path: Path) -> None:
    backup = made(tmp_path)
    empty_machine()
    for target, value in (("applied_migrations", ("x.1",)), ("backed_up_models", [Entry])):
        with (
            patch(f"rollbook.apps.keeping.actions.restoring.{target}", return_value=value),
            pytest.raises(Refused, match="Install the version that made it"),
        ):
            restore(source=backup.path, by=SERVER, at=EVENING)
    assert not any(contents().values())


def test_values_that_no_database_takes_are_refused(scene: Scene, tmp_path: Path) -> None:
    """An archive whose own digests are in order may still hold nonsense: a day that is none."""
    original = tables.rows_of

    def rows(model: tables.Model) -> object:
        for row in original(model):
            yield ["no day" if value == "2014-05-17" else value for value in row]

    with patch("rollbook.apps.keeping.actions.backing_up.rows_of", rows):
        backup = made(tmp_path)
    empty_machine()
    with pytest.raises(Refused, match="does not take"):
        restore(source=backup.path, by=SERVER, at=EVENING)
    assert not any(contents().values())


def test_a_row_that_points_nowhere_is_refused(scene: Scene, tmp_path: Path) -> None:
    original = tables.rows_of

    def rows(model: tables.Model) -> object:
        return iter(()) if model is Pupil else original(model)

    with patch("rollbook.apps.keeping.actions.backing_up.rows_of", rows):
        backup = made(tmp_path)
    empty_machine()
    with pytest.raises(Refused, match="does not take"):
        restore(source=backup.path, by=SERVER, at=EVENING)
    assert not any(contents().values())


# --- The commands ----------------------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_commands_together(scene: Scene, tmp_path: Path) -> None:
    said = run("backup", "--to", str(tmp_path))
    [path] = tmp_path.iterdir()
    assert str(path) in said
    assert "Keep it until 31 August" in said
    assert Backup.objects.get().by_position == "On the server"
    assert "whole" in run("backup", "--check", str(path))

    empty_machine()
    said = run("restore", str(path))
    assert "Every table is as it was backed up" in said
    assert "Hollin Bank School: whole. 2 saves, 4 entries." in said
    assert "Hollin Bank School: whole" in run("verify")

    with pytest.raises(CommandError, match="not empty"):
        run("restore", str(path))
    with pytest.raises(CommandError, match="can't be read"):
        run("restore", str(tmp_path / "none.zip"))
    with pytest.raises(CommandError, match=r"none\.zip"):
        run("backup", "--check", str(tmp_path / "none.zip"))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CommandError, match="cut short"):
        run("backup", "--check", str(path))


def test_checking_a_file_asks_no_database(scene: Scene, tmp_path: Path) -> None:
    backup = made(tmp_path)
    with patch.object(
        type(connections["default"]), "cursor", side_effect=AssertionError("asked the database")
    ):
        assert "whole" in run("backup", "--check", str(backup.path))


def test_a_register_that_was_not_whole_is_restored_and_said(scene: Scene, tmp_path: Path) -> None:
    """Its faults were there when it was backed up; refusing it would lose the rest."""
    with evidence_open():
        Entry.objects.filter(code="L").update(code="/")
    backup = made(tmp_path)
    empty_machine()
    with pytest.raises(CommandError, match="not whole then"):
        run("restore", str(backup.path))
    assert Entry.objects.count() == 4


def test_the_clock_of_the_command_is_the_school_s(scene: Scene, tmp_path: Path) -> None:
    with patch.object(clock, "now", return_value=at(23, 30, on=date(2027, 7, 1))):
        run("backup", "--to", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["rollbook-2027-07-01-233000.zip"]
