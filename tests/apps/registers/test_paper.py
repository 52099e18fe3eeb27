"""A register taken on paper and keyed in afterwards: both times are kept, and nothing of the evidence is loosened."""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import date, datetime, time, timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from rollbook.apps.accounts.models import Appointment, User
from rollbook.apps.audit import immutable
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.taking import OnPaper, take_register
from rollbook.apps.registers.models import Entry, Save
from rollbook.apps.registers.queries.board import board_of
from rollbook.apps.registers.queries.digests import save_line
from rollbook.apps.registers.queries.proof import prove
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import AM, MONDAY, Scene, at, mark
from tests.factories.people import make_person, make_school, sign_in

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)
NOON = at(13, 20, on=TUESDAY)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def key_in(
    scene: Scene,
    codes: Mapping[Any, str],
    *,
    taken: datetime | None = None,
    taken_by: int | None = None,
    by: User | None = None,
    when: datetime = NOON,
    on: date = MONDAY,
) -> None:
    viewer = scene.viewer(by or scene.office, on)
    take_register(
        viewer=viewer, group_id=scene.group.pk, on=on, school_session=AM,
        marks=[mark(pupil, code) for pupil, code in codes.items()], reason="", key=uuid4(), by=viewer.actor, at=when,
        paper=OnPaper(taken or at(9, 5), taken_by or scene.teacher.pk),
    )  # fmt: skip


def everybody(scene: Scene) -> dict[Any, str]:
    return {scene.amy: "N", scene.ben: "/", scene.cat: "L"}


# --- The action -------------------------------------------------------------------------------------------------


def test_both_times_and_both_people_are_kept(scene: Scene) -> None:
    key_in(scene, everybody(scene))
    save = Save.objects.get()
    assert (save.taken_on_paper_at, save.taken_by_name) == (at(9, 5), "Tess Teacher")
    assert (save.at, save.by_name, save.by_position) == (NOON, "Ola Office", "Receptionist")
    assert {entry.at for entry in Entry.objects.all()} == {NOON}
    event = Event.objects.get(type="register.saved")
    assert (event.facts["taken_on_paper"], event.facts["taken_by"]) == ("09:05", "Tess Teacher")


def test_it_counts_as_taken_when_the_paper_says(scene: Scene) -> None:
    key_in(scene, everybody(scene))
    board = board_of(scene.viewer(scene.officer), MONDAY, AM, NOON)
    assert board is not None
    (row,) = [row for row in board.rows if row.group.name == "7A"]
    assert not row.is_late
    assert board.minutes_lost == 5


