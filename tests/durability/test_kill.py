"""kill -9 during saves: every acknowledged register is there whole, none is half there, the proof is clean.

The real server with the product's own settings, on a database of its own, commits durable. What this shows is that
neither process nor database loses an acknowledged register when it dies; that the disk keeps what it was told to keep
is the business of fsync, which is on.
"""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from bench.client import Browser, register_path
from bench.load import SAVED, Registers, browser_with_form
from bench.server import Server, run
from rollbook.clock import LONDON
from tests.durability.cluster import Cluster
from tests.durability.conftest import ROLLBOOK, Prepared
from tests.durability.town import GROUP_SIZE, NOW

ON_POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
ROUNDS = 4

pytestmark = [pytest.mark.races, pytest.mark.enable_socket]


@dataclass
class Place:
    """A server with its database, and what its people have done so far."""

    env: dict[str, str]
    server: Server
    facts: dict[str, Any]
    registers: Registers
    acknowledged: dict[str, dict[str, str]] = field(default_factory=dict)
    sent: dict[str, dict[str, str]] = field(default_factory=dict)
    is_over: threading.Event = field(default_factory=threading.Event)


def place(prepared: Prepared) -> Place:
    """A school's server, ready to start."""
    now = datetime.fromisoformat(NOW).replace(tzinfo=LONDON)
    env = prepared("killed", int((now - datetime.now(UTC)).total_seconds()))
    data = Path(env["ROLLBOOK_DATA"])
    run(["-m", "tests.durability.town", "build", str(data / "facts.json")], env)
    facts = json.loads((data / "facts.json").read_text())
    return Place(env, Server(env, data / "log"), facts, Registers(facts))


def codes_of(form: dict[str, str], pupils: list[int], session: str) -> dict[str, str]:
    """The marks that a form asks for, by pupil."""
    present = "/" if session == "AM" else "\\"
    return {
        str(pupil): form[f"o-{pupil}"] or form[f"m-{pupil}"].replace("present", present) for pupil in pupils
    }


def save_until_it_dies(where: Place, browser: Browser) -> None:
    """Saves one register after another and notes each that was acknowledged, until nobody answers any more."""
    while not where.is_over.is_set():
        register = where.registers.take()
        form = where.registers.form(register)
        name = "{} {} {}".format(*register)
        codes = codes_of(form, where.registers.pupils(register), register[2])
        where.sent[name] = codes
        try:
            answer = browser.post(register_path(*register), form)
        except (OSError, HTTPException):
            return
        if answer.status == SAVED:
            where.acknowledged[name] = codes
        elif answer.status < 500:
            raise AssertionError(f"{answer.status}: {answer.body[:2000]!r}")


@contextmanager
def people_saving(where: Place) -> Iterator[None]:
    """Everybody saves meanwhile; after it they stop, or have stopped because nobody answered."""
    port = where.server.port
    browsers = [browser_with_form(port, key, where.registers) for key in where.facts["officers"]]
    where.is_over.clear()
    people = [threading.Thread(target=save_until_it_dies, args=(where, browser)) for browser in browsers]
    for person in people:
        person.start()
    try:
        yield
    finally:
        where.is_over.set()
        for person in people:
            person.join(60)
            assert not person.is_alive()
        for browser in browsers:
            browser.close()


def wait_for_saves(where: Place, more: int) -> None:
    """Until so many more registers have been acknowledged. Fails after half a minute."""
    wanted = len(where.acknowledged) + more
    deadline = time.monotonic() + 30
    while len(where.acknowledged) < wanted:
        assert time.monotonic() < deadline, f"only {len(where.acknowledged)} of {wanted} registers were saved"
        time.sleep(0.01)


def kill_the_server_again_and_again(where: Place) -> None:
    for _ in range(ROUNDS):
        where.server.start()
        with people_saving(where):
            wait_for_saves(where, 20 + random.randrange(20))
            where.server.kill()
        assert_everything_is_there(where)


def assert_everything_is_there(where: Place) -> None:
    found = json.loads(run(["-m", "tests.durability.town", "look"], where.env))
    assert found["faults"] == []
    marks = found["marks"]
    for name, codes in where.acknowledged.items():
        assert marks.get(name) == codes, f"{name} was acknowledged"
    for name, codes in marks.items():
        assert len(codes) == GROUP_SIZE, f"{name} is half there"
        assert codes == where.sent[name]
    assert found["saves"] == len(marks)
    run([*ROLLBOOK, "verify"], where.env)


@pytest.mark.skipif(ON_POSTGRES, reason="shown in the run on SQLite")
def test_killing_the_server_on_sqlite(on_sqlite: Prepared) -> None:
    kill_the_server_again_and_again(place(on_sqlite))


@pytest.fixture(scope="module")
def big(on_postgres: Prepared) -> Place:
    return place(on_postgres)


@pytest.mark.postgres
def test_killing_the_server_on_postgresql(big: Place) -> None:
    kill_the_server_again_and_again(big)


@pytest.mark.postgres
@pytest.mark.parametrize("how", ["kill", "stop"])
def test_killing_the_database_itself(big: Place, cluster: Cluster, how: str) -> None:
    """The server's processes live on, and go on saving as soon as the database is back."""
    big.server.start()
    try:
        for _ in range(2):
            with people_saving(big):
                wait_for_saves(big, 20 + random.randrange(20))
                getattr(cluster, how)()
                time.sleep(0.2)
                cluster.start()
                wait_for_saves(big, 20)
            assert_everything_is_there(big)
    finally:
        big.server.kill()
