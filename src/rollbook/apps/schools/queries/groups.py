"""Teaching groups on a day, and who takes their registers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet

from rollbook.apps.schools.models import GroupTeacher, TeachingGroup
from rollbook.domain.access import Viewer


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts 7A before 10B."""
    parts: list[tuple[int, int, str]] = []
    digits, letters = "", ""
    for sign in [*name, ""]:
        if sign.isdecimal():  # not isdigit(): ² is a digit and no number
            if letters:
                parts.append((1, 0, letters.casefold()))
                letters = ""
            digits += sign
        else:
            if digits:
                parts.append((0, int(digits), ""))
                digits = ""
            letters += sign
    if letters:
        parts.append((1, 0, letters.casefold()))
    return tuple(parts)


@dataclass(frozen=True)
class Group:
    """A teaching group with the people who take its registers on a day."""

    id: int
    name: str
    room: str
    teacher_ids: frozenset[int]
    teacher_names: str


def groups_on(viewer: Viewer, on: date) -> list[Group]:
    """The teaching groups of the viewer's school on a day, 7A before 10B. One query."""
    return sorted(_groups(viewer, on), key=lambda group: natural(group.name))


def group_on(viewer: Viewer, group_id: int, on: date) -> Group | None:
    """One teaching group of the viewer's school; None where there is none on that day. One query."""
    if group_id > _LARGEST_ID:  # SQLite refuses to compare with it
        return None
    return next(iter(_groups(viewer, on, "AND g.id = %(group)s", {"group": group_id})), None)


_LARGEST_ID = 2**63 - 1


# Written out, because every save and every page of a register asks it: built by the ORM it takes five times as long.
_GROUPS = """
SELECT g.id, g.name, g.room, t.user_id, u.name
FROM schools_teachinggroup g
LEFT JOIN schools_groupteacher t
  ON t.group_id = g.id AND t.first_day <= %(on)s AND (t.last_day IS NULL OR t.last_day >= %(on)s)
LEFT JOIN accounts_user u ON u.id = t.user_id
WHERE g.school_id = %(school)s AND g.first_day <= %(on)s AND (g.last_day IS NULL OR g.last_day >= %(on)s)
  {which}
ORDER BY g.id, t.id
"""


def _groups(
    viewer: Viewer, on: date, which: str = "", values: Mapping[str, int] | None = None
) -> list[Group]:
    with connection.cursor() as cursor:
        cursor.execute(
            _GROUPS.format(which=which), {"school": viewer.school_id, "on": on.isoformat(), **(values or {})}
        )
        rows = cursor.fetchall()
    rooms: dict[tuple[int, str, str], dict[int, str]] = {}
    for group_id, name, room, user_id, user_name in rows:
        teachers = rooms.setdefault((group_id, name, room), {})
        if user_id is not None:
            teachers[user_id] = user_name
    return [
        Group(*particulars, frozenset(teachers), ", ".join(teachers.values()))
        for particulars, teachers in rooms.items()
    ]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A teaching group on the groups page: who takes it on the day, and whether somebody else does at other times."""

    group: TeachingGroup
    today: tuple[GroupTeacher, ...]
    later: tuple[GroupTeacher, ...]
    earlier: tuple[GroupTeacher, ...]


def group_rows(viewer: Viewer, on: date) -> list[GroupRow]:
    """Every group of the viewer's school that there is or will be, by name, with all who take it. Two queries."""
    groups = TeachingGroup.objects.filter(Q(last_day=None) | Q(last_day__gte=on), school_id=viewer.school_id)
    return _rows(groups, on)


def past_groups(viewer: Viewer, on: date) -> list[TeachingGroup]:
    """The groups that have ended before a day, latest first. One query."""
    return list(
        TeachingGroup.objects.filter(school_id=viewer.school_id, last_day__lt=on).order_by(
            "-last_day", "name"
        )
    )


def group_row(viewer: Viewer, group_id: int, on: date) -> GroupRow | None:
    """One group of the viewer's school, ended ones too; None for any other. Two queries."""
    return next(iter(_rows(TeachingGroup.objects.filter(school_id=viewer.school_id, pk=group_id), on)), None)


def teaching_of(viewer: Viewer, teaching_id: int) -> GroupTeacher | None:
    """One row of who takes a group of the viewer's school; None for any other."""
    return (
        GroupTeacher.objects.select_related("group", "user")
        .filter(group__school_id=viewer.school_id, pk=teaching_id)
        .first()
    )


def _rows(which: QuerySet[TeachingGroup], on: date) -> list[GroupRow]:
    groups = sorted(which, key=lambda group: natural(group.name))
    by_group: dict[int, list[GroupTeacher]] = {}
    for row in (
        GroupTeacher.objects.select_related("user").filter(group__in=groups).order_by("first_day", "id")
    ):
        by_group.setdefault(row.group_id, []).append(row)
    found = []
    for group in groups:
        own = by_group.get(group.pk, [])
        later = [row for row in own if row.first_day > on]
        earlier = [row for row in own if row.last_day is not None and row.last_day < on]
        today = [row for row in own if row not in later and row not in earlier]
        found.append(GroupRow(group, tuple(today), tuple(later), tuple(reversed(earlier))))
    return found
