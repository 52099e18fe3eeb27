"""`rollbook measures` over a file of 20 million marks, CSV and Parquet, beside DuckDB and Polars for the same answer.

Each is a process of its own, timed from its start to its exit, reading the same file from the disk's cache. The answer
is that of `--by school`: sessions by what became of them, each code, pupils, those persistently and severely absent.
Rollbook also checks every row, and that no half-day of a pupil has two marks; the others are asked for counts only.
BENCH_MARKS sets the number of marks. Alone: `python bench/files.py`.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

MARKS = int(os.environ.get("BENCH_MARKS", "20000000"))
SCHOOL_DAYS = 190
PUPILS_A_SCHOOL = 1_000
RIVALS = ("duckdb", "polars")
Say = Callable[[str], None]
# Roughly England's shares in 2025/26, with a few sessions that are not possible ones.
_SHARES = {
    "/": 0.897, "L": 0.019, "V": 0.007, "B": 0.003, "I": 0.032, "M": 0.004, "C": 0.004, "C2": 0.003, "E": 0.0015,
    "O": 0.0165, "G": 0.0045, "U": 0.0025, "N": 0.0005, "D": 0.003, "Y4": 0.0025,
}  # fmt: skip


def make_files(folder: Path, marks: int = MARKS) -> tuple[Path, Path]:
    """The same marks as CSV and as Parquet, sorted by school, pupil and day, as systems export them."""
    chance = np.random.default_rng(2026)
    per_pupil = 2 * SCHOOL_DAYS
    pupils = max(1, marks // per_pupil)
    symbols = [*_SHARES, "\\"]
    shares = np.array(list(_SHARES.values()))
    days = [day for day in (date(2025, 9, 1) + timedelta(days=n) for n in range(300)) if day.weekday() < 5]
    texts = {
        "school": [f"School {number:04}" for number in range(pupils // PUPILS_A_SCHOOL + 1)],
        "pupil": [f"P{number:08}" for number in range(pupils)],
        "date": [day.isoformat() for day in days[:SCHOOL_DAYS]],
        "session": ["AM", "PM"],
        "code": symbols,
    }
    table, sheet = folder / "marks.parquet", folder / "marks.csv"
    schema = pa.schema([(name, pa.string()) for name in texts])
    with parquet.ParquetWriter(table, schema) as packed, csv.CSVWriter(sheet, schema) as plain:
        for first in range(0, pupils, PUPILS_A_SCHOOL):
            count = min(PUPILS_A_SCHOOL, pupils - first)
            session = np.tile([0, 1], count * SCHOOL_DAYS)
            code = chance.choice(len(_SHARES), size=len(session), p=shares / shares.sum())
            places = {
                "school": np.full(len(session), first // PUPILS_A_SCHOOL),
                "pupil": first + np.repeat(np.arange(count), per_pupil),
                "date": np.tile(np.repeat(np.arange(SCHOOL_DAYS), 2), count),
                "session": session,
                "code": np.where((code == 0) & (session == 1), len(symbols) - 1, code),
            }
            columns = [
                pa.DictionaryArray.from_arrays(pa.array(at, pa.int32()), pa.array(texts[name])).cast(
                    pa.string()
                )
                for name, at in places.items()
            ]
            batch = pa.table(columns, schema=schema)
            packed.write_table(batch)
            plain.write_table(batch)
    return sheet, table


def measure_files(folder: Path, say: Say, marks: int = MARKS) -> dict[str, Any]:
    """Seconds and peak memory of each program on each file. Errors: RuntimeError where the answers differ."""
    say(f"files: writing {marks:,} marks as CSV and Parquet")
    with tempfile.TemporaryDirectory(prefix="files-", dir=folder) as directory:
        found: dict[str, Any] = {"marks": marks, "runs": {}}
        for path in make_files(Path(directory), marks):
            kind = path.suffix.removeprefix(".")
            answers = {}
            for program in ("rollbook", *RIVALS):
                path.read_bytes()  # into the disk's cache, for each alike
                seconds, processor, peak, out = _timed(_command(program, path))
                answers[program] = _answer(json.loads(out))
                found["runs"][f"{program} {kind}"] = {
                    "seconds": round(seconds, 2),
                    "processor_seconds": round(processor, 2),
                    "peak_mb": round(peak),
                }
                say(f"files: {program} on {kind}: {seconds:.1f} s, {peak:.0f} MB")
            if len(set(answers.values())) != 1:
                raise RuntimeError(f"the programs disagree on {path.name}")
    return found


def table_of_files(found: dict[str, Any]) -> str:
    """The figures as lines."""
    lines = [f"{found['marks']:,} marks by school", f"{'':<20}{'s':>8}{'CPU s':>8}{'peak MB':>9}"]
    for name, run in found["runs"].items():
        lines.append(f"{name:<20}{run['seconds']:>8.1f}{run['processor_seconds']:>8.1f}{run['peak_mb']:>9,}")
    return "\n".join(lines)


def _command(program: str, path: Path) -> list[str]:
    if program == "rollbook":
        script = "from rollbook.config.cli import main; main()"
        return [sys.executable, "-c", script, "measures", str(path), "--by", "school", "--format", "json"]
    return [sys.executable, str(Path(__file__).with_name("rivals.py")), program, str(path)]


def _timed(command: list[str]) -> tuple[float, float, float, str]:
    """Seconds on the clock and of the processor, peak memory in MB, and what was printed."""
    wrapper = (
        "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode;"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-c", wrapper, *command], capture_output=True, check=True, text=True
    )
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, processor, int(run.stderr.split()[-1]) / 1024, run.stdout


def _answer(objects: list[dict[str, Any]]) -> str:
    """What all programs must agree on, school by school."""
    names = (
        "school",
        "possible",
        "attended",
        "authorised",
        "unauthorised",
        "late",
        "pupils",
        "persistent",
        "severe",
    )
    kept = [{name: each[name] for name in names} | {"codes": each["codes"]} for each in objects]
    return json.dumps(sorted(kept, key=lambda each: str(each["school"])), sort_keys=True)


if __name__ == "__main__":
    place = Path(__file__).resolve().parents[1] / "var" / "bench"
    place.mkdir(parents=True, exist_ok=True)
    print(table_of_files(measure_files(place, print)))
