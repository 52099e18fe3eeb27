"""What one save of many marks holds: each mark with what it was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from rollbook.apps.registers.models import Save
from rollbook.domain.access import Viewer
from rollbook.domain.codes import TAKEN_BACK
from rollbook.domain.marks import SchoolSession


@dataclass(frozen=True, slots=True)
class SavedMark:
    """A mark as a save made it; `before` "" was missing or taken back."""

    pupil_id: int
    surname: str
    forename: str
    on: date
    session: SchoolSession
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SavedMarks:
    """An amendment of many marks, by pupil and day, with its one reason."""

    save: Save
    reason: str
    marks: Sequence[SavedMark]


_MARKS = """
SELECT entry.pupil_id, pupil.surname, pupil.forename, entry."on", entry.session, before.code, entry.code, entry.reason
FROM registers_entry AS entry
JOIN roll_pupil AS pupil ON pupil.id = entry.pupil_id
LEFT JOIN registers_entry AS before
  ON before.pupil_id = entry.pupil_id AND before."on" = entry."on" AND before.session = entry.session
  AND before.version = entry.version - 1
WHERE entry.save_made_id = %s
ORDER BY pupil.surname, pupil.forename, entry.pupil_id, entry."on", entry.session
"""
_LARGEST_ID = 2**63 - 1


def amendment_of_form(viewer: Viewer, key: UUID) -> int | None:
    """The save that came of a form sent before; None for one that was not. One query."""
    saves = Save.objects.filter(school_id=viewer.school_id, key=key, kind=Save.Kind.AMENDMENT.value)
    return saves.values_list("pk", flat=True).first()


def marks_of_save(viewer: Viewer, save_id: int) -> SavedMarks | None:
    """What an amendment in the viewer's school changed; None for any other save. Two queries."""
    if save_id > _LARGEST_ID:  # SQLite refuses to compare with it
        return None
    save = Save.objects.filter(school_id=viewer.school_id, pk=save_id, kind=Save.Kind.AMENDMENT.value).first()
    if save is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [save_id])
        rows = cursor.fetchall()
    marks = [
        SavedMark(
            pupil_id=pupil_id,
            surname=surname,
            forename=forename,
            on=date.fromisoformat(on) if isinstance(on, str) else on,
            session=SchoolSession(session),
            before="" if before in (None, TAKEN_BACK.symbol) else before,
            after=after,
        )
        for pupil_id, surname, forename, on, session, before, after, _ in rows
    ]
    return SavedMarks(save, rows[0][-1] if rows else "", marks)
