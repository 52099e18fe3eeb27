"""What undoing an import would put back, and what it can't because somebody has worked on it since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from rollbook.apps.exchange.models import ImportedRow
from rollbook.apps.registers.queries.marks import pupils_with_marks
from rollbook.apps.roll.queries.standing import standing
from rollbook.domain.access import Permission, Viewer

_KINDS = {
    "pupil": "The pupil’s entry",
    "parent": "The adult’s details",
    "contact": "The contact",
    "enrolment": "The time on roll",
    "membership": "The teaching group",
    "teachinggroup": "The teaching group",
    "groupteacher": "Who takes the group",
    "appointment": "The role",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What undoing does to one record; `problem` says why it can't be done, "" where it can."""

    row: ImportedRow
    words: str
    problem: str = ""


def step_words(row: ImportedRow) -> str:
    """What undoing does to a record, in words."""
    kind = row.subject.partition(":")[0]
    what = _KINDS.get(kind, "The record")
    if row.before is not None:
        return f"{what} is set back."
    done = {"pupil": "is withdrawn as made in error; the name and the contacts stay on record",
            "contact": "is removed", "groupteacher": "is ended", "appointment": "is ended; the account stays",
            "teachinggroup": "is withdrawn"}.get(kind, "stays")  # fmt: skip
    return f"{what} {done}."


def digest_of(steps: Iterable[Step]) -> str:
    """A short sum over a preview, to see whether it is still the one somebody looked at."""
    said = [(each.row.pk, each.problem) for each in steps]
    return sha256(repr(said).encode()).hexdigest()[:16]


def since(after: Mapping[str, Any], now: Mapping[str, Any] | None) -> str:
    """Why a record can't be put back: it is gone, or a field says something else by now; "" where it stands."""
    if now is None:
        return "It is no longer there."
    differ = [name for name, value in after.items() if name in now and now[name] != value]
    return "Somebody has changed it since the import." if differ else ""


def preview_roll(viewer: Viewer, rows: Sequence[ImportedRow], today: date) -> list[Step]:
    """What undoing would do to each record of the roll. A fixed number of queries for 500 records of a kind."""
    held = standing(viewer, (subject for row in rows for subject in (row.subject, *_with(row))))
    added = [int(row.subject.partition(":")[2]) for row in rows if _is_new_pupil(row)]
    marked = pupils_with_marks(viewer, added)
    return [Step(row, step_words(row), _problem(viewer, row, held, marked, today)) for row in rows]


def _with(row: ImportedRow) -> Mapping[str, Mapping[str, Any]]:
    """The records that go with a new pupil's entry, as the import left them."""
    found: Mapping[str, Mapping[str, Any]] = row.after.get("with", {})
    return found


def _is_new_pupil(row: ImportedRow) -> bool:
    return row.before is None and row.subject.startswith("pupil:")


def _problem(
    viewer: Viewer, row: ImportedRow, held: Mapping[str, Mapping[str, Any]], marked: set[int], today: date
) -> str:
    if not viewer.may(Permission.PUPIL_EDIT):
        return "You may not change pupils’ details; the school office can undo this."
    if _is_new_pupil(row) and int(row.subject.partition(":")[2]) in marked:
        return "The pupil has marks, so the entry stays. If they have left, remove the name from the roll."
    has_begun = _is_new_pupil(row) and row.after.get("starting_day", "") <= today.isoformat()
    if has_begun and not viewer.may(Permission.ROLL_APPROVE_REMOVAL):
        return "The starting day has come: only somebody who approves removals can withdraw the entry."
    if row.subject.startswith("enrolment:") and row.before is None:
        return "The pupil is on roll again: end the time on roll on the pupil’s page."
    if row.subject.startswith("membership:") and not (row.before or {}).get("group_id"):
        return "The pupil was in no group before: move them on the pupil’s page."
    left = {row.subject: row.after, **_with(row)}
    return next(filter(None, (since(after, held.get(subject)) for subject, after in left.items())), "")
