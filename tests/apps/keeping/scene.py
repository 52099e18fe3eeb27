"""A place for back-ups, and what every table holds, read without the code that is under test."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection

from rollbook.apps.audit import immutable
from rollbook.apps.registers.queries.year import forget_years
from rollbook.apps.schools.queries import forget_timetables
from rollbook.domain.access import Actor
from tests.apps.registers.scene import Scene, at, mark
from tests.emptying import empty_tables

SERVER = Actor(None, "root", "On the server")


@contextmanager
def evidence_open() -> Iterator[None]:
    """The triggers away for a moment, as somebody with the database's password could have it."""
    immutable.remove(connection)
    try:
        yield
    finally:
        immutable.install(connection)


def empty_machine() -> None:
    """A database as `rollbook prepare` leaves it."""
    empty_tables(count_from_one=True)
    forget_years()
    forget_timetables()


def contents() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours, by name of the table."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in {"auth", "contenttypes", "sessions"}
    }


def busy(scene: Scene) -> Scene:
    """Registers with something in every column of an entry."""
    scene.take(
        [
            mark(scene.amy, "N"),
            mark(scene.ben, "L", minutes=4),
            mark(scene.cat, "/", note="Zoë’s “note”\n\t"),
        ],
        when=at(9, 1),
    )
    scene.take([mark(scene.amy, "I", seen=1)], by=scene.office, reason="Mother rang.", when=at(9, 2, 7))
    return scene
