"""The machine under the figures: how fast its disk acknowledges, how fast it counts, how busy it is."""

import os
import platform
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import Figures, figures


def flush_times(directory: Path, count: int = 200) -> Figures:
    """How long the disk takes to acknowledge 4 kB: no durable commit can be faster. Units: ms."""
    times = []
    with tempfile.NamedTemporaryFile(dir=directory) as file:
        for _ in range(count):
            os.write(file.fileno(), b"x" * 4096)
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(1000 * (time.perf_counter() - started))
    return figures(times)


def counting_ms() -> float:
    """How long one core takes over a fixed sum, the best of five: tells a busy machine from a quiet one."""
    return min(_count() for _ in range(5))


def _count() -> float:
    started = time.perf_counter()
    total = 0
    for number in range(1_000_000):
        total += number * number % 7
    return 1000 * (time.perf_counter() - started)


def description() -> dict[str, Any]:
    """What the figures were taken on."""
    return {
        "processors": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_before": [round(load, 1) for load in os.getloadavg()],
    }
