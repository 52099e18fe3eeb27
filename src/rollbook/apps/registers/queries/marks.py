"""The marks of one session, the history of one mark, and what is planned."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from rollbook.apps.registers.models import Entry, Movement, PlannedMark, Save
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import TAKEN_BACK
from rollbook.domain.marks import SchoolSession

Versions = list[Entry]
T = TypeVar("T")

# Written out, because every save and every page of a register asks them: built by the ORM they take six times as long.
# "+" keeps SQLite from going by the school's index, where it would read a whole half-day, or all plans so far, of the
# school instead of the few rows of these pupils.
_VERSIONS = """
SELECT * FROM registers_entry
WHERE +school_id = %s AND "on" = %s AND session = %s AND pupil_id {among}
ORDER BY pupil_id, version
"""
_AMENDED = """
SELECT * FROM registers_entry AS entry
WHERE +school_id = %s AND pupil_id = %s AND "on" IN ({places}) AND session IN ('AM', 'PM') AND EXISTS (
    SELECT 1 FROM registers_entry AS later
    WHERE later.pupil_id = entry.pupil_id AND later."on" = entry."on" AND later.session = entry.session
      AND later.version > 1
)
ORDER BY version
"""
# All that covers the day, of whichever weekday and session: that a pupil is at another school on Thursdays matters on
# Mondays too. Of part-time timetables and suspensions also what has ended: for how long a pupil has been suspended.
_AROUND = """
SELECT * FROM registers_plannedmark
WHERE +school_id = %s AND first_day <= %s AND (last_day >= %s OR code IN ('C2', 'E'))
  AND withdrawn_at IS NULL AND pupil_id {among}
ORDER BY recorded_at, id
"""


def listed(values: Iterable[T]) -> tuple[list[T], str]:
    """The values and a place for each in a statement's list; NULL, which is in no list, where there are none."""
    found = list(values)
    return found, ", ".join(["%s"] * len(found)) or "NULL"


def among(ids: Iterable[int]) -> tuple[list[Any], str]:
    """The values and the words of a condition on an id: one array on PostgreSQL, else a list.

    So groups of any size share one statement, which PostgreSQL then has prepared.
    """
    found, places = listed(ids)
    return ([found], "= ANY(%s)") if connection.vendor == "postgresql" else (found, f"IN ({places})")


def versions_of(
    school_id: int, on: date, school_session: SchoolSession, pupil_ids: Iterable[int]
) -> dict[int, Versions]:
    """Every version of the marks of these pupils for one half-day, oldest first; the last is the mark. One query."""
    pupils, words = among(pupil_ids)
    entries = Entry.objects.raw(
        _VERSIONS.format(among=words), [school_id, on.isoformat(), school_session.value, *pupils]
    )
    found: dict[int, Versions] = {}
    for entry in entries:
        found.setdefault(entry.pupil_id, []).append(entry)
    return found


def save_of_form(school_id: int, key: UUID) -> Save | None:
    """What came of a form that was sent before; None for one that was not. One query."""
    return Save.objects.filter(school_id=school_id, key=key).prefetch_related("entries").first()


def history_of_mark(viewer: Viewer, pupil_id: int, on: date, school_session: SchoolSession) -> Versions:
    """A mark with all that came before it, oldest first; empty where there is none."""
    return versions_of(viewer.school_id, on, school_session, [pupil_id]).get(pupil_id, [])


def saves_of(versions: Versions) -> dict[int, Save]:
    """The saves these versions were made with, by id: they say which were keyed in from paper. One query."""
    return Save.objects.in_bulk({entry.save_made_id for entry in versions})


def is_marked(versions: Versions) -> bool:
    """Does a mark stand after these versions? Not where there are none, nor where the last one took it back."""
    return bool(versions) and versions[-1].code != TAKEN_BACK.symbol


def marks_standing(viewer: Viewer, pupil_id: int, on: date) -> dict[SchoolSession, str]:
    """The code that stands for a pupil in each session of a day; a session without a mark is left out. Two queries."""
    histories = {each: history_of_mark(viewer, pupil_id, on, each) for each in SchoolSession}
    return {each: versions[-1].code for each, versions in histories.items() if is_marked(versions)}


def may_read_reason(viewer: Viewer, written: Entry | Movement) -> bool:
    """Whether this viewer may read why a mark was amended or a pupil left: all who see every pupil, else who wrote it.

    What a parent told the office may be about health or family (domain.md 5.11); a teacher needs the mark.
    """
    return viewer.may(Permission.PUPIL_VIEW_ANY) or written.by_id == viewer.user_id


def amended_marks(viewer: Viewer, pupil_id: int, days: Iterable[date]) -> list[Versions]:
    """Every amended mark of a pupil on these days with all its versions, newest day first. One query."""
    wanted, places = listed(day.isoformat() for day in days)
    groups: dict[tuple[date, str], Versions] = {}
    for entry in Entry.objects.raw(_AMENDED.format(places=places), [viewer.school_id, pupil_id, *wanted]):
        groups.setdefault((entry.on, entry.session), []).append(entry)
    return [groups[key] for key in sorted(groups, reverse=True)]


def plans_around(
    school_id: int, first_day: date, last_day: date, pupil_ids: Iterable[int]
) -> dict[int, list[PlannedMark]]:
    """What is planned for these pupils on these days, for any session or weekday, and the part-time timetables and
    suspensions that began before; in the order in which they were recorded. One query.
    """
    pupils, words = among(pupil_ids)
    values = [school_id, last_day.isoformat(), first_day.isoformat(), *pupils]
    found: dict[int, list[PlannedMark]] = {}
    for plan in PlannedMark.objects.raw(_AROUND.format(among=words), values):
        found.setdefault(plan.pupil_id, []).append(plan)
    return found


def plans_of_pupil(viewer: Viewer, pupil_id: int) -> list[PlannedMark]:
    """What is planned for a pupil and not withdrawn, latest first."""
    return list(
        PlannedMark.objects.filter(school_id=viewer.school_id, pupil_id=pupil_id, withdrawn_at=None).order_by(
            "-first_day", "-id"
        )
    )


def plan_of(viewer: Viewer, plan_id: int) -> PlannedMark | None:
    """Something planned in the viewer's school, withdrawn or not. One query."""
    return PlannedMark.objects.select_related("pupil").filter(school_id=viewer.school_id, pk=plan_id).first()


def plans_from(viewer: Viewer, on: date) -> list[PlannedMark]:
    """Everything planned in the school that has not ended before a day, soonest first."""
    return list(
        PlannedMark.objects.select_related("pupil")
        .filter(school_id=viewer.school_id, last_day__gte=on, withdrawn_at=None)
        .order_by("first_day", "pupil__surname", "pupil__forename")
    )


def pupils_with_marks(viewer: Viewer, pupil_ids: Iterable[int]) -> set[int]:
    """Which of these pupils of the viewer's school have any mark at all. One query for 500 pupils."""
    wanted, found = list(pupil_ids), set[int]()
    for start in range(0, len(wanted), 500):
        marked = Entry.objects.filter(school_id=viewer.school_id, pupil_id__in=wanted[start : start + 500])
        found.update(marked.order_by().values_list("pupil_id", flat=True).distinct())
    return found
