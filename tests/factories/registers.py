"""Whole stretches of the attendance register at once, as plain functions."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import uuid4

from rollbook.apps.registers.actions.writing import NewEntry, Occasion, add_entries
from rollbook.apps.registers.models import Save
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Viewer
from rollbook.domain.code_types import Needs
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.sessions import SchoolSession

_NATURE = {Needs.NATURE_OF_ACTIVITY, Needs.NATURE_OF_CIRCUMSTANCES}

Marks = Mapping[tuple[Pupil, date, SchoolSession], str]


def make_marks(viewer: Viewer, marks: Marks, at: datetime, *, minutes: int | None = 5) -> Save:
    """Original entries with these codes, in one save; late ones have five minutes, the others what they need to say."""
    entries = [
        NewEntry(
            pupil_id=pupil.pk,
            on=on,
            session=session,
            version=1,
            code=symbol,
            minutes_late=minutes if symbol in ("L", "U") else None,
            note="College" if BY_SYMBOL[symbol].needs & _NATURE else "",
        )
        for (pupil, on, session), symbol in marks.items()
    ]
    occasion = Occasion(school_id=viewer.school_id, kind=Save.Kind.REGISTER, key=uuid4())
    return add_entries(occasion=occasion, entries=entries, by=viewer.actor, at=at)
