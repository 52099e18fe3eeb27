"""`make bench`: the real server on SQLite and on PostgreSQL in one run, over HTTP, commits durable.

Prints a table and writes var/bench/<moment>.json. Needs DATABASE_URL of an empty PostgreSQL database, as
bin/with-postgres.sh gives one; without it only SQLite is measured. BENCH_SECONDS is the length of each load (6),
BENCH_MARKS the number of marks in the files measured last (20 million; 0 leaves them out).
"""

import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.files import MARKS, measure_files, table_of_files
from bench.machine import description
from bench.measuring import measure
from bench.report import table

OUT = Path(__file__).resolve().parents[1] / "var" / "bench"


def main() -> None:
    """One run of everything."""
    started = time.monotonic()

    def say(words: str) -> None:
        print(f"[{time.monotonic() - started:5.0f} s] {words}", flush=True)

    found: dict[str, Any] = {"machine": description(), "databases": {}}
    OUT.mkdir(parents=True, exist_ok=True)
    databases = {"SQLite": ""}
    if url := os.environ.get("DATABASE_URL", ""):
        databases["PostgreSQL"] = url
    for name, address in databases.items():
        # On the disk of the checkout, not in a /tmp that may be memory.
        with tempfile.TemporaryDirectory(prefix="data-", dir=OUT) as directory:
            found["databases"][name] = measure(name, Path(directory), address, say)
    if MARKS:
        found["files"] = measure_files(OUT, say)
    moment = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
    file = OUT / f"{moment}.json"
    file.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print()
    print(table(found))
    if MARKS:
        print(f"\n{table_of_files(found['files'])}")
    print(f"\nAll figures: {file}")


if __name__ == "__main__":
    main()
