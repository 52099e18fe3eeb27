"""One database, from an empty one to all its figures."""

import json
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from bench.client import Browser, register_path
from bench.figures import figures
from bench.insight import PUPILS as INSIGHT_PUPILS
from bench.load import (
    Measured,
    Register,
    Registers,
    amend_one,
    amend_thousand,
    ask,
    at_once,
    browser_with_form,
    certificate_path,
    grid_path,
    save_one,
    take_one,
)
from bench.machine import counting_ms, flush_times
from bench.school import NOW, UNTIL
from bench.server import Server, cpu_seconds, environment, run

ROLLBOOK = ["-c", "from rollbook.config.cli import main; main()"]
PUPILS = 1_500
LOAD_SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
Say = Callable[[str], None]


def measure(name: str, directory: Path, database_url: str, say: Say) -> dict[str, Any]:
    """All figures of one database. Units: ms unless the name says otherwise."""
    offset = int(
        (
            datetime.fromisoformat(NOW).replace(tzinfo=ZoneInfo("Europe/London")) - datetime.now(UTC)
        ).total_seconds()
    )
    env = environment(directory, database_url, offset)
    found: dict[str, Any] = {
        "flush": flush_times(directory).as_dict(),
        "counting_ms": round(counting_ms(), 1),
    }
    say(f"{name}: the disk acknowledges 4 kB in {found['flush']['median']:.2f} ms (median)")
    run([*ROLLBOOK, "prepare", "-v0"], env)
    say(f"{name}: simulating a school of {PUPILS} pupils ...")
    found["simulate"] = run([*ROLLBOOK, "simulate", f"--pupils={PUPILS}", f"--until={UNTIL}"], env).strip()
    say(f"{name}: {found['simulate']}")
    facts_file = directory / "facts.json"
    run(["-m", "bench.school", str(facts_file)], env)
    found["inside"] = json.loads(run(["-m", "bench.inside", str(facts_file)], env).splitlines()[-1])
    facts = json.loads(facts_file.read_text(encoding="utf-8"))
    server = Server(env, directory / "server.log")
    server.start()
    try:
        found["http"] = _over_http(name, server, facts, database_url, say)
    finally:
        server.stop()
    found["http"]["past marks imported"] = _imported(name, facts_file, env, say)
    say(f"{name}: verifying every entry ...")
    started = time.perf_counter()
    run([*ROLLBOOK, "verify"], env)
    found["verify_seconds"] = round(time.perf_counter() - started, 1)
    found["insight"] = _insight(name, env, say)
    return found


def _insight(name: str, env: Mapping[str, str], say: Say) -> dict[str, Any]:
    """The figures of a second, larger school with a year before this one."""
    say(f"{name}: simulating a school of {INSIGHT_PUPILS:,} pupils and two years ...")
    run(
        [*ROLLBOOK, "simulate", f"--pupils={INSIGHT_PUPILS}", "--years=2", "--seed=2", f"--until={UNTIL}"],
        env,
    )
    found: dict[str, Any] = json.loads(run(["-m", "bench.insight"], env).splitlines()[-1])
    pages = ", ".join(f"{words} {page['median']:.0f}" for words, page in found["pages"].items())
    say(
        f"{name}: figures cold {found['cold']['median']:.0f} ms, every measure {found['measures']['median']:.1f} ms; "
        f"pages in ms: {pages}"
    )
    return found


def _imported(name: str, facts_file: Path, env: Mapping[str, str], say: Say) -> dict[str, Any]:
    """One file of past marks imported, in the shape of the other figures; a "/s" is a mark."""
    made = json.loads(run(["-m", "bench.history", str(facts_file)], env).splitlines()[-1])
    per_second = made["rows"] / made["ms"] * 1000
    say(
        f"{name}: {made['rows']:,} past marks imported in {made['ms'] / 1000:.1f} s: {per_second:,.0f} a second "
        f"({made['new']:,} new, {made['changed']:,} amended, {made['unchanged']:,} unchanged)"
    )
    times = dict.fromkeys(("median", "p95", "p99"), made["ms"])
    cpu = {"server": made["cpu_ms"], "database": 0.0, "clients": 0.0}
    return {**made, **times, "per_second": per_second, "errors": 0, "first_errors": [], "cpu_ms": cpu}


