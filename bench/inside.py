"""What can only be measured inside a process: folding the year, queries of a page: `-m bench.inside FACTS.json`."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from bench.client import register_form, register_path
from bench.figures import figures
from bench.load import grid_path
from bench.school import TODAY


def measure(facts: dict[str, Any]) -> dict[str, Any]:
    """The cold and the warm fold, and the queries, bytes and processor time of each page."""
    return {"fold": _fold(), "pages": _pages(facts)}


def _fold() -> dict[str, Any]:
    from rollbook.apps.registers.queries.year import forget_years, packed_year, year_bounds
    from rollbook.apps.schools.models import School
    from rollbook.apps.schools.queries import timetable_of_school

    school = School.objects.get()
    bounds = year_bounds(timetable_of_school(school.pk).calendar, TODAY)

    def cold() -> None:
        forget_years()
        packed_year(school.pk, bounds)

    colds = [_ms(cold) for _ in range(3)]
    warms = [_ms(lambda: packed_year(school.pk, bounds)) for _ in range(200)]
    year = packed_year(school.pk, bounds)
    counts = [_ms(lambda: year.histogram(list(year.row_of))) for _ in range(5)]
    return {
        "cold_ms": sorted(colds)[1],
        "warm": figures(warms).as_dict(),
        "counts_of_all_ms": sorted(counts)[2],
        "pupils": len(year.row_of),
        "marks": int((year.marks > 0).sum()),
        "bytes": int(year.marks.nbytes),
    }


def _pages(facts: dict[str, Any]) -> dict[str, Any]:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    officer = Client(headers={"host": "localhost"})
    officer.cookies[settings.SESSION_COOKIE_NAME] = facts["officers"][0]
    name, pupils = facts["spare"]
    group, day = name.split()
    path = register_path(int(group), day, "AM")
    pages: dict[str, Callable[[], Any]] = {
        "open": lambda: officer.get(path),
        "board": lambda: officer.get("/today/"),
        "mine": lambda: officer.get("/registers/"),
        "pupil": lambda: officer.get(f"/pupils/{pupils[0]}/"),
        "grid": lambda: officer.get(grid_path(int(group), facts["half_term"])),
    }
    found: dict[str, Any] = {}
    for name, ask in pages.items():
        ask()
        with CaptureQueriesContext(connection) as queries:
            answer = ask()
        count = len(queries)  # now: the next request empties the list
        cpu = time.process_time()
        for _ in range(20):
            ask()
        found[name] = {
            "status": answer.status_code,
            "queries": count,
            "bytes": len(answer.content),
            "cpu_ms": 1000 * (time.process_time() - cpu) / 20,
        }
    form = register_form(dict.fromkeys(pupils, "/"))
    with CaptureQueriesContext(connection) as queries:
        answer = officer.post(path, form)
    found["save"] = {"status": answer.status_code, "queries": len(queries)}
    return found


def _ms(what: Callable[[], Any]) -> float:
    started = time.perf_counter()
    what()
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    django.setup()
    print(json.dumps(measure(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
