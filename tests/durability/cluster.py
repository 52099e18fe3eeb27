"""A small PostgreSQL server of a test's own, which it may kill: killing the suite's server would hurt other tests."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{home}'
fsync = on
synchronous_commit = on
max_connections = 40
"""


def programs() -> Path | None:
    """Where PostgreSQL's server programs are; None where they are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    if found:
        return found[-1].parent
    other = shutil.which("initdb")
    return Path(other).parent if other else None


class Cluster:
    """A server in a directory of its own; it answers on a socket there only."""

    # The database that all others are copies of.
    PATTERN = "pattern"

    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / "data"
        self._postmaster: subprocess.Popen[bytes] | None = None
        self._how: dict[str, Any] = {"cwd": home, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._how |= {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(home, "postgres")
        self._run("initdb", "-D", str(self.data), "--auth=trust", "--encoding=UTF8", "--username=postgres")
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(_CONFIGURATION.format(home=home))

    def database(self, name: str) -> str:
        """The address of a new database: empty if it is the pattern, else a copy of that."""
        template = "template1" if name == self.PATTERN else self.PATTERN
        self._run("createdb", "-h", str(self.home), "-U", "postgres", "-T", template, name)
        return f"postgres://postgres@/{name}?host={self.home}"

    def start(self) -> None:
        """Starts it and waits until it answers, recovery included. Errors: TimeoutError."""
        # As our own child, so that after a kill -9 it is gone and no left-over of it stands in the way.
        self._postmaster = subprocess.Popen([self._program("postgres"), "-D", str(self.data)], **self._how)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(subprocess.CalledProcessError):
                self._run("pg_isready", "-h", str(self.home))
                return
            time.sleep(0.05)
        raise TimeoutError("PostgreSQL did not start")

    def stop(self) -> None:
        """Ends it at once without tidying up: what PostgreSQL calls an immediate shutdown."""
        if self._postmaster is not None:
            self._postmaster.send_signal(signal.SIGQUIT)
            self._postmaster.wait(timeout=60)
            self._postmaster = None

    def kill(self) -> None:
        """kill -9 for the postmaster and everything it started."""
        if self._postmaster is None:
            return
        self._postmaster.kill()
        self._postmaster.wait(timeout=60)
        self._postmaster = None
        while everybody := self._processes():
            for process in everybody:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.02)

    def _processes(self) -> list[int]:
        """All of the server's processes that still live: they work in its data directory."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cwd"):
            with suppress(OSError):
                if path.readlink() == self.data:
                    found.append(int(path.parent.name))
        return found

    def _program(self, name: str) -> str:
        where = programs()
        assert where is not None
        return str(where / name)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([self._program(program), *arguments], check=True, **self._how)
