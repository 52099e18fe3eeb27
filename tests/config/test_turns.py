"""One request at a time in a process, and nobody stopped for long by another."""

import threading
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import pytest

from rollbook.config.turns import LARGEST_READ_AHEAD, OneAtATime

Answer = Callable[..., Any]


class _Counting:
    """An application that notes how many requests it worked on at once."""

    def __init__(self, seconds: float = 0.01) -> None:
        self.seconds = seconds
        self.now = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Answer) -> Iterable[bytes]:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.seconds)
        with self._lock:
            self.now -= 1
        return [b"done"]


def _ask_together(application: OneAtATime, count: int = 4) -> None:
    threads = [threading.Thread(target=application, args=({}, lambda *_: None)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_process_works_on_one_request_at_a_time() -> None:
    inside = _Counting()
    _ask_together(OneAtATime(inside, patience_seconds=10))
    assert inside.most == 1


def test_a_request_that_takes_long_does_not_stop_the_others() -> None:
    inside = _Counting(seconds=0.5)
    _ask_together(OneAtATime(inside, patience_seconds=0.01), 2)
    assert inside.most == 2


def test_a_failure_ends_the_turn() -> None:
    def broken(_environ: dict[str, Any], _start: Answer) -> Iterable[bytes]:
        raise RuntimeError("broken")

    application = OneAtATime(broken, patience_seconds=10)
    for _ in range(2):  # the second would wait ten seconds if the first had kept its turn
        began = time.monotonic()
        with pytest.raises(RuntimeError):
            application({}, lambda *_: None)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("length", "is_read"),
    [("5", True), ("", False), ("five", False), (str(LARGEST_READ_AHEAD + 1), False)],
)
def test_a_form_is_read_before_its_turn_and_a_file_is_not(length: str, *, is_read: bool) -> None:
    line = BytesIO(b"a=1&b and the next request")
    seen: list[tuple[bool, bytes]] = []

    def inside(environ: dict[str, Any], _start: Answer) -> Iterable[bytes]:
        seen.append((environ["wsgi.input"] is not line, environ["wsgi.input"].read(5)))
        return []

    OneAtATime(inside)({"CONTENT_LENGTH": length, "wsgi.input": line}, lambda *_: None)
    assert seen == [(is_read, b"a=1&b")]
    assert line.read() == b" and the next request"
