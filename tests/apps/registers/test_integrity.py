"""What the database itself holds an entry to, whoever writes it and however."""

import threading
import time
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from rollbook.apps.registers.models import Entry, Save
from tests.apps.registers.scene import MONDAY, Scene
from tests.factories.people import make_school
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db


def _copy_of(entry: Entry, **changes: Any) -> Entry:
    values = {
        field.attname: getattr(entry, field.attname)
        for field in Entry._meta.concrete_fields
        if not field.primary_key
    }
    return Entry(**(values | {"version": entry.version + 1, "reason": "Put in by hand"} | changes))


def test_an_entry_of_its_save_goes_in() -> None:
    scene = Scene()
    scene.take({scene.amy: "/"})
    _copy_of(Entry.objects.get()).save(force_insert=True)
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("wrong", ["school", "writer", "save"])
def test_an_entry_that_does_not_belong_to_its_save_is_refused(wrong: str) -> None:
    scene = Scene()
    scene.take({scene.amy: "/"})
    other = make_school("Another School")
    changes: dict[str, Any] = {
        "school": {"school_id": other.pk},
        "writer": {"by_id": scene.office.pk},
        "save": {"save_made_id": Save.objects.get().pk + 1},
    }[wrong]
    with pytest.raises(DatabaseError, match="does not belong to its save"), transaction.atomic():
        _copy_of(Entry.objects.get(), **changes).save(force_insert=True)
    assert Entry.objects.count() == 1


def test_no_entry_is_changed_or_removed_even_by_sql() -> None:
    scene = Scene()
    scene.take({scene.amy: "/"})
    for statement in ("UPDATE registers_entry SET code = 'I'", "DELETE FROM registers_entry"):
        with (
            pytest.raises(DatabaseError, match="never changed or removed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert Entry.objects.get(on=MONDAY).code == "/"


def _add_and_check(entry: Entry) -> None:
    entry.save(force_insert=True)
    connection.check_constraints()


def test_an_entry_of_a_pupil_who_is_not_there_is_refused() -> None:
    scene = Scene()
    scene.take({scene.amy: "/"})
    entry = _copy_of(Entry.objects.get(), pupil_id=scene.amy.pk + 1_000)
    with pytest.raises(DatabaseError, match=r"who is not there|registers_entry"), transaction.atomic():
        _add_and_check(entry)
    assert Entry.objects.count() == 1


_NOTHING_ELSE_OF = [
    "DELETE FROM roll_membership WHERE pupil_id = %s",
    "DELETE FROM roll_enrolment WHERE pupil_id = %s",
]


def _execute(pupil_id: int, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, [pupil_id])
    connection.check_constraints()


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM roll_pupil WHERE id = %s", "UPDATE roll_pupil SET id = id + 1000 WHERE id = %s"],
)
def test_a_pupil_with_entries_stays_even_against_sql(statement: str) -> None:
    scene = Scene()
    scene.take({scene.amy: "/"})
    with (
        pytest.raises(DatabaseError, match=r"with entries stays|keeps the id|registers_entry"),
        transaction.atomic(),
    ):
        _execute(scene.amy.pk, *_NOTHING_ELSE_OF, statement)
    assert Entry.objects.get().pupil == scene.amy


def test_a_pupil_without_entries_can_be_removed_by_sql() -> None:
    scene = Scene()
    scene.take({scene.amy: "/"})
    with transaction.atomic():
        _execute(scene.ben.pk, *_NOTHING_ELSE_OF, "DELETE FROM roll_pupil WHERE id = %s")
    assert not type(scene.ben).objects.filter(pk=scene.ben.pk).exists()


# --- On PostgreSQL one look at all pupils of a statement takes a foreign key's place: it must hold in a race too ---


def _in_another_transaction(act: Any) -> tuple[threading.Thread, list[str]]:
    """Runs `act` beside this transaction and waits until it waits for a lock. Shape: its thread, what went wrong."""
    errors: list[str] = []

    def run() -> None:
        try:
            with transaction.atomic():
                act()
        except DatabaseError as error:
            errors.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT COUNT(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return thread, errors
        time.sleep(0.02)
    raise AssertionError("nobody waits for this transaction")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_pupil_is_not_removed_while_a_save_of_theirs_is_on_its_way() -> None:
    scene = Scene()
    with transaction.atomic():
        scene.take({scene.amy: "/"})
        thread, errors = _in_another_transaction(
            lambda: _execute(scene.amy.pk, *_NOTHING_ELSE_OF, "DELETE FROM roll_pupil WHERE id = %s")
        )
    thread.join()

    assert "A pupil with entries stays" in errors[0]
    assert Entry.objects.get().pupil == scene.amy


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_save_waits_for_a_pupil_being_removed_and_adds_nothing() -> None:
    scene = Scene()
    scene.take({scene.amy: "/"})
    gone = make_pupil(scene.school, scene.group, "Gone", "Gil")
    with transaction.atomic():
        _execute(gone.pk, *_NOTHING_ELSE_OF, "DELETE FROM roll_pupil WHERE id = %s")
        thread, errors = _in_another_transaction(
            lambda: _copy_of(Entry.objects.get(), pupil_id=gone.pk, version=1).save(force_insert=True)
        )
    thread.join()

    assert "who is not there" in errors[0]
    assert Entry.objects.count() == 1
