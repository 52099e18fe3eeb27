"""Imports of past marks, and what undoing one would do."""

from dataclasses import dataclass, field
from datetime import date, time

from django.db import connection

from rollbook.apps.registers.models import HistoryImport
from rollbook.apps.registers.queries.history_plan import Change, SessionPlan
from rollbook.domain.access import Viewer
from rollbook.domain.codes import TAKEN_BACK
from rollbook.domain.sessions import SchoolSession

# What the import wrote, what stood before it, and whether a later version stands now.
_WRITTEN = """
SELECT entry.pupil_id, entry."on", entry.session, entry.version, before.code, before.minutes_late,
    before.note, before.arrived_at, later.version
FROM registers_save AS save
JOIN registers_entry AS entry ON entry.save_made_id = save.id
LEFT JOIN registers_entry AS before
  ON before.pupil_id = entry.pupil_id AND before."on" = entry."on" AND before.session = entry.session
  AND before.version = entry.version - 1
LEFT JOIN registers_entry AS later
  ON later.pupil_id = entry.pupil_id AND later."on" = entry."on" AND later.session = entry.session
  AND later.version = entry.version + 1
WHERE save.school_id = %s AND save.number BETWEEN %s AND %s
ORDER BY entry."on", entry.session, entry.id
"""


@dataclass(slots=True)
class UndoPlan:
    """What undoing an import would do. `kept_count`: marks that somebody has changed since, which stay."""

    pupil_ids: list[int] = field(default_factory=list)
    sessions: list[SessionPlan] = field(default_factory=list)
    taken_back_count: int = 0
    set_back_count: int = 0
    kept_count: int = 0

    @property
    def count(self) -> int:
        """How many marks would be amended."""
        return self.taken_back_count + self.set_back_count


def history_imports(viewer: Viewer) -> list[HistoryImport]:
    """Every import of past marks of the viewer's school, latest first. One query."""
    return list(HistoryImport.objects.filter(school_id=viewer.school_id))


def history_import(viewer: Viewer, import_id: int) -> HistoryImport | None:
    """One import of the viewer's school; None for any other."""
    return HistoryImport.objects.filter(school_id=viewer.school_id, pk=import_id).first()


def plan_undo(viewer: Viewer, made: HistoryImport) -> UndoPlan:
    """What undoing an import would do to marks that nobody has changed since. One query."""
    plan = UndoPlan()
    places: dict[int, int] = {}
    sessions: dict[tuple[object, str], SessionPlan] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [viewer.school_id, made.first_save, made.last_save])
        while rows := cursor.fetchmany(10_000):
            for pupil_id, on, session, version, code, minutes, note, arrived_at, later in rows:
                if later is not None:
                    plan.kept_count += 1
                    continue
                each = sessions.get((on, session))
                if each is None:
                    day = on if isinstance(on, date) else date.fromisoformat(on)
                    each = sessions[on, session] = SessionPlan(day, SchoolSession(session))
                if code is None:
                    plan.taken_back_count += 1
                    mark: Change = (TAKEN_BACK.symbol, None, version, "", None)
                else:
                    plan.set_back_count += 1
                    mark = (code, minutes, version, note, _time(arrived_at))
                each.changed.setdefault(mark, []).append(places.setdefault(pupil_id, len(places)))
    plan.pupil_ids = list(places)
    plan.sessions = list(sessions.values())
    return plan


def _time(value: time | str | None) -> time | None:
    """A time as PostgreSQL or as SQLite gives it."""
    return time.fromisoformat(value) if isinstance(value, str) else value
