"""Everybody who was on the roll in a span of days, with what figures are told apart by."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from django.db import connection

from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Viewer
from rollbook.domain.roll import year_group
from rollbook.domain.spans import Span

# Written out: a page of figures reads every pupil of the school, and building models takes ten times as long. Days are
# read as text, which spares SQLite a call for each.
_COHORT = """
SELECT p.id, p.surname, p.forename, CAST(p.born_on AS VARCHAR), p.year_offset, p.sex, p.sen_status,
       CASE WHEN p.is_fsm THEN 1 ELSE 0 END, CASE WHEN p.is_looked_after THEN 1 ELSE 0 END,
       p.ethnicity, p.home_local_authority, p.transport, p.interpreter_language,
       CAST(e.first_day AS VARCHAR), CAST(e.last_day AS VARCHAR),
       CASE WHEN p.has_child_protection_plan THEN 1 ELSE 0 END, CASE WHEN p.is_child_in_need THEN 1 ELSE 0 END
FROM roll_enrolment e JOIN roll_pupil p ON p.id = e.pupil_id
WHERE p.school_id = %(school)s AND NOT e.is_boarder
  AND e.first_day <= %(last_day)s AND (e.last_day IS NULL OR e.last_day >= %(first_day)s)
ORDER BY p.surname, p.forename, p.id, e.first_day
"""
# The latest group of each pupil comes last, so that it is the one that is kept.
_GROUPS = """
SELECT m.pupil_id, g.id, g.name
FROM roll_membership m JOIN schools_teachinggroup g ON g.id = m.group_id
WHERE g.school_id = %(school)s
  AND m.first_day <= %(last_day)s AND (m.last_day IS NULL OR m.last_day >= %(first_day)s)
ORDER BY m.pupil_id, m.first_day
"""


@dataclass(frozen=True, slots=True)
class Member:
    """A pupil of a cohort. `spans` are the days on the roll; `group_*` the teaching group they were in last."""

    id: int
    surname: str
    forename: str
    born_on: date
    year_offset: int
    sex: str
    sen_status: str
    is_fsm: bool
    is_looked_after: bool
    ethnicity: str
    home_local_authority: str
    transport: str
    interpreter_language: str
    spans: tuple[Span, ...]
    group_id: int | None
    group_name: str
    has_child_protection_plan: bool = False
    is_child_in_need: bool = False

    @property
    def name(self) -> str:
        """First name then surname, as spoken."""
        return f"{self.forename} {self.surname}"

    @property
    def has_plan(self) -> bool:
        """Whether the pupil has an education, health and care plan."""
        return self.sen_status == Pupil.SenStatus.PLAN

    def year_group_on(self, on: date) -> int:
        """The pupil's year group on a day."""
        return year_group(self.born_on, on, self.year_offset)


def cohort(viewer: Viewer, span: Span) -> list[Member]:
    """Everybody on the roll of the viewer's school on any of these days, by surname; boarders are not marked.

    Two queries. What is told of a pupil is as the admission register has it now; the teaching group is the last one
    in the span. While the roll says the same the very same list is given again: read it, never write it.
    Errors: ValueError for a span without an end.
    """
    if span.last_day is None:
        raise ValueError("A cohort needs a last day.")
    values: dict[str, int | str] = {
        "school": viewer.school_id,
        "first_day": span.first_day.isoformat(),
        "last_day": span.last_day.isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, values)
        groups = cursor.fetchall()
        cursor.execute(_COHORT, values)
        rows = cursor.fetchall()
    return _made(viewer.school_id, span, groups, rows)


Rows = list[tuple[Any, ...]]

KEPT_COHORTS = 32
_kept: OrderedDict[tuple[int, Span], tuple[Rows, Rows, list[Member]]] = OrderedDict()
_kept_lock = Lock()


def _made(school_id: int, span: Span, groups: Rows, rows: Rows) -> list[Member]:
    """The members that these rows are: reading the roll costs a third of making them of it, so they are kept."""
    with _kept_lock:
        kept = _kept.get((school_id, span))
    if kept is not None and kept[0] == groups and kept[1] == rows:
        return kept[2]
    members = _members(groups, rows)
    with _kept_lock:
        _kept[school_id, span] = groups, rows, members
        _kept.move_to_end((school_id, span))
        while len(_kept) > KEPT_COHORTS:
            _kept.popitem(last=False)
    return members


def _members(groups: Rows, rows: Rows) -> list[Member]:
    group_of = {pupil: (group, name) for pupil, group, name in groups}
    spells: dict[int, list[Span]] = {}
    first_rows: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        first_rows.setdefault(row[0], row)
        last_day = date.fromisoformat(row[14]) if row[14] else None
        spells.setdefault(row[0], []).append(Span(date.fromisoformat(row[13]), last_day))
    return [_member(row, spells[pupil], group_of.get(pupil)) for pupil, row in first_rows.items()]


def _member(row: tuple[Any, ...], spells: list[Span], group: tuple[int, str] | None) -> Member:
    group_id, group_name = group or (None, "")
    return Member(
        id=row[0],
        surname=row[1],
        forename=row[2],
        born_on=date.fromisoformat(row[3]),
        year_offset=row[4],
        sex=row[5],
        sen_status=row[6],
        is_fsm=bool(row[7]),
        is_looked_after=bool(row[8]),
        ethnicity=row[9],
        home_local_authority=row[10],
        transport=row[11],
        interpreter_language=row[12],
        spans=tuple(spells),
        group_id=group_id,
        group_name=group_name,
        has_child_protection_plan=bool(row[15]),
        is_child_in_need=bool(row[16]),
    )


def siblings(viewer: Viewer, pupil_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Which other pupils of the viewer's school live with the same adult? One query.

    Shape: by pupil, only those who have any.
    """
    wanted = frozenset(pupil_ids)
    with connection.cursor() as cursor:
        cursor.execute(_SIBLINGS, [viewer.school_id])
        found: dict[int, set[int]] = {}
        for pupil, other in cursor.fetchall():
            if pupil in wanted:
                found.setdefault(pupil, set()).add(other)
    return {pupil: frozenset(others) for pupil, others in found.items()}


_SIBLINGS = """
SELECT DISTINCT a.pupil_id, b.pupil_id
FROM roll_contact a
JOIN roll_contact b ON b.parent_id = a.parent_id AND b.pupil_id <> a.pupil_id
JOIN roll_parent p ON p.id = a.parent_id
WHERE p.school_id = %s AND a.lives_with AND b.lives_with
"""
