"""One request at a time in each process of the server, so that threads don't fight over Python's lock.

Python runs one thread at a time, and a thread that waited for the database may wait five milliseconds more until
another one lets go: with four at work a save that holds the school's chain, and with it every other save, is held up at
each of its statements. So a process works on one request at a time, while its other threads read what slow
lines send and send what is done. Whoever has waited long enough goes ahead all the same: a report that takes seconds
must not stop a register.
"""

import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

PATIENCE_SECONDS = 0.25
LARGEST_READ_AHEAD = 1 << 20

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class OneAtATime:
    """A WSGI application that lets the one inside it work on one request at a time."""

    def __init__(self, application: Application, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._application = application
        self._patience_seconds = patience_seconds
        self._turn = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answers a request when it is its turn, or after waiting for it long enough."""
        _read_ahead(environ)
        is_turn = self._turn.acquire(timeout=self._patience_seconds)
        try:
            return self._application(environ, start_response)
        finally:
            if is_turn:
                self._turn.release()


def _read_ahead(environ: dict[str, Any]) -> None:
    """Reads a form before its turn comes: a telephone on a slow line must not hold up the others. Files are left."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return
    if 0 < length <= LARGEST_READ_AHEAD:
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(length))