class _Bench:
    """A running server, its people, and the processor time it costs."""

    def __init__(self, server: Server, facts: dict[str, Any], database_url: str) -> None:
        self._server = server
        self._database = parse_qs(urlsplit(database_url).query).get("host", [""])[0]
        self.facts = facts
        self.registers = Registers(facts)
        self.office = [browser_with_form(server.port, key, self.registers) for key in facts["officers"]]
        self.teachers = {int(group): Browser(server.port, key) for group, key in facts["teachers"].items()}

    def cpu(self) -> tuple[float, float, float]:
        """Processor seconds so far of the server, of the database, and of the clients."""
        return (
            cpu_seconds(self._server.pids()),
            cpu_seconds(_working_in(Path(self._database) / "data")) if self._database else 0.0,
            time.process_time(),
        )

    @contextmanager
    def figures_of(self, into: dict[str, Any], name: str) -> Iterator[Measured]:
        """Collects times and puts what they come to, with the processor time of each request, into `into`."""
        measured, before, started = Measured(), self.cpu(), time.perf_counter()
        yield measured
        measured.seconds = measured.seconds or time.perf_counter() - started
        used = [after - first for after, first in zip(self.cpu(), before, strict=True)]
        count = max(1, len(measured.times))
        into[name] = {
            **figures(measured.times).as_dict(),
            "per_second": round(measured.per_second, 1),
            "errors": len(measured.errors),
            "first_errors": measured.errors[:3],
            "cpu_ms": dict(
                zip(
                    ("server", "database", "clients"), (round(1000 * n / count, 2) for n in used), strict=True
                )
            ),
        }


def _working_in(directory: Path) -> list[int]:
    """The processes whose working directory this is: a PostgreSQL server and its connections."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if path.readlink() == directory:
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def _over_http(
    name: str, server: Server, facts: dict[str, Any], database_url: str, say: Say
) -> dict[str, Any]:
    bench = _Bench(server, facts, database_url)
    found: dict[str, Any] = {}
    for part in (_alone, _pages, _bulk, _paper, _at_once):
        part(bench, found)
        for key in list(found):
            if "said" not in found[key]:
                found[key]["said"] = True
                row = found[key]
                say(
                    f"{name}: {key:<22} median {row['median']:7.1f}  p95 {row['p95']:7.1f}  p99 {row['p99']:7.1f} ms"
                    f"  {row['per_second']:6.1f}/s  {row['errors']} errors"
                )
    for row in found.values():
        row.pop("said")
    return found


def _alone(bench: _Bench, found: dict[str, Any]) -> None:
    person, registers, done = bench.office[0], bench.registers, list[Register]()
    for _ in range(20):
        save_one(person, registers, Measured())
    with bench.figures_of(found, "save") as measured:
        for _ in range(200):
            done.append(save_one(person, registers, measured))
    with bench.figures_of(found, "amend one mark") as measured:
        for register in done[:100]:
            amend_one(person, registers, register, measured)


def _pages(bench: _Bench, found: dict[str, Any]) -> None:
    draw = random.Random(3)
    groups = list(bench.teachers)
    for group, teacher in bench.teachers.items():
        ask(teacher, register_path(group, bench.facts["today"], "AM"), Measured())
    with bench.figures_of(found, "open") as measured:
        for _ in range(200):
            group = draw.choice(groups)
            ask(bench.teachers[group], register_path(group, bench.facts["today"], "AM"), measured)
    with bench.figures_of(found, "open, save, see") as measured:
        for _ in range(60):
            take_one(bench.office[0], bench.registers, measured)
    with bench.figures_of(found, "board") as measured:
        for _ in range(80):
            ask(bench.office[0], "/today/", measured)
    with bench.figures_of(found, "board after a save") as measured:
        for _, person in zip(range(40), cycle(bench.office), strict=False):
            save_one(person, bench.registers, Measured())
            ask(bench.office[0], "/today/", measured)


def _bulk(bench: _Bench, found: dict[str, Any]) -> None:
    person, draw = bench.office[0], random.Random(5)
    groups = sorted({int(name.split()[0]) for name in bench.registers.rosters})
    with bench.figures_of(found, "grid of half a term") as measured:
        for _ in range(60):
            ask(person, grid_path(draw.choice(groups), bench.facts["half_term"]), measured)
    with bench.figures_of(found, "1,000 marks amended") as measured:
        for marks in bench.facts["thousands"]:
            amend_thousand(person, marks, measured)


def _paper(bench: _Bench, found: dict[str, Any]) -> None:
    person, draw = bench.office[0], random.Random(6)
    pupils = sorted({pupil for roster in bench.registers.rosters.values() for pupil in roster})
    # The first in each process also reads the typeface and the template: it is in the figures' worst.
    with bench.figures_of(found, "certificate of a year") as measured:
        for _ in range(100):
            ask(person, certificate_path(draw.choice(pupils), bench.facts["today"]), measured)


def _at_once(bench: _Bench, found: dict[str, Any]) -> None:
    for key, what in (("16 save at once", save_one), ("16 open, save, see", take_one)):
        at_once(
            bench.office, lambda browser, measured, what=what: what(browser, bench.registers, measured), 1
        )  # type: ignore[misc]
        with bench.figures_of(found, key) as measured:
            result = at_once(
                bench.office,
                lambda browser, measured, what=what: what(browser, bench.registers, measured),  # type: ignore[misc]
                LOAD_SECONDS,
            )
            measured.times, measured.errors, measured.seconds = result.times, result.errors, result.seconds