def test_a_paper_that_was_late_itself_stays_late(scene: Scene) -> None:
    key_in(scene, everybody(scene), taken=at(9, 29))
    board = board_of(scene.viewer(scene.officer), MONDAY, AM, NOON)
    assert board is not None
    assert [row.is_late for row in board.rows if row.group.name == "7A"] == [True]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        (
            {"taken": at(8, 59)},
            "taken_at",
            "This session runs from 09:00 to 12:15. Enter the time on the paper.",
        ),
        (
            {"taken": at(12, 16)},
            "taken_at",
            "This session runs from 09:00 to 12:15. Enter the time on the paper.",
        ),
        ({"taken": at(9, 5, on=TUESDAY)}, "taken_at", "A register is taken on its own day."),
        (
            {"taken": at(9, 31), "when": at(9, 30)},
            "taken_at",
            "It is 09:30 now: enter when the register was taken.",
        ),
        ({"taken_by": 987_654}, "taken_by", "Choose somebody who worked at the school on this day."),
    ],
)
def test_a_paper_that_can_not_be_is_refused_and_nothing_saved(
    scene: Scene, given: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        key_in(scene, everybody(scene), **given)
    assert [(each.field, each.message) for each in refused.value.refusals] == [(field, words)]
    assert not Save.objects.exists()


def test_who_took_it_worked_here_on_that_day(scene: Scene) -> None:
    far = make_person(make_school("Far School"), Role.CLASS_TEACHER)
    left = make_person(scene.school, Role.CLASS_TEACHER, name="Lee Left", last_day=MONDAY - timedelta(days=1))
    for person in (far, left):
        with pytest.raises(Refused, match="worked at the school"):
            key_in(scene, everybody(scene), taken_by=person.pk)
    Appointment.objects.filter(user=left).update(last_day=MONDAY)
    key_in(scene, everybody(scene), taken_by=left.pk)
    assert Save.objects.get().taken_by_name == "Lee Left"


def test_a_teacher_does_not_key_in(scene: Scene) -> None:
    with pytest.raises(Refused, match="keyed in by the school office"):
        key_in(scene, everybody(scene), by=scene.teacher, when=at(9, 10))
    assert not Save.objects.exists()


# --- The evidence -----------------------------------------------------------------------------------------------


def test_the_proof_holds_with_saves_of_both_kinds(scene: Scene) -> None:
    scene.take({scene.amy: "/"}, on=TUESDAY, when=at(9, 5, on=TUESDAY))
    key_in(scene, everybody(scene))
    assert prove(scene.school.pk).is_whole


def test_a_save_from_the_screen_has_the_line_it_always_had(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    save = Save.objects.get()
    assert save_line(save).endswith(f',1,false,"{save.previous_digest}"]')


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("taken_on_paper_at", "2026-09-14 08:00:00+00:00"),
        ("taken_by_name", "Somebody else"),
        ("taken_by_name", None),
    ],
)
def test_a_paper_time_or_name_changed_afterwards_is_found(
    scene: Scene, column: str, value: str | None
) -> None:
    key_in(scene, everybody(scene))
    tamper(column, value)
    proof = prove(scene.school.pk)
    assert [fault.message for fault in proof.faults] == [
        "Save 1, made on 15 September 2026 by Ola Office, is not what was saved."
    ]


