"""The people of the bench: one alone, or sixteen at once, saving and opening registers over HTTP."""

import itertools
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.client import Answer, Browser, register_form, register_path

Register = tuple[int, str, str]
SAVED = 302
CODES = ("/",) * 26 + ("N", "L", "I", "/")


@dataclass
class Measured:
    """Times of like requests, and how they failed. Units: `times` ms, `seconds` from the first to the last."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)

    def note(self, answer: Answer, expected: int) -> None:
        """Counts an answer; one with another status is an error."""
        if answer.status == expected:
            self.times.append(answer.ms)
        else:
            self.errors.append(f"{answer.status} {answer.body[:200]!r}")

    @property
    def per_second(self) -> float:
        """How many went well in each second."""
        return len(self.times) / self.seconds if self.seconds else 0.0


class Registers:
    """Registers nobody has taken yet, handed out once each in an order that mixes groups and days."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.rosters: dict[str, list[int]] = facts["rosters"]
        free = [(*_parts(name), session) for name in self.rosters for session in ("AM", "PM")]
        random.Random(11).shuffle(free)
        self._free: Iterator[Register] = iter(free)
        self._lock = threading.Lock()

    def pupils(self, register: Register) -> list[int]:
        """Who is in it."""
        return self.rosters[f"{register[0]} {register[1]}"]

    def take(self) -> Register:
        """The next one. Errors: StopIteration when there is none left."""
        with self._lock:
            return next(self._free)

    def form(self, register: Register) -> dict[str, str]:
        """A filled-in form: most are present, one is absent, one is late, one is ill."""
        codes = [code if code != "/" or register[2] == "AM" else "\\" for code in CODES]
        return register_form(dict(zip(self.pupils(register), itertools.cycle(codes), strict=False)))


def _parts(name: str) -> tuple[int, str]:
    group, day = name.split()
    return int(group), day


def browser_with_form(port: int, session: str, registers: Registers) -> Browser:
    """Somebody who has a register's form open, so that they can send one."""
    browser = Browser(port, session)
    group, day, half = registers.take()
    answer = browser.get(register_path(group, day, half))
    if answer.status != 200:
        raise RuntimeError(f"the register did not open: {answer.status} {answer.body[:500]!r}")
    return browser


def save_one(browser: Browser, registers: Registers, measured: Measured) -> Register:
    """One whole register saved."""
    register = registers.take()
    measured.note(browser.post(register_path(*register), registers.form(register)), SAVED)
    return register


def amend_one(browser: Browser, registers: Registers, register: Register, measured: Measured) -> None:
    """One mark of a saved register changed: the first pupil is ill after all."""
    form = registers.form(register)
    pupil = registers.pupils(register)[0]
    for name in form:
        if name.startswith("v-"):
            form[name] = "1"
    form[f"o-{pupil}"] = "I"
    form["reason"] = "Parent rang at 09:40"
    measured.note(browser.post(register_path(*register), form), SAVED)


def take_one(browser: Browser, registers: Registers, measured: Measured) -> None:
    """All a teacher does: opens a register, saves it, and sees it saved. Timed as one."""
    register = registers.take()
    path = register_path(*register)
    answers = [browser.get(path), browser.post(path, registers.form(register)), browser.get(path)]
    total = sum(answer.ms for answer in answers)
    right = [answer.status for answer in answers] == [200, SAVED, 200]
    measured.note(Answer(SAVED if right else answers[1].status, answers[1].body, total), SAVED)


def ask(browser: Browser, path: str, measured: Measured) -> None:
    """One page opened."""
    measured.note(browser.get(path), 200)


def grid_path(group: int, on: str) -> str:
    """The grid of a group over half a term."""
    return f"/registers/grid/?pupils=g{group}&span=half&on={on}"


def certificate_path(pupil: int, today: str) -> str:
    """A pupil's attendance certificate for the year so far, as PDF."""
    year = int(today[:4]) - (today[5:7] < "09")
    return f"/pupils/{pupil}/certificate.pdf?first_day={year}-09-01&last_day={today}"


def amend_thousand(browser: Browser, marks: list[list[Any]], measured: Measured) -> None:
    """A thousand marks given another code in one act, the present ones among them ticked."""
    lines = [" ".join(map(str, mark)) for mark in marks]
    ticks = [f"{pupil}-{on}-{session}" for pupil, on, session, *_ in marks]
    fields = {
        "act": "save",
        "changes": "\n".join(lines),
        "take": ticks,
        "reason": "Virus in the whole year group",
        "key": str(uuid.uuid4()),
        "span": "half",
    }
    answer = browser.post("/registers/grid/review/", fields)
    saved = browser.get(answer.location).body if answer.status == SAVED else b""
    right = f"{len(marks):,} marks saved".encode() in saved
    measured.note(answer if right else Answer(0, answer.body, answer.ms), SAVED)


def at_once(browsers: list[Browser], what: Callable[[Browser, Measured], None], seconds: float) -> Measured:
    """Everybody does `what` again and again for some time, all starting together."""
    results = [Measured() for _ in browsers]
    start = threading.Barrier(len(browsers) + 1)
    end = [0.0]

    def person(browser: Browser, measured: Measured) -> None:
        start.wait()
        while time.perf_counter() < end[0]:
            try:
                what(browser, measured)
            except StopIteration:
                return
            except OSError as error:
                measured.errors.append(repr(error))
                return

    threads = [threading.Thread(target=person, args=pair) for pair in zip(browsers, results, strict=True)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    end[0] = began + seconds
    start.wait()
    for thread in threads:
        thread.join()
    return Measured(
        times=[each for measured in results for each in measured.times],
        seconds=time.perf_counter() - began,
        errors=[each for measured in results for each in measured.errors],
    )
