"""What undoing an import of groups or of staff would put back, and what it can't."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rollbook.apps.accounts.queries import people_of
from rollbook.apps.exchange.models import ImportedRow
from rollbook.apps.exchange.queries.undoing import Step, since, step_words
from rollbook.apps.schools.queries.groups import group_row, teaching_of
from rollbook.domain.access import Permission, Viewer


def preview_groups(viewer: Viewer, rows: Sequence[ImportedRow], today: date) -> list[Step]:
    """What undoing would do to each group and to who takes it. Two queries a row: a school has few groups."""
    return [Step(row, step_words(row), _group_problem(viewer, row, today)) for row in rows]


def _group_problem(viewer: Viewer, row: ImportedRow, today: date) -> str:
    if not viewer.may(Permission.GROUPS_MANAGE):
        return "You may not change teaching groups."
    kind, _, number = row.subject.partition(":")
    now: dict[str, Any] | None = None
    if kind == "groupteacher":
        teaching = teaching_of(viewer, int(number))
        if teaching is not None:
            last_day = teaching.last_day.isoformat() if teaching.last_day else None
            now = {"first_day": teaching.first_day.isoformat(), "last_day": last_day}
    else:
        held = group_row(viewer, int(number), today)
        if held is not None:
            now = {"name": held.group.name, "room": held.group.room}
    return since(row.after, now)


def preview_staff(viewer: Viewer, rows: Sequence[ImportedRow], today: date) -> list[Step]:
    """What undoing would do to each appointment. Four queries."""
    people = [*people_of(viewer, today), *people_of(viewer, today, past=True)]
    posts = {
        f"appointment:{post.id}": {
            "position": post.position,
            "last_day": post.last_day.isoformat() if post.last_day else None,
        }
        for person in people
        for post in person.posts
    }
    steps = []
    for row in rows:
        problem = since(row.after, posts.get(row.subject))
        if not viewer.may(Permission.STAFF_MANAGE):
            problem = "You may not manage staff."
        steps.append(Step(row, step_words(row), problem))
    return steps
