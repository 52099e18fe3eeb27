"""Installations of the tests' own: `rollbook prepare` runs once for each kind of database, the tests get copies."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.server import environment, run
from tests.durability.cluster import Cluster, programs

ROLLBOOK = ["-c", "from rollbook.config.cli import main; main()"]

# The environment of a prepared installation of this name, whose clock is so many seconds ahead.
Prepared = Callable[[str, int], dict[str, str]]


@pytest.fixture(scope="session")
def directory() -> Iterator[Path]:
    """Not pytest's own: PostgreSQL's owner must be able to enter it, and a socket's path may not be long."""
    with tempfile.TemporaryDirectory(prefix="rollbook-dur-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def cluster(directory: Path) -> Iterator[Cluster]:
    if programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    (directory / "pg").mkdir()
    cluster = Cluster(directory / "pg")
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def on_sqlite(directory: Path) -> Prepared:
    return _copies_of(directory, "sqlite", lambda _: "")


@pytest.fixture(scope="session")
def on_postgres(directory: Path, cluster: Cluster) -> Prepared:
    return _copies_of(directory, "postgres", cluster.database)


def _copies_of(directory: Path, kind: str, database: Callable[[str], str]) -> Prepared:
    pattern = directory / kind
    pattern.mkdir()
    run([*ROLLBOOK, "prepare", "-v0"], environment(pattern, database(Cluster.PATTERN)))

    def prepared(name: str, clock_offset: int = 0) -> dict[str, str]:
        data = directory / f"{kind}-{name}"
        shutil.copytree(pattern, data)
        return environment(data, database(name), clock_offset)

    return prepared
