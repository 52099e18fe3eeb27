"""Whose turn it is to save on SQLite, which has one writer at a time.

SQLite itself lets a writer that has to wait sleep and ask again, longer each time: of sixteen teachers at once the
unlucky ones wait a second while others overtake them. Here they queue with the operating system, which wakes the next
one at once and lets go of the queue of a process that was killed. PostgreSQL queues by itself, on the school's chain.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.db import connection


@contextmanager
def turn_to_save() -> Iterator[None]:
    """Waits for this thread's turn and keeps it for the block, in which a transaction begins and ends.

    Inside a transaction it does nothing: whoever has SQLite's write lock already must not wait for anything else.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block or not _can_queue():
        yield
        return
    import fcntl

    # A file of its own: locking the database's file would break SQLite's locks. Closing it is the end of the turn.
    with Path(f"{connection.settings_dict['NAME']}-turns").open("ab") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield


@cache
def _can_queue() -> bool:
    """Whether the system has such locks and the database is a file. On Windows SQLite's own waiting must do."""
    name = str(connection.settings_dict["NAME"])
    return (
        importlib.util.find_spec("fcntl") is not None and ":memory:" not in name and "mode=memory" not in name
    )
