"""Who took which group's registers over some days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from rollbook.apps.schools.models import GroupTeacher
from rollbook.domain.access import Viewer


@dataclass(frozen=True, slots=True)
class Teaching:
    """From which day to which somebody takes a group's registers; `last_day` None has no end yet."""

    user_id: int
    first_day: date
    last_day: date | None

    def covers(self, on: date) -> bool:
        """Is it theirs on a day?"""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)


def teachings(viewer: Viewer, first_day: date, last_day: date) -> Mapping[int, list[Teaching]]:
    """Who takes each group's registers on these days, those who cover among them. Shape: by group. One query."""
    rows = GroupTeacher.objects.filter(
        Q(last_day=None) | Q(last_day__gte=first_day),
        group__school_id=viewer.school_id,
        first_day__lte=last_day,
    ).values_list("group_id", "user_id", "first_day", "last_day")
    found: dict[int, list[Teaching]] = {}
    for group_id, user_id, first, last in rows:
        found.setdefault(group_id, []).append(Teaching(user_id, first, last))
    return found
