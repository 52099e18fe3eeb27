"""What the database itself holds an entry to, whoever writes it and however."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from rollbook.apps.registers.models import Entry, Save
from tests.apps.registers.scene import MONDAY, Scene
from tests.factories.people import make_school

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
