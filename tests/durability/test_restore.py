"""A back-up of one machine fills an empty one of either kind: every entry is compared, and the proof is clean.

The real commands with the product's own settings, each machine with a database of its own.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from bench.server import environment, run
from tests.durability.cluster import Cluster, programs

ON_POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
ROLLBOOK = ["-c", "from rollbook.config.cli import main; main()"]

pytestmark = pytest.mark.races


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Not pytest's own: PostgreSQL's owner must be able to enter it, and a socket's path may not be long."""
    with tempfile.TemporaryDirectory(prefix="rollbook-keep-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def clusters(directory: Path) -> Iterator[list[Cluster]]:
    if programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    made = []
    for name in ("pg1", "pg2"):
        (directory / name).mkdir()
        made.append(Cluster(directory / name))
        made[-1].start()
    yield made
    for cluster in made:
        cluster.stop()


class Machine:
    """A prepared installation."""

    def __init__(self, data: Path, database_url: str = "") -> None:
        data.mkdir()
        self.data = data
        self.env = environment(data, database_url)
        self.rollbook("prepare", "-v0")

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
        [path] = (self.data / "backups").glob("*.zip")
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


@pytest.mark.skipif(ON_POSTGRES, reason="shown in the run on SQLite")
@pytest.mark.policy("P-4.1-13")
def test_from_one_sqlite_to_another(directory: Path) -> None:
    move(Machine(directory / "one").filled(), Machine(directory / "other"))


@pytest.mark.postgres
@pytest.mark.policy("P-4.1-13")
def test_from_sqlite_to_postgresql_and_on_and_back(directory: Path, clusters: list[Cluster]) -> None:
    """As a school moves to a bigger machine, to another of the kind, and home again."""
    small = Machine(directory / "small").filled()
    big = Machine(directory / "big", clusters[0].url)
    move(small, big)
    other = Machine(directory / "other-big", clusters[1].url)
    move(big, other)
    move(other, Machine(directory / "home"))
