"""Every occasion of a duty, from whoever knows of it: the apps below say what is owed, this joins it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

from rollbook.apps.registers.queries.year import year_bounds
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.duties import Kept, Owed, Standing, kept_by_duty, to_do
from rollbook.domain.duty_table import DUTIES
from rollbook.domain.periods import Period

COMING_DAYS = 7
# What arose so long before a period may still be due in it: five school days over the longest holiday.
_EARLIER = timedelta(days=70)


@dataclass(frozen=True, slots=True)
class KeptOverTime:
    """How a duty was kept in a period, and in the one before where there is one."""

    duty: str
    now: Kept
    before: Kept | None


def occasions(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Every occasion at the viewer's school that arose on these days, whoever is asked; some that arose before."""
    makers: Sequence[str] = settings.ROLLBOOK_DUTIES
    return [each for maker in makers for each in import_string(maker)(viewer, first_day, last_day, now)]


def of_the_year(viewer: Viewer, now: datetime) -> list[Owed]:
    """Every occasion at the viewer's school since the academic year began, or in the last ten weeks if that is more."""
    begin, _ = year_bounds(timetable(viewer).calendar, now.date())
    return occasions(viewer, min(begin, now.date() - _EARLIER), now.date(), now)


def to_do_among(found: Sequence[Owed], viewer: Viewer, now: datetime) -> dict[Standing, list[Owed]]:
    """What of this the viewer has to do: overdue, due today, due within a week. Shape: by standing."""
    until = now.date() + timedelta(days=COMING_DAYS)
    return to_do(found, DUTIES, roles=viewer.roles, person_id=viewer.user_id, now=now, until=until)


def to_do_of(viewer: Viewer, now: datetime) -> dict[Standing, list[Owed]]:
    """What the viewer has to do. It goes back to the beginning of the year: nothing open in it is forgotten."""
    return to_do_among(of_the_year(viewer, now), viewer, now)


def due_in(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Every occasion that was due on these days, whenever it arose, the earliest due first."""
    found = occasions(viewer, first_day - _EARLIER, last_day, now)
    return sorted(
        (each for each in found if first_day <= each.due_at.astimezone(now.tzinfo).date() <= last_day),
        key=lambda each: (each.due_at, each.arose_at, each.about),
    )


def kept_in(viewer: Viewer, period: Period, before: Period | None, now: datetime) -> list[KeptOverTime]:
    """How each duty of the table was kept in a period, and in the one before; in the table's order."""
    last_day = max(period.last_day, min(period.whole_last_day, now.date()))
    here = kept_by_duty(due_in(viewer, period.first_day, last_day, now), now)
    earlier = (
        kept_by_duty(due_in(viewer, before.first_day, before.last_day, now), now)
        if before is not None
        else {}
    )
    none = Kept(0, 0, 0, 0, 0)
    return [
        KeptOverTime(key, here.get(key, none), earlier.get(key, none) if before is not None else None)
        for key in DUTIES
    ]