def test_a_paper_time_put_into_a_save_from_the_screen_is_found(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    tamper("taken_on_paper_at", "2026-09-14 08:00:00+00:00")
    assert not prove(scene.school.pk).is_whole


def tamper(column: str, value: str | None) -> None:
    immutable.remove(connection)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE registers_save SET {column} = %s", [value])
    finally:
        immutable.install(connection)


def test_the_database_still_refuses_to_change_a_save_after_the_migration(scene: Scene) -> None:
    key_in(scene, everybody(scene))
    for statement in (
        "UPDATE registers_save SET taken_on_paper_at = NULL",
        "UPDATE registers_save SET taken_by_name = 'X'",
        "DELETE FROM registers_save",
    ):
        refuse(statement)
    assert Save.objects.get().taken_by_name == "Tess Teacher"


def test_the_migration_leaves_rows_triggers_and_digests_alone(scene: Scene) -> None:
    """The two columns taken away and added again by the migration's own steps, with rows in the table."""
    scene.take({scene.amy: "/"})
    digest = Save.objects.values_list("digest", flat=True).get()
    migration = import_module("rollbook.apps.registers.migrations.0008_registers_from_paper").Migration
    names = [operation.name for operation in migration.operations]
    assert names == ["taken_on_paper_at", "taken_by_name"]
    with _editor() as editor:
        for name in reversed(names):
            editor.execute(f"ALTER TABLE registers_save DROP COLUMN {name}")
        for name in names:
            editor.add_field(Save, Save._meta.get_field(name))
    assert Save.objects.values_list("digest", flat=True).get() == digest
    assert prove(scene.school.pk).is_whole
    refuse("UPDATE registers_save SET by_name = 'X'")


def refuse(statement: str) -> None:
    """Expects the database to refuse the statement."""
    refused = pytest.raises((IntegrityError, DatabaseError), match="never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def _editor() -> Any:
    """SQLite's editor won't begin inside a transaction, as it may make tables anew; adding a column makes none."""
    if connection.vendor == "postgresql":
        connection.check_constraints()  # what is checked only at the end of a transaction would hold the table
        return connection.schema_editor(atomic=False)
    editor = connection.SchemaEditorClass(connection, atomic=False)
    editor.deferred_sql = []
    return nullcontext(editor)


# --- The pages --------------------------------------------------------------------------------------------------


def asked(scene: Scene, **given: Any) -> dict[str, Any]:
    return {
        "group": scene.group.pk, "on": MONDAY.isoformat(), "session": "AM", "taken_at": "09:05",
        "taken_by": scene.teacher.pk,
    } | given  # fmt: skip


def test_the_page_leads_to_the_register_and_its_history_says_both(scene: Scene, client: Client) -> None:
    sign_in(client, scene.office)
    with time_machine.travel(NOON, tick=False):
        answer = client.get(reverse("registers:paper"), asked(scene))
        assert answer.status_code == 302
        address = answer["Location"]
        assert "Taken at 09:05 by Tess Teacher." in client.get(address).content.decode()
        form = {f"v-{pupil.pk}": "0" for pupil in everybody(scene)}
        form |= {
            f"m-{pupil.pk}": {"/": "present"}.get(code, code) for pupil, code in everybody(scene).items()
        }
        saved = client.post(address, form | {f"late-{scene.cat.pk}": "4", "key": str(uuid4())})
        assert (saved.status_code, saved["Location"]) == (302, address.partition("?")[0])
        page = client.get(saved["Location"]).content.decode()
        assert "Taken on paper at 09:05 by Tess Teacher, keyed in Tue 15 Sep, 13:20 by Ola Office" in page
        history = client.get(reverse("registers:mark", args=[scene.amy.pk, MONDAY, "AM"])).content.decode()
    assert "Taken on paper at 09:05 by Tess Teacher" in history
    assert "Keyed in" in history
    assert "Tue 15 Sep 2026 at 13:20" in history
    assert "Ola Office, Receptionist" in history


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"group": ""}, "Choose the teaching group."),
        ({"taken_at": ""}, "Enter the time on the paper."),
        ({"taken_at": "25:00"}, "Enter a time on the 24-hour clock"),
        ({"taken_at": "07:00"}, "This session runs from 09:00 to 12:15."),
        ({"taken_by": ""}, "Choose who took it."),
        ({"on": "2026-09-13"}, "No register is taken on this day"),
        ({"on": "2026-09-16"}, "It is 13:20 now"),
        ({"session": "XX"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_or_wrong_is_said_beside_its_field(
    scene: Scene, client: Client, given: dict[str, str], words: str
) -> None:
    sign_in(client, scene.office)
    with time_machine.travel(NOON, tick=False):
        answer = client.get(reverse("registers:paper"), asked(scene, **given))
    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["taken_at=&taken_by=", "taken_at=09:05", "taken_at=09:05&taken_by=x", "taken_at=%00&taken_by=1",
              "taken_at=09:05&taken_by=" + "9" * 30, "taken_at=07:00&taken_by=1"]
)  # fmt: skip
def test_an_address_made_up_by_hand_saves_nothing_and_loses_nothing(
    scene: Scene, client: Client, query: str
) -> None:
    sign_in(client, scene.office)
    address = f"{reverse('registers:take', args=[scene.group.pk, MONDAY, 'AM'])}?{query}"
    with time_machine.travel(NOON, tick=False):
        assert client.get(address).status_code == 200
        form = {f"v-{scene.amy.pk}": "0", f"o-{scene.amy.pk}": "C", f"note-{scene.amy.pk}": "A funeral"}
        answer = client.post(address, form)
    assert answer.status_code == 422
    assert "A funeral" in answer.content.decode()
    assert not Save.objects.exists()


@pytest.mark.parametrize("role", list(Role))
def test_only_those_who_take_any_register_key_in(scene: Scene, client: Client, role: Role) -> None:
    sign_in(client, make_person(scene.school, role))
    with time_machine.travel(NOON, tick=False):
        status = client.get(reverse("registers:paper")).status_code
    is_open = Permission.REGISTER_TAKE_ANY in ROLE_PERMISSIONS[role]
    assert status == (200 if is_open else 403)


def test_the_paper_times_are_of_the_schools_clock(scene: Scene) -> None:
    key_in(scene, everybody(scene))
    assert Save.objects.get().taken_at.astimezone(NOON.tzinfo).time() == time(9, 5)
