"""Run in a process of its own, with a worker's settings: writes messages, and looks at what became of them.

python -m tests.durability.letters write 30
python -m tests.durability.letters look

"""

import json
import sys
from typing import Any

import django

PURPOSE = "test.of.the.worker"


def write(count: int) -> dict[str, Any]:
    """A school and so many messages of its office."""
    from django.conf import settings

    from rollbook import clock
    from rollbook.apps.post.actions.sending import send
    from rollbook.domain.access import Actor
    from tests.factories.people import make_school

    settings.ROLLBOOK_PURPOSES = {PURPOSE: ("A test", False)}
    school = make_school()
    for number in range(count):
        send(
            school_id=school.pk,
            channel="email",
            purpose=PURPOSE,
            to_name=f"Parent {number}",
            to_address=f"parent{number}@example.org",
            subject=f"Message {number}",
            body="Good morning",
            key=f"message {number}",
            by=Actor(None, "Ola Office", "Receptionist"),
            at=clock.now(),
        )
    return {"written": count}


def look() -> dict[str, Any]:
    """Each message with its state, what the queue holds, which runs of jobs there were, and who works."""
    from django_tasks_db.models import DBTaskResult

    from rollbook.apps.jobs.models import Run, Worker
    from rollbook.apps.post.models import Message

    rows = Message.objects.order_by("id").prefetch_related("attempts")
    return {
        "messages": {
            str(row.reference): {
                "state": row.state,
                "maybe_twice": row.maybe_twice,
                "attempts": [attempt.outcome for attempt in row.attempts.all()],
            }
            for row in rows
        },
        "tasks": sorted(DBTaskResult.objects.values_list("status", flat=True)),
        "runs": [f"{row.job} {row.slot} {row.state}" for row in Run.objects.order_by("id")],
        "stopped": list(Worker.objects.filter(stopped_at__isnull=False).values_list("name", flat=True)),
    }


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(write(int(sys.argv[2])) if sys.argv[1] == "write" else look()))
