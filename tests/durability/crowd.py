"""Several people at once, each in a thread with a database connection of their own, as the server has them."""

import threading
from collections.abc import Callable, Sequence

from django.db import close_old_connections, connections


def together(work: Sequence[Callable[[], None]], seconds: float = 120) -> None:
    """Does all of this at the same time, and raises the first thing that went wrong in any of it."""
    errors: list[BaseException] = []

    def person(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=person, args=(task,), daemon=True) for task in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    if errors:
        raise errors[0]
    assert not any(thread.is_alive() for thread in threads), "somebody is still waiting"


def end_of_request() -> None:
    """What Django does after each request: PostgreSQL's connection goes back to the pool."""
    close_old_connections()
