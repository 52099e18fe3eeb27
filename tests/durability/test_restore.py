"""A back-up of one machine fills an empty one of either kind: every entry is compared, and the proof is clean.

The real commands with the product's own settings, each machine with a database of its own.
"""

import json
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings

from bench.server import run
from tests.durability.conftest import ROLLBOOK, Prepared

ON_POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")

pytestmark = pytest.mark.races


class Machine:
    """A prepared installation."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env

    def rollbook(self, *arguments: str) -> str:
        return run([*ROLLBOOK, *arguments], self.env)

    def filled(self) -> "Machine":
        run(["-m", "tests.durability.holdings", "fill"], self.env)
        return self

    def holdings(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = json.loads(run(["-m", "tests.durability.holdings", "look"], self.env))
        return found

    def backup(self) -> Path:
        self.rollbook("backup")
        [path] = Path(self.env["ROLLBOOK_DATA"], "backups").glob("*.zip")
        self.rollbook("backup", "--check", str(path))
        return path


def move(one: Machine, other: Machine) -> None:
    """Restores the one's back-up into the other and compares everything they hold."""
    path = one.backup()
    said = other.rollbook("restore", str(path))
    assert "Hollin Bank School: whole. 3 saves, 7 entries." in said
    assert "whole" in other.rollbook("verify")
    held, arrived = one.holdings(), other.holdings()
    assert len(held["registers.Entry"]) == 7
    # Only the records of the back-up and of restoring it were added after it.
    for table in held.keys() - {"audit.Event", "keeping.Backup"}:
        assert arrived[table] == held[table], table
    assert [row for row in arrived["audit.Event"] if "keeping." not in row] == [
        row for row in held["audit.Event"] if "keeping." not in row
    ]
    with pytest.raises(subprocess.CalledProcessError):
        other.rollbook("restore", str(path))
    assert other.holdings() == arrived


@pytest.mark.skipif(ON_POSTGRES, reason="PostgreSQL has no part in it: shown in the run on SQLite")
@pytest.mark.policy("P-4.1-13")
def test_from_one_sqlite_to_another(on_sqlite: Prepared) -> None:
    move(Machine(on_sqlite("one", 0)).filled(), Machine(on_sqlite("other", 0)))


@pytest.mark.postgres
@pytest.mark.policy("P-4.1-13")
def test_from_sqlite_to_postgresql_and_on_and_back(on_sqlite: Prepared, on_postgres: Prepared) -> None:
    """As a school moves to a bigger machine, to another of the kind, and home again."""
    machines = [
        Machine(on_sqlite("small", 0)).filled(),
        Machine(on_postgres("big", 0)),
        Machine(on_postgres("other", 0)),
        Machine(on_sqlite("home", 0)),
    ]
    for one, other in pairwise(machines):
        move(one, other)
