"""How fast marks of past days come in from a file: `-m bench.history FACTS.json`, after everything else was measured.

The file holds every mark of the days that were left to take; those that the load has made already are unchanged or
amended. Timed from opening the file to the commit.
"""

import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import django

from bench.school import TODAY


def measure(facts: dict[str, Any]) -> dict[str, Any]:
    """What importing came to. Units: ms."""
    from rollbook import clock
    from rollbook.apps.accounts.models import User
    from rollbook.apps.accounts.queries import viewer_for
    from rollbook.apps.registers.actions.history_import import import_marks
    from rollbook.apps.registers.queries.history_plan import plan_history
    from rollbook.domain.access import Role
    from rollbook.formats.marks_file import read_marks
    from rollbook.formats.tables import rows_of

    person = User.objects.get(email="bench0@example.org")
    viewer = viewer_for(person.pk, person.name, person.email, TODAY)
    assert viewer is not None
    viewer = replace(viewer, roles=frozenset({Role.ATTENDANCE_OFFICER}))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "marks.csv"
        _write(path, facts)
        started, cpu = time.perf_counter(), time.process_time()
        file = read_marks(rows_of(path))
        plan = plan_history(viewer, file, TODAY)
        made = import_marks(
            viewer=viewer,
            plan=plan,
            file_name=path.name,
            good_rows_only=True,
            by=viewer.actor,
            at=clock.now(),
        )
        ms, used = 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - cpu)
    return {
        "rows": len(file),
        "new": made.new_count,
        "changed": made.changed_count,
        "unchanged": made.unchanged_count,
        "refused": made.refused_count,
        "ms": ms,
        "cpu_ms": used,
    }


def _write(path: Path, facts: dict[str, Any]) -> None:
    from rollbook.apps.roll.models import Pupil

    numbers = dict(Pupil.objects.values_list("pk", "upn"))
    with path.open("w", encoding="utf-8") as file:
        file.write("pupil,date,session,code,minutes_late\n")
        for name, pupils in facts["rosters"].items():
            day = name.split()[1]
            for session, present in (("AM", "/"), ("PM", "\\")):
                for place, pupil in enumerate(pupils):
                    late = (place + len(day)) % 30 == 0
                    file.write(f"{numbers[pupil]},{day},{session},{'L,7' if late else present + ','}\n")


if __name__ == "__main__":
    django.setup()
    print(json.dumps(measure(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
