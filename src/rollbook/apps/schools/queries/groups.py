"""Teaching groups on a day, and who takes their registers."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from rollbook.apps.schools.models import GroupTeacher, TeachingGroup
from rollbook.domain.access import Viewer


def groups_on(viewer: Viewer, on: date) -> list[TeachingGroup]:
    """The teaching groups of the viewer's school on a day, by name, each with `teacher_names` and `teacher_ids`."""
    groups = list(
        TeachingGroup.objects.filter(
            Q(last_day=None) | Q(last_day__gte=on), school_id=viewer.school_id, first_day__lte=on
        )
    )
    teachers = GroupTeacher.objects.select_related("user").filter(
        Q(last_day=None) | Q(last_day__gte=on), group__in=groups, first_day__lte=on
    )
    by_group: dict[int, list[GroupTeacher]] = {}
    for teacher in teachers:
        by_group.setdefault(teacher.group_id, []).append(teacher)
    for group in groups:
        own = by_group.get(group.pk, [])
        group.teacher_names = ", ".join(t.user.name for t in own)  # type: ignore[attr-defined]
        group.teacher_ids = {t.user_id for t in own}  # type: ignore[attr-defined]
    return sorted(groups, key=lambda group: natural(group.name))


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts 7A before 10B."""
    parts: list[tuple[int, int, str]] = []
    digits, letters = "", ""
    for sign in [*name, ""]:
        if sign.isdigit():
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


def group_on(viewer: Viewer, group_id: int, on: date) -> Group | None:
    """One teaching group of the viewer's school; None where there is none on that day. One query."""
    rows = list(
        TeachingGroup.objects.filter(
            Q(last_day=None) | Q(last_day__gte=on), pk=group_id, school_id=viewer.school_id, first_day__lte=on
        ).values_list(
            "id",
            "name",
            "room",
            "teachers__user_id",
            "teachers__user__name",
            "teachers__first_day",
            "teachers__last_day",
        )
    )
    if not rows:
        return None
    teachers = {
        user_id: name
        for _, _, _, user_id, name, first_day, last_day in rows
        if user_id is not None and first_day <= on and (last_day is None or last_day >= on)
    }
    return Group(rows[0][0], rows[0][1], rows[0][2], frozenset(teachers), ", ".join(teachers.values()))
