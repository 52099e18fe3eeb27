"""The real server on a database of its own, started and stopped; what it uses of the processors."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


def environment(data: Path, database_url: str = "", clock_offset: int = 0) -> dict[str, str]:
    """The variables a server or a command runs with: the product's own settings, over plain HTTP."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    chosen = {
        "DJANGO_SETTINGS_MODULE": "rollbook.config.settings",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        "ROLLBOOK_DEMO": "1",
        "ROLLBOOK_DATA": str(data),
        "ROLLBOOK_CLOCK_OFFSET": str(clock_offset),
    }
    return kept | chosen | ({"DATABASE_URL": database_url} if database_url else {})


def run(arguments: list[str], env: Mapping[str, str]) -> str:
    """What a command prints. Errors: CalledProcessError, after showing what it said."""
    done = subprocess.run([sys.executable, *arguments], env=env, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
        done.check_returncode()
    return done.stdout


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


class Server:
    """gunicorn as the product runs it: two processes of four threads."""

    def __init__(self, env: Mapping[str, str], log: Path, settings: str = "") -> None:
        self.port = free_port()
        self._env = env
        self._log = log
        self._settings = settings
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers. Errors: RuntimeError with its log where it doesn't."""
        settings = ["--config", self._settings or "python:rollbook.config.server"]
        address = ["--bind", f"127.0.0.1:{self.port}"]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *settings, *address, "rollbook.config.wsgi"],
                env=self._env,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"the server did not start:\n{self._log.read_text()}")

    def pids(self) -> list[int]:
        """The master and its workers."""
        if self.process is None:
            return []
        return [self.process.pid, *children(self.process.pid)]

    def stop(self) -> None:
        """Stops it as an operator would."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process = None

    def kill(self) -> None:
        """kill -9 for the master and every worker at once: nothing gets to tidy up."""
        if self.process is None:
            return
        everybody = self.pids()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)
        self.process = None
        while any(is_alive(process) for process in everybody):
            time.sleep(0.01)


def is_alive(process: int) -> bool:
    """Whether any thread of a process still runs; one that is dead but not yet collected by its parent is not alive."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        states = [(task / "stat").read_text().rpartition(")")[2].split()[0] for task in tasks]
    except OSError:
        return False
    return any(state not in "ZX" for state in states)


def children(parent: int) -> list[int]:
    """The processes started by a process."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(path.parent.name))
    return found


def cpu_seconds(pids: list[int]) -> float:
    """What these processes have used of the processors since they began."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def processes_named(name: str) -> list[int]:
    """Every process whose program has this name, such as the backends of a database server."""
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() == name:
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found
